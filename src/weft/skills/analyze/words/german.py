"""What German words do in a question about figures; phrases are parted by semicolons, `~` stands for an adjective's endings."""

from typing import Final

PHRASES: Final[dict[str, str]] = {
    "metric:revenue": "umsatz; umsätze; umsatzes; umsätzen; verkäufe; verkäufen; erlös; erlöse; erlösen; einnahmen; verkaufserlös; verkaufserlöse; absatzwert; "
    "warenumsatz; nettoerlös; nettoerlöse; verkaufsumsatz; umsatzzahlen; verkaufszahlen; gesamtumsatz; sales; revenue",
    "metric:net_sales": "nettoumsatz; nettoumsätze; nettoumsatzes; netto umsatz; umsatz nach retouren; umsatz abzüglich retouren; umsatz nach abzug von retouren; umsatz nach rabatten; umsatz ohne mehrwertsteuer; umsatz ohne steuern; "
    "umsatz ohne mwst; umsatz ohne umsatzsteuer; umsatz ohne versand; umsatz ohne versandkosten; umsatz ohne steuern und versand; umsatz exklusive mehrwertsteuer; umsatz netto",
    "metric:gross_sales": "bruttoumsatz; bruttoumsätze; bruttoumsatzes; brutto umsatz; umsatz vor rabatten; umsatz vor rabatt",
    "metric:total_sales": "umsatz mit steuern und versand; umsatz inklusive steuern und versand; umsatz inkl . steuern und versand; umsatz einschließlich steuern und versand; "
    "gesamtumsatz mit steuern und versand; gesamtumsatz inklusive steuern und versand; umsatz inklusive versand und steuern",
    "metric:orders": "bestellungen; aufträge; bestellung; auftrag; anzahl bestellungen; anzahl der bestellungen; bestellanzahl; bestellzahl; bestellzahlen; "
    "auftragszahl; anzahl der aufträge; anzahl aufträge; käufe; auftragseingang; auftragseingänge; zahl der bestellungen; zahl der aufträge; order; orders; aufträgen",
    "metric:units": "stück; stücke; stückzahl; stückzahlen; einheiten; absatz; menge; mengen; verkaufte stück; verkaufte stückzahl; absatzmenge; verkaufsmenge; artikelmenge; "
    "verkaufte einheiten; verkaufte menge; stk; verkaufte stücke; verkauften stück; absätze; exemplare; verkauften einheiten; stückabsatz; anzahl verkaufter artikel; "
    "anzahl der verkauften artikel; verkaufte artikel; verkauften artikel; anzahl verkaufter produkte; anzahl verkaufter stücke",
    "metric:net_units": "stück nach retouren; stück abzüglich retouren; absatz nach retouren; nettoabsatz",
    "metric:units_returned": "zurückgesandte stück; zurückgesendete stück; retournierte stück; zurückgeschickte stück; retournierte artikel; zurückgesendete artikel; zurückgesandte artikel; anzahl retouren; anzahl der retouren; "
    "zurückgeschickte artikel; retourenmenge; zahl der retouren; stück zurückgeschickt; artikel zurückgeschickt",
    "metric:discounts": "rabatt; rabatte; rabatten; nachlass; nachlässe; preisnachlässe; rabattsumme; rabattbetrag; skonto; preisnachlass; rabatthöhe; nachlässen; ermäßigungen; vergünstigungen",
    "metric:returns": "retouren; rücksendungen; erstattungen; rückerstattungen; retourenwert; rückgaben; erstattungsbetrag; wert der retouren; rückläufer; gutschriften; "
    "erstattete beträge; retourensumme; erstattungssumme; wert der rücksendungen; erstatteter betrag; retoure",
    "metric:taxes": "steuern; mehrwertsteuer; umsatzsteuer; mwst; ust; steuer; steuerbetrag",
    "metric:shipping": "versandkosten; versanderlöse; versandeinnahmen; porto; versandgebühren; versandumsatz; portoeinnahmen; versand",
    "metric:average_order": "durchschnittlich~ bestellwert; durchschnittlich~ bestellwerte; durchschnittlich~ warenkorb; bestellwert; warenkorbwert; durchschnittsbestellwert; durchschnittsbon; "
    "durchschnittlich~ warenkorbwert; mittler~ bestellwert; durchschnittlich~ auftragswert; auftragswert; bon; durchschnittlich~ bon; umsatz pro bestellung; umsatz je bestellung; "
    "durchschnittswarenkorb; bestellwerte; durchschnittlich~ umsatz pro bestellung; durchschnittlich~ umsatz je bestellung; aov; warenkorb; bestellwert im durchschnitt; "
    "bestellwert im schnitt; ø bestellwert; bonsumme; mittler~ warenkorb; durchschnittlich~ einkaufswert",
    "metric:units_per_order": "stück pro bestellung; artikel pro bestellung; stück je bestellung; artikel je bestellung; einheiten pro bestellung; einheiten je bestellung; teile pro bestellung; "
    "durchschnittlich~ stück pro bestellung; produkte pro bestellung; artikel pro warenkorb; artikel je warenkorb; teile je bestellung",
    "metric:price": "durchschnittspreis; durchschnittlich~ preis; durchschnittlich~ verkaufspreis; verkaufspreis; mittler~ preis; stückpreis; durchschnittspreise; durchschnittlich~ stückpreis; "
    "mittler~ verkaufspreis; durchschnittlich~ preise",
    "metric:cost": "wareneinsatz; warenkosten; wareneinstandskosten; herstellkosten; wareneinsatzes; einstandskosten",
    "metric:margin": "marge; rohertrag; deckungsbeitrag; rohgewinn; gewinn; bruttogewinn; margen; rohmarge; deckungsbeiträge; bruttomarge; gewinne; rohertrags; profit; ertrag; gewinns; warenrohertrag",
    "metric:margin_rate": "marge in prozent; handelsspanne; margenquote; rohertragsquote; marge in %; margensatz; rohmarge in prozent; gewinnmarge; spanne; deckungsbeitragsquote; rohertragsmarge; "
    "prozentuale marge; bruttomarge in prozent; rohgewinnquote; umsatzrendite; marge prozentual; gewinnspanne; margen in prozent; deckungsbeitrag in prozent",
    "metric:customers": "kundenzahl; kundenanzahl; anzahl kunden; anzahl der kunden; anzahl käufer; aktive kunden; zahl der kunden; verschiedene kunden",
    "metric:new_customers": "neukunden; neu~ kunden; erstkäufer; neukundenzahl; anzahl neukunden; anzahl der neukunden; neu~ käufer; anzahl neuer kunden; neugewonnene kunden; neu gewonnene kunden; erstkunden",
    "metric:returning_customers": "stammkunden; wiederkehrend~ kunden; wiederkäufer; bestandskunden; wiederkehrer; anzahl stammkunden; anzahl der stammkunden; kunden kamen wieder; kunden sind wiedergekommen; kunden haben wieder gekauft; kunden haben erneut gekauft",
    "metric:new_customers+and+metric:returning_customers": "neu~ und wiederkehrend~ kunden; neukunden und stammkunden; neu- und stammkunden; neu und stammkunden; neu~ und bestehend~ kunden; neukunden und bestandskunden",
    "metric:returning_rate": "wiederkaufsrate; wiederkaufrate; wiederkäuferquote; stammkundenquote; anteil stammkunden; anteil der stammkunden; anteil wiederkehrend~ kunden; wiederkaufquote; "
    "wiederkaufsquote; anteil der wiederkehrend~ kunden; stammkundenanteil",
    "metric:refund_rate": "retourenquote; erstattungsquote; rücksendequote; retourenrate; rückgabequote; erstattungsrate; retourenanteil; rückläuferquote",
    "metric:discount_rate": "rabattquote; durchschnittlich~ rabatt; rabattsatz; rabattrate; rabatt in prozent; rabattanteil; durchschnittlich~ nachlass",
    "metric:cancelled_orders": "storniert~ bestellungen; stornierungen; stornos; storniert~ aufträge; storno; anzahl stornierter bestellungen; anzahl der stornierungen; anzahl der stornos; "
    "anzahl stornos; bestellungen storniert; aufträge storniert; abgebrochene bestellungen; anzahl stornierungen; anzahl der stornierten bestellungen",
    "metric:cancellation_rate": "stornoquote; stornierungsquote; stornorate; stornierungsrate; anteil der stornierten bestellungen; anteil stornierter bestellungen; storno quote; anteil der stornierungen; "
    "anteil der stornos; stornoanteil; anteil storniert~ aufträge",
    "metric:sell_through": "abverkaufsquote; abverkaufsrate; abverkauf; durchverkaufsquote",
    "metric:stock": "bestand; lagerbestand; vorrat; lagerbestände; bestände; warenbestand; vorräte; lagermenge",
    "metric:stock_value": "lagerwert; bestandswert; warenwert im lager; wert des lagers; wert des bestands; wert des lagerbestands; warenbestandswert",
    "metric:days_of_stock": "reichweite; lagerreichweite; bestandsreichweite; reichweite in tagen; lagerreichweite in tagen",
    "metric:stock_out_days": "ausverkaufte tage; tage ohne bestand; fehltage; tage ausverkauft; nicht lieferbare tage; out of stock tage",
    "weak:revenue": "eingenommen; ausgegeben; umgesetzt; gebracht; einbringen; eingebracht; verdient; geld; brachte; brachten; bringen; bringt; erzielt; erwirtschaftet; gaben; setzte; setzten; "
    "setzen; verdienen; verdienten; ausgeben; machen; machte; machten; gemacht; erlöst; umsetzen; generiert; ausgegeben haben; erzielen; erzielten; erzielte; einnehmen; einnahmen wir",
    "weak:sell": "verkauft; verschickt; versendet; versandt; geliefert; absetzen; verschicken; liefern; verkaufen; verkauften; verkaufte; abgesetzt; gekauft; verkauft worden; verkauft wurden; kaufen; kauften; kaufte; kauft; verkaufen sich; verkauft sich",
    "weak:orders": "bestellt; bestellen; bestellten; bestellte; geordert; eingegangen; gingen ein; kamen herein; kamen rein; aufgegeben; kamen",
    "weak:units+most": "meistverkauft~; bestverkauft~; meistgekauft~; verkaufsschlager; bestseller; topseller; renner; beliebtest~; am häufigsten verkauft; am meisten verkauft; bestverkäufer; "
    "absatzstärkst~; am besten verkauft; verkaufsstärkst~; am meisten gekauft; am häufigsten gekauft; am besten verkauften; am häufigsten verkauften; am meisten verkauften; "
    "verkaufen sich am besten; verkauft sich am besten; verkauften sich am besten; gefragtest~; laufen am besten; liefen am besten; stückzahlstärkst~",
    "weak:units+least": "schlechtestverkauft~; am wenigsten verkauft; ladenhüter; am seltensten verkauft; am schlechtesten verkauft; absatzschwächst~; am wenigsten verkauften; am wenigsten gekauft; "
    "verkaufen sich am schlechtesten; verkauften sich am schlechtesten; am schlechtesten verkauften",
    "metric:revenue+trend": "umsatzentwicklung; umsatzverlauf; entwicklung des umsatzes; umsatztrend",
    "metric:revenue+change": "umsatzwachstum; umsatzveränderung; umsatzrückgang; umsatzsteigerung; umsatzanstieg",
    "metric:orders+trend": "bestellentwicklung; auftragsentwicklung",
    "metric:revenue+most": "umsatzstärkst~; umsatzreichst~; umsatzbringer; umsatzbester; umsatzbeste; umsatzbesten",
    "metric:revenue+least": "umsatzschwächst~; umsatzärmst~",
    "metric:margin+most": "profitabelst~; ertragsstärkst~; margenstärkst~; gewinnbringendst~; einträglichst~",
    "weak:returns+most": "am häufigsten zurückgeschickt; am meisten zurückgeschickt; meistretourniert~; am häufigsten retourniert; am meisten retourniert; retourenstärkst~; am häufigsten zurückgegeben",
    "weak:returns": "zurückgeschickt; retourniert; erstattet; zurückgegeben; zurückgesendet; zurückgesandt",
    "weak:discounts": "rabattiert; nachgelassen",
    "adjective:stock": "auf lager; am lager; im lager; vorrätig; im bestand; lagernd",
    "which+dim:day": "wann",
    "which+dims:country": "wo; woher; wohin",
    "adjective:cancelled": "storniert; storniert wurden; storniert worden; storniert~",
    "howmany": "wie viele; wieviele; anzahl; anzahl der; anzahl an; zahl der; anzahl von; die anzahl; die zahl der; wie viel stück",
    "howmuch": "wie viel; wieviel",
    "metric:revenue+share": "umsatzanteil; umsatzanteile; anteil am umsatz; umsatzanteilen",
    "share": "anteil; anteile; anteil der; anteil von; welcher anteil; prozentsatz; wie viel prozent; welcher anteil der; prozentualer anteil; wie viel prozent der; wie viel prozent des; wieviel prozent des; prozent des; wieviel prozent; anteil an; prozent der",
    "dim:day": "tag; datum; kalendertag; tages",
    "dims:day": "tage; tagen; tags",
    "dim:week": "woche; kalenderwoche; kw",
    "dims:week": "wochen; kalenderwochen",
    "dim:month": "monat; kalendermonat",
    "dims:month": "monate; monaten",
    "dim:quarter": "quartal; vierteljahr",
    "dims:quarter": "quartale; quartalen",
    "dim:year": "jahr; kalenderjahr",
    "dims:year": "jahre; jahren",
    "dim:weekday": "wochentag",
    "dims:weekday": "wochentage; wochentagen",
    "dim:hour": "stunde; uhrzeit; tageszeit",
    "dims:hour": "stunden; uhrzeiten; tageszeiten",
    "by+dim:day": "täglich~; tageweise; tagesweise; tag für tag",
    "by+dim:week": "wöchentlich~; wochenweise; woche für woche",
    "by+dim:month": "monatlich~; monatsweise; monat für monat",
    "by+dim:quarter": "quartalsweise; vierteljährlich~; quartal für quartal",
    "by+dim:year": "jährlich~; jahresweise; jahr für jahr",
    "by+dim:hour": "stündlich~; stundenweise",
    "by+dim:month+metric:revenue": "monatsumsatz; monatsumsätze; monatsumsätzen",
    "by+dim:day+metric:revenue": "tagesumsatz; tagesumsätze; tagesumsätzen",
    "by+dim:week+metric:revenue": "wochenumsatz; wochenumsätze",
    "by+dim:quarter+metric:revenue": "quartalsumsatz; quartalsumsätze",
    "by+dim:year+metric:revenue": "jahresumsatz; jahresumsätze",
    "dim:product": "produkt; artikel; ware; produkts; produktes; produkttitel; artikelname",
    "dims:product": "produkte; produkten; waren; artikeln; dinge",
    "dim:variant": "variante; sku; produktvariante; artikelnummer",
    "dims:variant": "varianten; skus; produktvarianten; artikelnummern",
    "dim:category": "kategorie; warengruppe; produktgruppe; produktkategorie; warenkategorie; sortiment; produktart; abteilung; rubrik",
    "dims:category": "kategorien; warengruppen; produktgruppen; produktkategorien; produktarten; abteilungen; rubriken",
    "dim:brand": "marke; hersteller; anbieter; label; produktmarke",
    "dims:brand": "marken; herstellern; labels",
    "dim:country": "land; lieferland; zielland; landes; bestimmungsland; markt; versandland",
    "dims:country": "länder; ländern; lieferländer; märkte; märkten; zielländer; lieferländern",
    "dim:channel": "kanal; vertriebskanal; verkaufskanal; absatzkanal; vertriebsweg; quelle; absatzweg",
    "dims:channel": "kanäle; kanälen; vertriebskanäle; vertriebskanälen; verkaufskanäle; verkaufskanälen; absatzkanäle; vertriebswege; vertriebswegen; absatzkanälen",
    "dim:customer": "kunde; käufer; kundin; abnehmer; besteller",
    "dims:customer": "kunden; käufern; kundinnen; kundschaft; abnehmern; leute; bestellern",
    "dim:cohort": "kohorte; kundenkohorte; erstkaufmonat",
    "dims:cohort": "kohorten; kundenkohorten",
    "dim:segment": "segment; kundensegment; kundengruppe; rfm segment; kundengruppen segment",
    "dims:segment": "segmente; segmenten; kundensegmente; kundensegmenten; kundengruppen",
    "dim:promotion": "gutschein; gutscheincode; rabattcode; aktion; code; rabattaktion; aktionscode; promotion; coupon; gutscheincodes; rabattgutschein",
    "dims:promotion": "gutscheine; gutscheinen; rabattcodes; aktionen; codes; rabattaktionen; promotionen; coupons; aktionscodes",
    "dim:currency": "währung",
    "dims:currency": "währungen",
    "dim:location": "lager; lagerort; standort",
    "dims:location": "lagerorte; lagerorten; standorte; standorten; lagern",
    "by": "nach; für jed~; jed~; aufgeschlüsselt nach; aufgeteilt nach; gruppiert nach; getrennt nach; unterteilt nach; verteilt auf; pro jeweiligem; nach jeweiligem; einzeln nach; "
    "in jed~; aus jed~; sortiert nach; gemessen an; gemäß; der einzelnen; in den einzelnen; der verschiedenen; je nach; auf; geordnet nach; aufgegliedert nach; gegliedert nach",
    "per": "je; pro",
    "which": "welch~; in welch~; an welch~; aus welch~; mit welch~; bei welch~; wessen; von welch~; über welch~; zu welch~; was für; um welch~; für welch~",
    "which+dims:customer": "wer; welche leute; wem",
    "what": "was",
    "notafter": "ausgenommen; ausgeschlossen; nicht mitgerechnet; nicht eingerechnet",
    "most": "meist~; best~; höchst~; stärkst~; größt~; top; am meisten; am besten; am höchsten; am größten; maximal~; wichtigst~; am stärksten; spitzen; wertvollst~; erfolgreichst~; "
    "am häufigsten; führend~; häufigst~; spitzenreiter; rekord; an der spitze; beste; besten; kaufkräftigst~",
    "least": "wenigst~; schlechtest~; niedrigst~; schwächst~; kleinst~; geringst~; am wenigsten; am schlechtesten; am niedrigsten; minimal~; am geringsten; am schwächsten; flop; flops; "
    "am kleinsten; am seltensten; seltenst~; schlusslicht; schlusslichter",
    "rank": "erst~; rangliste; ranking; rangfolge",
    "not": "ohne; außer; nicht; abgesehen von; mit ausnahme von; bis auf; außerhalb; exklusive; nicht aus; nicht in; außerhalb von; ausschließlich nicht; mit ausnahme; nicht nach; exkl; "
    "außerhalb der; anders als; neben",
    "and": "und; oder; sowie; ,; /; &; plus; als auch; sowohl; zusammen mit; samt; auch; +; bzw; beziehungsweise",
    "vs": "gegenüber; gegen; verglichen mit; im vergleich zu; im vergleich zum; im vergleich mit; als; versus; vs; zu; im vergleich zur; gegenüber dem; gegenüber der; verglichen zu; im vergleich; "
    "im verhältnis zu; im verhältnis zum; im gegensatz zu; gegenübergestellt; im vergleich mit dem; in relation zu; verglichen zum; gemessen am; verglichen mit dem; zum",
    "compareverb": "vergleiche; vergleich; vergleich von; vergleich der; vergleich des; vergleichen; unterschied zwischen; differenz zwischen; stelle gegenüber; im vergleich von",
    "compare:year": "vorjahresvergleich; zum gegenüber gegenüber dem im vergleich zum als im im jahresvergleich; "
    "zum gegenüber letztem jahr; gegenüber dem letzten jahr; im vorjahresvergleich; gegenüber dem im vergleich zum letzten jahr; "
    "als letztes jahr; gegenüber dem im vergleich zum zum gleichen zeitraum des gleicher zeitraum im verglichen mit dem "
    "verglichen mit letztem jahr; im als ein im gleichen zeitraum des im gleichen zeitraum des letzten jahres; als verglichen zum "
    "im vergleich zu letztem jahr; gegenüber dem gleichen zeitraum des als gegen vj; zum letzten jahr; im vergleich mit dem das jahr davor",
    "compare:previous": "zum vorperiode; vorzeitraum; gegenüber zur zum im monatsvergleich; gegenüber dem gegenüber der "
    "gegenüber dem im vergleich zum im vergleich zur im vergleich zum als im als in der zur vorperiode; als im als im "
    "als in der gegenüber der vorperiode; im im in der in der als im im in der "
    "vorherigen zeitraum; gegenüber dem vorherigen zeitraum; im vergleich zur vorperiode; verglichen mit dem verglichen mit der im vergleich zum vorherigen zeitraum; als zuvor; als davor; im wochenvergleich",
    "prior:year": "vorjahr; vorjahreszeitraum; vorjahresmonat; vorjahresperiode; vorjahresquartal; im vorjahr; vorjahres; vorjahreswert; vor einem jahr; im jahr zuvor; jahr davor; das jahr davor; ein jahr zuvor; ein jahr davor",
    "prior:month": "vormonat; im vormonat; monat davor; monat zuvor; im monat davor; im monat zuvor; vormonats",
    "prior:week": "vorwoche; in der vorwoche; woche davor; woche zuvor; in der woche davor; in der woche zuvor",
    "prior:quarter": "vorquartal; quartal davor; im vorquartal",
    "prior:day": "vortag",
    "change": "wachstum; erhöht; verringert; erhöhte; verringerte; verbessert; verschlechtert; gewachsen; entwicklung; verändert; veränderung; gestiegen; gesunken; stieg; sank; entwickelt; zuwachs; rückgang; zugenommen; abgenommen; gefallen; änderung; geändert; entwickelte; anstieg; steigerung; "
    "mehr geworden; weniger geworden; wuchs; fiel; steigt; sinkt; wachsen; entwickelten; entwickeln; veränderte; unterschied; differenz; verändern; zunahme; abnahme",
    "trend": "trend; im zeitverlauf; zeitverlauf; verlauf; im verlauf; verlauf der; verlauf des; zeitlicher verlauf; im laufe der zeit; zeitreihe; trends",
    "sort:least": "aufsteigend; kleinste zuerst; niedrigste zuerst; aufsteigend sortiert",
    "sort:most": "absteigend; größte zuerst; höchste zuerst; absteigend sortiert",
    "why": "warum; weshalb; wieso; grund für; gründe für; ursache; ursachen; woran liegt; woran lag; wodurch; woran; was ist der grund; weswegen; aus welchem grund; wie kommt es",
    "passive": "wird; werden; werde",
    "ahead": "prognose; vorhersage; erwartet; erwarten; voraussichtlich; prognostiziere; künftig; zukünftig; voraussichtliche~; vorhersagen; prognostiziert; ausblick; würde; würden; hochrechnung",
    "lack:reorder": "nachbestellen; nachbestellung; bestellen soll; einkaufen soll; soll ich bestellen; sollte ich bestellen; nachbestellt; müssen wir bestellen; sollen wir bestellen; bestellvorschlag",
    "lack:visits": "besucher; besuche; seitenaufrufe; webseite; website; sitzungen; traffic; klicks; besuchen; besucherzahlen; impressionen; besuchern; aufrufe; homepage; zugriffe; besucherzahl; absprungrate",
    "lack:conversion": "konversionsrate; conversion rate; conversion; kaufabbrüche; warenkorbabbrüche; konversion; conversionrate; abbruchquote; umwandlungsrate; warenkorbabbrecher",
    "lack:advertising": "werbung; werbeausgaben; werbekosten; marketingkosten; anzeigen; roas; kundengewinnungskosten; marketing; kampagne; kampagnen; werbebudget; marketingbudget; akquisekosten; kundenakquisitionskosten",
    "lack:supplier": "lieferant; lieferanten; einkaufspreis; einkaufspreise; zulieferer; lieferantin; wareneinkauf; einkäufe",
    "lack:expenses": "nettogewinn; reingewinn; betriebskosten; miete; löhne; gehälter; ebit; jahresüberschuss; ebitda; personalkosten; betriebsergebnis; fixkosten; liquidität; gemeinkosten; cashflow; ausgaben; bilanz",
    "lack:satisfaction": "zufriedenheit; bewertungen; bewertung; rezensionen; beschwerden; nps; kundenzufriedenheit; zufrieden; reklamationen; sterne; supportanfragen",
    "lack:person": "alter; geschlecht; altersgruppe; altersgruppen; einkommen",
    "lack:delivery": "lieferzeit; lieferzeiten; versanddauer; lieferverzug; lieferdauer; verspätungen; zustelldauer; pünktlichkeit",
    "lack:payment": "zahlungsart; zahlungsarten; zahlungsmittel; paypal; kreditkarte; offene rechnungen; bezahlart; zahlungsweise; zahlungsmethode; zahlungsmethoden; unbezahlte rechnungen",
    "lack:region": "stadt; städte; region; regionen; bundesland; bundesländer; postleitzahl; plz; städten; bundesländern; kontinent; kontinente; eu; europa; asien; skandinavien; dach; afrika; ausland; inland; international; "
    "im ausland; im inland; nordamerika; südamerika; europäische union; kontinenten; benelux; ort; orte; postleitzahlen",
    "lack:lifetime": "kundenwert; abwanderung; clv; ltv; kundenlebenswert; abwanderungsrate; churn; abgewanderte kunden",
    "lack:reason": "retourengrund; retourengründe; rückgabegrund; rückgabegründe; retourengründen",
    "weekend": "wochenende; wochenenden; am wochenende; wochenends",
    "workweek": "werktage; werktagen; werktags; unter der woche; arbeitstage; arbeitstagen",
    "time:all": "insgesamt je; über alle zeit; gesamter zeitraum; gesamten zeitraum",
    "place": "in; im; aus; von; vom; für; bei; mit; der; des; am; an; dem; ins; durch; den; zur; seitens; über; innerhalb; via; beim; nur; nur in; nur aus; nur für; ausschließlich; lediglich; aus dem; in dem; in der; in den; an der; "
    "unter; inklusive; einschließlich; mittels; per; nur mit; nur über; während; um; von der; aus der; mit der; mit dem",
    "noise": "die; das; ein; eine; einen; einem; einer; eines; wie; hoch; war; waren; ist; sind; hatte; hatten; haben; hat; habe; wurde; wurden; worden; gab; es; wir; ich; uns; unser; unser~; mein~; unsere; zeig; zeige; mir; "
    "bitte; gib; liste; viel; viele; ?; !; .; :; so; sich; sein; bekommen; erhalten; groß; lag; betrug; betragen; denn; da; man; kannst; du; sie; er; ihr; ihre; deren; nenne; sag; sage; gesamt; gesamte~; insgesamt; "
    "gewährt; höhe; bitte die; bitte den; übersicht; bericht; zahlen; wert; werte; tabelle; grafik; diagramm; kannst du; können; könntest; möchte; wissen; sehen; will; gern; gerne; mal; ergebnis; ergebnisse; nun; jetzt; "
    "shop; laden; geschäft; summe; summe der; summe von; gegeben; gibt; geben; auf einen blick; daten; anzeigen lassen; derzeit; aktuell; momentan; genau; ganz; "
    'entfielen; entfällt; entfallen; kommt; kommen; stammen; stammt; stammten; liegt; liegen; lagen; fielen; an uns; bei uns; von uns; unserem; unseren; eigentlich; schon; alle; aller; allen; alles; hallo; danke; (; ); "; “; ”; „; «; »; berechne; ermittle; '
    "gesamtzahl; gesamtwert; gesamthöhe; vergeben; ausgewiesen; steht; stand; standen; zustande; selben; gleichen; zeitraum; euch; auch noch; noch; dort; hier; etwa; überhaupt; jeweils; jeweilig~; einzeln~; verschieden~; 's; dabei; darauf",
    "follow": "und in; und für; und was ist mit; was ist mit; wie sieht es aus in; und wie; und im; wie sieht es aus mit; und aus; und nach; und ohne; und wie sieht es; das gleiche für; dasselbe für; und bei; und am",
}
COUNTRIES: Final[dict[str, str]] = {
    "GB": "uk; großbritannien; england; britisch~; englisch~; briten; vereinigtes königreich; vereinigten königreich; engländer; vereinigten königreichs",
    "US": "usa; amerika; amerikanisch~; us; vereinigte staaten; vereinigten staaten; amerikaner; den usa", "DE": "deutsch~; deutschlands; deutsche", "FR": "französisch~; frankreichs; franzosen",
    "IE": "irisch~; eire; iren", "ES": "spanisch~; spanier", "NL": "niederländisch~; holland; holländisch~; niederländer; holländer", "BE": "belgisch~; belgier",
    "CH": "schweizer; schweizerisch~", "AU": "australisch~; australier", "PT": "portugiesisch~; portugiesen", "NO": "norwegisch~; norweger", "FI": "finnisch~; finnen",
    "IT": "italienisch~; italiener", "CY": "zyprisch~", "JP": "japanisch~; japaner", "SE": "schwedisch~; schweden; schwedens", "AT": "österreichisch~; österreicher; österreichs",
    "HK": "hongkong; hong kong", "PL": "polnisch~; polens", "IL": "israelisch~", "DK": "dänisch~; dänemarks; dänen", "SG": "singapur", "CA": "kanadisch~; kanadier", "IS": "isländisch~",
    "GR": "griechisch~; griechen", "MT": "maltesisch~", "CZ": "tschechisch~; tschechische republik; tschechien", "AE": "vae; emirate; vereinigte arabische emirate", "SA": "saudisch~; saudi arabien",
    "CN": "chinesisch~; chinesen", "TR": "türkisch~", "BR": "brasilianisch~", "LU": "luxemburgisch~", "HU": "ungarisch~", "RU": "russisch~", "UA": "ukrainisch~", "ZA": "südafrikanisch~", "LB": "libanon",
}  # fmt: skip
