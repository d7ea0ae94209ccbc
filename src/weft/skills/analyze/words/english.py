"""What English words do in a question about figures; phrases are parted by semicolons."""

from typing import Final

PHRASES: Final[dict[str, str]] = {
    # What is counted.
    "metric:revenue": "revenue; rev; revenues; sales; turnover; net revenue; sales revenue; net turnover; sales value; sales volume; takings; "
    "income from sales; sales amount",
    "metric:net_sales": "net sales; revenue net of returns; revenue after returns; sales after returns; sales net of returns; net revenue after returns; "
    "revenue after discounts and returns; revenue after discounts; sales after discounts; sales after discounts and returns; net sales after returns; "
    "sales excluding vat; revenue excluding vat; revenue excluding tax; sales excluding tax; revenue without tax; sales without tax; revenue without vat; "
    "sales net of tax; revenue net of tax; revenue ex vat; sales ex vat; revenue excluding taxes; sales excluding taxes; revenue excluding tax and shipping; "
    "sales excluding tax and shipping; revenue without tax and shipping; revenue excluding shipping; sales excluding shipping; sales without shipping",
    "metric:gross_sales": "gross sales; gross revenue; gross turnover; sales before discounts; revenue before discounts; sales before discounts and returns; revenue before discounts and returns; gross sales before discounts",
    "metric:total_sales": "total sales including tax and shipping; total sales with tax and shipping; sales including tax and shipping; "
    "revenue including tax and shipping; sales with tax and shipping; sales including shipping and tax; revenue with tax and shipping",
    "metric:orders": "orders; order count; number of orders; count of orders; purchases; order volume; number of purchases; "
    "orders placed; placed orders; order numbers",
    "metric:units": "units; pieces; items; units sold; items sold; quantity; quantities; quantity sold; number of units; number of items; "
    "pieces sold; sold units; sold items; unit sales; number of pieces",
    "metric:net_units": "net units; units net of returns; units after returns",
    "metric:units_returned": "units returned; returned units; items returned; returned items; pieces returned; number of returns; "
    "returned pieces; number of returned items; number of returned units; units sent back; items sent back",
    "metric:discounts": "discounts; discount; discount amount; discount value; discounts given; amount discounted; price reductions; rebates; "
    "discounted amount",
    "metric:returns": "returns; return amount; return value; value of returns; amount of returns; refunds; refund amount; refunded amount; "
    "value of refunds; amount refunded; refund value; returned value; amount of refunds; money refunded",
    "metric:taxes": "taxes; tax; vat; sales tax; tax amount",
    "metric:shipping": "shipping; shipping revenue; shipping income; shipping charges; shipping fees; postage; delivery charges; delivery fees",
    "metric:average_order": "average order value; aov; average order; average basket; average basket value; average order size; "
    "average basket size; basket value; basket size; order value; mean order value; avg order value; average purchase value; "
    "average value of an order; average value of orders; revenue per order; sales per order; average ticket; average sale; "
    "average cart value; average cart; average spend per order; average revenue per order; mean basket value",
    "metric:units_per_order": "units per order; items per order; pieces per order; average units per order; average items per order; "
    "average number of items per order; average number of units per order; average pieces per order; number of items per order",
    "metric:price": "average price; average selling price; average unit price; selling price; price per unit; unit price; "
    "average price per unit; average sale price; avg price; mean price; average item price",
    "metric:cost": "cost of goods; cost of goods sold; cogs; cost of sales; costs of goods; goods cost",
    "metric:margin": "margin; gross margin; gross profit; profit; profits; contribution margin; gross profits; margins",
    "metric:margin_rate": "margin rate; margin %; gross margin rate; gross margin %; margin in %; margin in percent; margin percentage; "
    "profit margin; gross margin percentage; profit margins; profitability; margin percent; profit rate; profit %",
    "metric:customers": "unique customers; distinct customers; active customers; number of customers; customer count; buying customers; "
    "number of buyers; count of customers; number of unique customers; different customers; customer numbers",
    "metric:new_customers": "new customers; first time customers; first time buyers; new buyers; number of new customers; "
    "customers acquired; acquired customers; number of first time customers; new customer count",
    "metric:returning_customers": "returning customers; repeat customers; repeat buyers; number of returning customers; "
    "returning buyers; number of repeat customers; recurring customers; customers came back; customers who came back; customers returned; customers bought again; customers came again; customers who bought again",
    "metric:new_customers+and+metric:returning_customers": "new and returning customers; new vs returning customers; new versus returning customers; new & returning customers; "
    "new vs . returning customers; new and repeat customers; new vs repeat customers; new customers vs returning customers; new or returning customers; new and existing customers",
    "metric:returning_rate": "returning customer rate; repeat rate; repeat purchase rate; returning rate; share of returning customers; "
    "repeat customer rate; share of repeat customers; percentage of returning customers; retention rate; percentage of repeat customers; "
    "rate of returning customers",
    "metric:refund_rate": "refund rate; return rate; rate of returns; share of sales refunded; share of returns; returns rate; "
    "rate of refunds; refund percentage; return percentage; returns in percent; returns as a percentage of sales; refunds as a percentage of sales; returns as a share of sales; share of sales returned",
    "metric:discount_rate": "discount rate; average discount; rate of discount; discount percentage; average discount rate; discount in percent",
    "metric:cancelled_orders": "cancelled orders; canceled orders; order cancellations; cancellations; number of cancellations; "
    "number of cancelled orders; number of canceled orders; orders cancelled; orders canceled; cancellations of orders",
    "metric:cancellation_rate": "cancellation rate; cancelation rate; share of cancelled orders; share of orders cancelled; "
    "rate of cancellations; cancel rate; percentage of cancelled orders; share of canceled orders; percentage of orders cancelled; "
    "share of cancellations; order cancellation rate; cancelled order rate",
    "metric:sell_through": "sell through; sell through rate; sellthrough",
    "metric:stock": "stock; inventory; stock on hand; units in stock; stock level; inventory level; stock levels; pieces in stock; inventory levels",
    "metric:stock_value": "stock value; inventory value; value of stock; value of inventory; value of the stock; value of our stock; "
    "value of the inventory",
    "metric:days_of_stock": "days of stock; days of inventory; stock cover; days of cover; stock coverage; days of supply",
    "metric:stock_out_days": "stock out days; days out of stock; out of stock days; days sold out; stockout days; days without stock",
    # What may be meant where nothing more exact is said.
    "weak:revenue": "earn; earned; take in; took in; brought in; bring in; bring; brought; spend; spent; money; make; made; generate; "
    "generated; generates; brings in; earns; makes; spending; turn over; business; amount",
    "weak:sell+place": "sold to; sell to; shipped to; ship to; sold in; sold at; bought in; bought from; bought by; sold by",
    "weak:sell": "sell; ship; shipped; sold; selling; sells; get sold; bought; buy; buys; buying",
    "weak:orders": "ordered; order; purchase; purchased; place; placed; came in; come in; came; orders from us",
    "weak:units+most": "best selling; most sold; best sold; bestselling; best sellers; bestsellers; best seller; bestseller; most popular; top selling; "
    "top sellers; topsellers; top seller; most bought; most often bought; most frequently bought; hottest selling; most purchased; sold best; "
    "sell best; sells best; sold most; sold the most; sell the most; sells the most; sell most",
    "weak:units+least": "worst selling; least sold; least popular; slowest selling; worst sellers; slow sellers; sold worst; sell worst; sold least; "
    "sold the least; sell the least; least bought; poorest selling",
    "weak:orders+most": "busiest; most ordered; most frequently ordered; ordered most; ordered the most; order most; order the most; most often ordered",
    "weak:orders+least": "quietest; least ordered; ordered least; ordered the least",
    "weak:returns+most": "most returned; most often returned; most refunded; most sent back; returned most; returned the most; returned most often; "
    "sent back most; most frequently returned",
    "weak:returns": "returned; refunded; sent back; send back; come back",
    "weak:discounts": "discounted; given away; give away; gave away; give in discounts",
    "adjective:stock": "in stock; on hand; in inventory; on the shelf; left in stock",
    "which+dim:day": "when; on which date",
    "which+dims:country": "where; where from; from where; where to",
    "adjective:cancelled": "cancelled; canceled; called off",
    "howmany": "how many; number of; count of; the number of; total number of; what number of; count",
    "howmuch": "how much",
    "share": "share; shares; percentage; proportion; share in; share of; percentage of; proportion of; what share of; what percentage of; fraction of; percent of; what proportion of; "
    "what percent of; what fraction of; % of",
    # By what it is divided.
    "dim:day": "day; daily basis; date; calendar day",
    "dim:week": "week; calendar week",
    "dim:month": "month; calendar month",
    "dim:quarter": "quarter",
    "dim:year": "year",
    "dim:weekday": "weekday; day of the week; day of week; week day",
    "dims:weekday": "weekdays by name; days of the week",
    "dim:hour": "hour; hour of day; hour of the day; time of day; time of the day; clock hour",
    "dims:hour": "hours; hours of the day",
    "dims:day": "days; dates",
    "dims:week": "weeks",
    "dims:month": "months",
    "dims:quarter": "quarters",
    "dims:year": "years",
    "by+dim:day": "daily; day by day; per diem; by the day",
    "by+dim:week": "weekly; week by week; by the week",
    "by+dim:month": "monthly; month by month; by the month; over the months; month on month trend",
    "by+dim:quarter": "quarterly; quarter by quarter",
    "by+dim:year": "yearly; annual; annually; year by year",
    "by+dim:hour": "hourly; hour by hour",
    "dim:product": "product; article; item sold; product title; product name; title",
    "dims:product": "products; articles; goods; merchandise; things; product lines",
    "dim:variant": "variant; sku; product variant; stock keeping unit",
    "dims:variant": "variants; skus; product variants",
    "dim:category": "category; product category; product group; department; product type; kind of product",
    "dims:category": "categories; product categories; product groups; departments; product types; kinds of products",
    "dim:brand": "brand; vendor; manufacturer; maker; label; brand name",
    "dims:brand": "brands; vendors; manufacturers; labels; makers",
    "dim:country": "country; nation; destination; shipping country; country of delivery; land; delivery country; market",
    "dims:country": "countries; nations; destinations; lands; markets",
    "dim:channel": "channel; sales channel; source; point of sale",
    "dims:channel": "channels; sales channels; sources",
    "dim:customer": "customer; buyer; client; shopper; purchaser",
    "dims:customer": "customers; buyers; clients; shoppers; people; purchasers; accounts",
    "dim:cohort": "cohort; customer cohort; acquisition month; first purchase month; month of first purchase",
    "dims:cohort": "cohorts; customer cohorts",
    "dim:segment": "segment; customer segment; rfm segment; customer group; rfm",
    "dims:segment": "segments; customer segments; rfm segments; customer groups",
    "dim:promotion": "promotion; code; discount code; coupon; voucher; promo; promo code; coupon code; voucher code; promotion code; campaign code",
    "dims:promotion": "promotions; codes; discount codes; coupons; vouchers; promos; promo codes; coupon codes; voucher codes",
    "dim:currency": "currency",
    "dims:currency": "currencies",
    "dim:location": "location; warehouse; stock location",
    "dims:location": "locations; warehouses",
    # How it is put together.
    "by": "by; for each; broken down by; split by; grouped by; for every; each; every; according to; in each; in every; from each; from every; "
    "breakdown by; by each; across; split up by; separated by; segmented by; group by; of each; of every; sorted by; ranked by; ordered by; in terms of; "
    "measured by; broken out by; of the different; for the different; across all",
    "per": "per",
    "which": "which; on which; in which; from which; to which; at which; whose; which of our; which of the",
    "which+dims:customer": "who; which people; whom",
    "what": "what; which things",
    "notafter": "excluded; excepted; not included; aside; left out",
    "most": "most; best; highest; top; largest; biggest; greatest; strongest; maximum; max; leading; the most; the best; the highest; best performing; "
    "most valuable; peak; strongest performing; most important; best by; most profitable by; record; most successful; best ranked; "
    "highest ranking; top performing; number one; no 1; most of all; most lucrative",
    "least": "least; worst; lowest; bottom; smallest; fewest; weakest; minimum; min; the least; the worst; the lowest; the fewest; worst performing; poorest; "
    "weakest performing; slowest; least valuable; flop; flops; least of all; least successful; lowest ranking",
    "rank": "first; ranking; ranking of; rank; ranked",
    "not": "not; except; excluding; without; outside; outside of; except for; other than; apart from; excl; exclude; but not; not in; not from; "
    "not counting; leaving out; ignoring; aside from; with the exception of; not including; beyond; besides; save for; bar",
    "and": "and; or; as well as; plus; along with; together with; &; ,; /; also; both; +",
    "vs": "vs; versus; against; compared to; compared with; in comparison to; in comparison with; relative to; compared; than; as against; "
    "v; compare to; compare with; over the same period; beside; set against; in contrast to; when compared to; when compared with; as compared to; in relation to",
    "compareverb": "compare; comparison; comparison of; a comparison of; difference between",
    "compare:year": "year over year; y/y; yoy; year on year; against last year; vs last year; versus last year; compared to last year; "
    "compared with last year; same period last year; the same period last year; same period than last year; against "
    "than against compared to the same period last year; vs "
    "vs against on last year; compared with the same period last year; "
    "vs previous year; versus than "
    "versus the same period last year; annual change; annual growth; same days last year; y o y; over last year; compared to "
    "compared with compared to compared with than in the previous year",
    "compare:previous": "month over month; mom; week over week; wow; previous period; against the previous period; period over period; "
    "vs previous period; compared to the previous period; quarter over quarter; qoq; the period before; month on month; week on week; quarter on quarter; "
    "compared with the previous period; day over day; versus the previous period; "
    "than before; preceding period; the preceding period; compared to before; the previous one; prior period",
    "prior:year": "prior year; the year before; a year earlier; a year ago; one year ago; the previous year; previous year's; the same time last year; same time last year",
    "prior:month": "the month before; the preceding month",
    "prior:week": "the week before; the preceding week",
    "prior:quarter": "the quarter before; the preceding quarter",
    "prior:day": "the day before",
    "change": "change; changed; grow; grew; grown; growth; increase; increased; decrease; decreased; rise; rose; risen; fall; fell; fallen; drop; "
    "dropped; decline; declined; develop; developed; development; up or down; go up; gone up; went up; go down; went down; gone down; trend up; change in; "
    "growth in; growth of; change of; increase in; decrease in; drop in; decline in; rise in; shrink; shrank; difference; difference in; evolve; evolved; "
    "rising; falling; growing; shrinking",
    "trend": "trend; trends; over time; development over time; trend over time; time series; history; the trend; trending",
    "sort:least": "lowest first; smallest first; ascending; in ascending order; least first; worst first; fewest first",
    "sort:most": "highest first; largest first; descending; in descending order; most first; best first; biggest first",
    "why": "why; what caused; cause of; reason for; reasons for; how come; what explains; explain; the reason; what is behind; what drove; root cause; what led to",
    "ahead": "forecast; predict; prediction; expected; will; expect; projection; going to; project; estimate for next; will be; future; predicted; forecasted; outlook; "
    "would",
    "lack:reorder": "reorder; should i order; should we order; restock; need to order; have to order; replenish; must order",
    "lack:visits": "visits; visitors; sessions; traffic; page views; pageviews; clicks; impressions; website; web site; bounce rate; site visits; "
    "web visits; views; visitor; unique visitors; web traffic; hits",
    "lack:conversion": "conversion rate; conversion; conversions; conversion rates; cart abandonment; abandonment; abandoned carts; cart abandonment rate",
    "lack:advertising": "ad spend; ads; advertising; advertising spend; marketing spend; roas; cac; customer acquisition cost; acquisition cost; "
    "marketing costs; cpc; marketing; campaign; campaigns; ad costs; advertising costs; marketing budget; return on ad spend",
    "lack:supplier": "supplier; suppliers; our supplier; purchase price; purchase orders; purchase order; wholesale supplier",
    "lack:expenses": "net profit; ebit; ebitda; operating profit; overhead; rent; wages; salaries; salary; expenses; net income; operating costs; cash flow; "
    "net margin; payroll; bottom line; fixed costs; operating margin; balance sheet",
    "lack:satisfaction": "satisfaction; nps; ratings; rating; reviews; review score; net promoter score; complaints; satisfied; stars; review; support tickets; tickets",
    "lack:person": "age; gender; age group; sex; demographics; income group",
    "lack:delivery": "delivery time; delivery times; shipping time; lead time; lead times; late deliveries; on time delivery; shipping times; delays; carrier; "
    "delivery delays",
    "lack:payment": "payment method; payment methods; paypal; credit card; unpaid invoices; overdue invoices; unpaid; payment provider; payment type",
    "lack:region": "city; cities; region; regions; state; states; postcode; zip code; province; provinces; postal code; town; towns; county; continent; "
    "continents; eu; europe; european union; asia; scandinavia; dach; africa; north america; south america; european; asian; abroad; overseas; domestic; "
    "domestically; international; internationally; benelux",
    "lack:lifetime": "lifetime value; clv; ltv; customer lifetime value; churn; churn rate",
    "lack:reason": "return reason; return reasons; reasons of return",
    "weekend": "weekend; weekends; the weekend",
    "workweek": "weekdays; business days; working days; workdays; weekdays only",
    "time:all": "in total ever; overall ever",
    "place": "in; from; of; to; for; at; on; with; using; into; via; through; within; inside; during; over; out of; made by; made from; only in; only from; "
    "only for; just in; just for; just from; only; just; by way of; including; coming from; based in; delivered to; going to customers in; who live in; living in; who are from; located in; in the category; of the category; in category",
    "noise": "the; a; an; our; my; is; was; were; are; be; been; did; do; does; we; i; us; you; me; have; had; has; it; its; there; this is; please; "
    "show; show me; give me; tell me; list; what is; what's; what are; what was; what were; how; how did; 's; ?; !; .; :; that; these; those; "
    "get; got; see; want; would like; i want; i'd like; can; could; can you; could you; want to know; to know; total; overall; all; any; "
    "in total; altogether; so; then; they; them; their; as; much; display; find; find me; let me see; figures; numbers; figure; whats; collect; collected; lose; "
    "number; value; worth; performance; how high was; how high were; how high is; how was; how were; how is; how are; report; breakdown; table; chart; graph; plot; overview; "
    "data; results; result; look; looked; looks like; looks; i need; need; time; for us; to us; with us; by us; shop; my store; our store; the shop; "
    "company; business wide; happened; happen; happening; came to; amount to; amounted to; been like; the period; period; same; went to; go to; went; go; from us; hello; hi; hey; weft; thanks; "
    'thank you; dear; per total; sum; sum of; total of; the total; the sum of; exactly; currently; now; right now; actually; quickly; compute; calculate; perform; performed; doing; (; ); "; “; ”; „; «; »; '
    "generally; usually; normally; at all; come; comes; goes; accounted for; contributed; contribute; delivered; deliver; yield; yielded; "
    "customers' ; own; ours; every single",
    "follow": "and what about; what about; how about; and for; and in; and how about; same for; the same for; and the same for; and by; now by; now for; now in; but for; and only; "
    "and from; and without",
}
COUNTRIES: Final[dict[str, str]] = {
    "GB": "uk; u.k.; great britain; britain; british; england; english; united kingdom",
    "US": "usa; us; u.s.; america; american; united states; the states; united states of america",
    "DE": "german; germans", "FR": "french", "IE": "irish; eire; republic of ireland", "ES": "spanish; spaniards", "NL": "dutch; holland; the netherlands",
    "BE": "belgian; belgians", "CH": "swiss", "AU": "australian; australians", "PT": "portuguese", "NO": "norwegian; norwegians", "FI": "finnish; finns",
    "IT": "italian; italians", "CY": "cypriot", "JP": "japanese", "SE": "swedish; swedes", "AT": "austrian; austrians", "HK": "hong kong",
    "PL": "polish; poles", "IL": "israeli", "DK": "danish; danes", "SG": "singaporean", "CA": "canadian; canadians", "IS": "icelandic",
    "GR": "greek; greeks", "MT": "maltese", "LB": "lebanese", "LT": "lithuanian", "BR": "brazilian; brazilians", "AE": "uae; emirates; emirati",
    "BH": "bahraini", "CZ": "czech republic; czech; czechia", "SA": "saudi", "CN": "chinese", "IN": "indian", "KR": "south korean; korean; south korea; korea",
    "TR": "turkish; turkey", "UA": "ukrainian", "RU": "russian; russia", "MX": "mexican", "NZ": "new zealander", "ZA": "south african; rsa",
    "LU": "luxembourgish", "HU": "hungarian", "RO": "romanian", "BG": "bulgarian", "HR": "croatian", "SK": "slovak", "SI": "slovenian; slovene",
    "EE": "estonian", "LV": "latvian",
}  # fmt: skip
