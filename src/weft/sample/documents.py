"""The sample shop's policies, answers to common questions, manuals and care guides."""

from typing import Any, Final

from weft.sample.flaws import Record
from weft.sample.products import Product
from weft.sample.terms import CURRENCY, DOMAIN, EXPRESS_CENTS, RETURN_DAYS, SHOP, STORE, WARRANTY_YEARS, ZONES, euros

_WRITTEN: Final = "2026-03-02T09:00:00+00:00"


def _shipping() -> str:
    rows = "\n".join(
        f"| {zone.name} | {euros(zone.postage)} {CURRENCY} | {euros(zone.free_from)} {CURRENCY} | {zone.days} working days |"
        for zone in ZONES.values()
    )
    return f"""# Shipping

We pack orders placed before 14:00 on working days on the same day.

| Country | Postage | Free from | On the road |
|---|---|---|---|
{rows}

Express costs {euros(EXPRESS_CENTS)} {CURRENCY} more and arrives on the next working day within Germany; abroad it takes two.
Collecting an order in the {STORE} is free; we write to you when it is ready, and keep it for ten days.
As soon as a parcel has left us you get a message with the number to follow it by.
If a parcel has not moved for seven working days, write to us: we ask the carrier and send again if it is lost.
We do not ship to parcel lockers abroad, and we do not ship gas cartridges at all."""


def _returns() -> str:
    return f"""# Returns and exchanges

You may send back anything you do not like within {RETURN_DAYS} days of its arrival, unused and with its label.
The label for the way back is free within Germany; from other countries you pay the postage.
Exchanging a size is free everywhere, once an order.
We refund to the means you paid with within five working days after the parcel has reached us.
The first postage is refunded when everything comes back, not when a part does.

We cannot take back: opened candles, socks that were worn, knives with an engraving, and duvet covers that were washed.
An order can be called off free of charge until it is packed; afterwards please send it back.

If something arrives damaged, send a photo within fourteen days: we replace it or refund it, as you prefer,
and you need not send the broken piece back."""


def _warranty() -> str:
    return f"""# Warranty and repair

On everything we sell you have {WARRANTY_YEARS} years of warranty against faults in material and make.
Cast iron and knives carry ten years. Wear is not a fault: heels, zips after years of use, a seasoning that came off.

For a claim we need the order's number and a photo. We repair where we can, replace where we cannot,
and refund where there is nothing to replace it with.

After the warranty our workshop repairs tents, packs and jackets at cost; a seam is usually 12.00 {CURRENCY},
a zip 25.00 {CURRENCY}. Write first, so that we can say whether it is worth it."""


def _privacy() -> str:
    return f"""# Privacy in short

We keep what an order needs: your name, address, email and what you bought. We keep invoices for ten years, because
the law asks it, and messages for three. We do not sell any of it. Write to privacy@{DOMAIN} to see, correct or
delete what we hold."""


def _size_guide() -> str:
    return """# Size guide

Measure over your underwear, the tape level and not tight.

| Size | Chest, cm | Waist, cm | Hips, cm |
|---|---|---|---|
| XS | 82-86 | 66-70 | 88-92 |
| S | 87-92 | 71-76 | 93-97 |
| M | 93-99 | 77-83 | 98-103 |
| L | 100-107 | 84-91 | 104-109 |
| XL | 108-115 | 92-100 | 110-115 |
| XXL | 116-123 | 101-109 | 116-121 |

Between two sizes take the larger in jackets and the smaller in base layers. Boots: stand on a sheet in your hiking
socks, measure the longer foot and add one centimetre: 25 cm is a 40, 26.5 cm a 42, 28 cm a 44."""


_ANSWERS: Final = (
    ("Where is my parcel?", "The message that we sent when it left has a number to follow it by. If it has not moved for seven working days, write to us."),
    ("Can I change my order?", "Until it is packed, yes: write at once with the order's number. Afterwards, send back what you do not want."),
    ("How do I send something back?", f"Within {RETURN_DAYS} days: ask for a label, put it on the parcel, drop it at the shop around the corner."),
    ("When do I get my money back?", "Within five working days after the parcel has reached us."),
    ("Do you ship to Switzerland?", "Not yet. We ship to " + ", ".join(zone.name for zone in ZONES.values()) + "."),
    ("Is the bottle dishwasher safe?", "The caps of our bottles are; steel bodies last longer when washed by hand."),
    ("My pan has rust spots.", "Scrub them off with salt, dry the pan on the heat and rub in a thin film of oil. It is as good as before."),
    ("Why did my discount code not work?", "Each code works once a customer, not on sale prices, and not after its last day."),
    ("Do you sell to companies?", f"Yes, from 20 pieces at 12 percent off. Write to hello@{DOMAIN} with what and when."),
    ("Can I try things on?", f"In the {STORE}, Monday to Saturday from 10:00 to 18:30."),
    ("Which tent is right for two?", "Two people with packs are happiest in a tent for three; for two without packs the tent for two is enough."),
    ("Is merino itchy?", "Ours is fine enough that most people feel nothing. If you do, send it back."),
)  # fmt: skip

_GUIDES: Final[tuple[tuple[str, str, str, tuple[str, ...]], ...]] = (
    ("manual-tents", "Pitching and looking after a dome tent", "tent", (
        "Choose flat ground, away from hollows in which rain gathers, and lay the footprint out smaller than the floor.",
        "Join the poles section by section; never let them snap together. The pole with the red tip goes through the red sleeve.",
        "Set the poles into the eyelets at one side, bend them, and set the other side. Clip the inner tent from the bottom up.",
        "Throw the fly over it, zips closed, and peg out the corners before the guy lines. Tighten again after an hour: nylon stretches when wet.",
        "Seams can be sealed again with silicone sealer for nylon and with polyurethane for polyester; let it dry for twelve hours.",
        "A broken pole section is splinted with the sleeve in the peg bag. Spare sections cost 9.00 EUR.")),
    ("care-sleeping-bags", "Washing and storing sleeping bags", "sleeping-bag", (
        "Air the bag after each trip and wash it once a season.",
        "Wash down at 30 °C with down soap and dry it for four hours in the tumbler with two tennis balls; synthetic fillings dry on the line.",
        "Never store a bag compressed: hang it up, or keep it in the wide net that came with it.",
        "The comfort figure is the temperature at which a rested person in thin clothes sleeps well; if you feel the cold, add five degrees.")),
    ("manual-sleeping-pads", "Inflating and mending sleeping mats", "sleeping-pad", (
        "Open the valve, let the mat draw air for five minutes, then add breaths until a hand pressed down does not touch the ground.",
        "To find a hole, hold the mat under water and mark the bubbles. Dry it, rough it up with the pad, glue the patch and weight it down for six hours.",
        "Store self-inflating mats flat with the valve open, behind a wardrobe for instance.")),
    ("guide-backpacks", "Fitting and packing a backpack", "backpack", (
        "Loosen all straps, put the pack on, and close the hip belt over the top of the hip bones: it carries four fifths of the load.",
        "Pull the shoulder straps until they lie flat, then the load lifters until they rise at some 45 degrees.",
        "Heavy things go close to the back at shoulder-blade height, light ones to the bottom, what you need on the way to the top.",
        "A pack with its load should weigh no more than a fifth of you.")),
    ("manual-headlamps", "Using the rechargeable headlamps", "headlamp", (
        "Press once for the near light, twice for the far one; hold for two seconds for red. Hold for five seconds to lock it: it blinks twice.",
        "The light by the port is red while it charges and green when it is full, after about two and a half hours.",
        "In frost carry the lamp under your jacket: cold cells give half their time.",
        "The battery is replaceable: two screws on the back, part FL-18500, 12.00 EUR.")),
    ("manual-stoves", "Using the gas stoves safely", "stove", (
        "Only use it outdoors or in a well aired porch: burning gas uses up the air you breathe.",
        "Screw the stove on with the valve closed and by hand alone. Smell and listen before you light it.",
        "Never build a windshield all around it: the cartridge must stay cool enough to touch.",
        "If the flame turns yellow, let it cool and blow out the jet. The seal is to be changed every two years, part FL-0021, 3.50 EUR.")),
    ("care-hiking-poles", "Setting and caring for hiking poles", "hiking-poles", (
        "On the flat the elbow makes a right angle; ten centimetres less uphill, ten more downhill.",
        "Both lower sections are set to the same mark; none is ever pulled past STOP.",
        "After rain take the sections apart. Do not oil the locks. Worn tips are pulled off with pliers after a minute in hot water.")),
    ("care-rain-jackets", "Washing and proofing rain jackets", "rain-jacket", (
        "Dirt and sweat close the pores: wash the jacket when water stops beading, at 30 °C, zips closed, with liquid soap and without softener.",
        "Twenty minutes in a warm tumbler or under an iron with a cloth between bring the coating back.",
        "When that no longer helps, spray it with a water repellent free of fluorine while it is still damp.",
        "Waxed cotton is never washed: wipe it with cold water and wax it once a year.")),
    ("care-merino", "Looking after merino and wool", "base-layer", (
        "Air it overnight instead of washing it. When it must be, the wool cycle at 30 °C, wool soap, and a short spin.",
        "Dry flat, away from the sun. Small holes are closed with a darning needle in ten minutes.",
        "Against moths help cedar wood and a closed bag; the freezer for three days ends what has begun.")),
    ("care-boots", "Waxing and resoling hiking boots", "boots", (
        "Take the insoles out after each walk, stuff the boots with paper and let them dry at room temperature. Heat cracks leather.",
        "Brush dry mud off, wax the leather while it is warm from your hand, and the seams twice.",
        "A sole is worn through after some 800 kilometres. We resole our leather boots for 65.00 EUR within four weeks.")),
    ("care-cast-iron", "Seasoning cast iron and carbon steel", "skillet", (
        "Before first use rinse it hot, dry it on the hob, rub in a drop of oil with a cloth and rub as much off again.",
        "Bake it upside down at 230 °C for an hour and let it cool in the oven. Three rounds make a good start.",
        "After cooking rinse with hot water and a brush; a little soap does no harm, soaking does. Sour dishes are for later.",
        "Rust is no drama: steel wool, dry, season again.")),
    ("care-dutch-ovens", "Cooking with enamelled pots", "dutch-oven", (
        "Heat slowly, never empty, to the middle at most: the iron keeps what it gets.",
        "Let it cool before water comes near it, or the enamel jumps. Burnt on food soaks overnight with baking soda.",
        "The knob stands 250 °C. For bread preheat the pot for 30 minutes and use paper for lifting.")),
    ("care-knives", "Sharpening kitchen knives", "chefs-knife", (
        "Wash and dry at once; carbon steel takes a grey skin, which protects it.",
        "Draw it over the steel at 18 degrees, four times a side, each week. On the stone twice a year: 1000, then 3000.",
        "One sharpening is free in our workshop; further ones cost 8.00 EUR.")),
    ("care-boards", "Oiling wooden boards", "cutting-board", (
        "Wipe it on both sides so that it dries evenly, and stand it on its edge.",
        "Oil it with linseed or walnut oil once a month: thin, let it stand for an hour, wipe off the rest.",
        "Onion and garlic leave with salt and half a lemon. A board that has warped straightens under a damp cloth overnight.")),
    ("care-linen", "Washing linen and percale", "duvet-cover", (
        "Wash new linen apart, at 40 °C the first time and up to 60 °C later, with room in the drum and little detergent.",
        "Shake it out and hang it up wet; it needs no iron. In the tumbler take it out while it is still damp.",
        "Softener clogs the fibre and makes it dull.")),
    ("care-towels", "Keeping towels soft and thirsty", "bath-towel", (
        "New towels drink after the third wash. Use half the detergent and no softener at all.",
        "A loop that was pulled out is cut off, never pulled. Shake the towels before drying.")),
    ("care-candles", "Burning candles well", "candle", (
        "Let the whole surface melt the first time, some two hours, or it will tunnel.",
        "Trim the wick to half a centimetre each time. Do not burn for longer than four hours, nor the last half centimetre.",
        "Rest wax leaves the jar after an hour in the freezer.")),
    ("manual-lamps", "Setting up the table lamps", "table-lamp", (
        "Put the shade on the frame and tighten the ring by hand. Use an E14 bulb of up to 25 watts, better an LED of 4.",
        "The cable may only be replaced by a workshop; ours does it for 15.00 EUR.",
        "Brass darkens. If you like it bright, polish it twice a year.")),
    ("care-rugs", "Caring for rugs", "rug", (
        "Turn the rug every half year, so that light and feet wear it evenly. Wool sheds for the first six weeks.",
        "Blot spills with a dry cloth from the edge to the middle, then with cold water. Jute must not get wet.",
        "An underlay two centimetres smaller on each side keeps it in its place.")),
    ("manual-flasks", "Using vacuum flasks", "thermos", (
        "Rinse with hot water before filling it: that is worth two hours. Fill it to two centimetres below the stopper.",
        "The stopper comes apart for cleaning: press the two ears and turn. Put the seal back with its lip downward.",
        "A flask that leaks from the stopper most often lacks its seal, or has it upside down. If it leaks nevertheless, write to us with the batch number on the base.")),
    ("manual-hammocks", "Hanging a hammock", "hammock", (
        "Two trees thicker than a thigh, four to five metres apart. Straps at the height of your eyes, the hammock at a chair's height in its middle.",
        "Lie across it: the back is flat then. Test it with your hand before you sit down.",
        "Look at the seams and the straps each spring, and do not leave it out in the sun all summer.")),
)  # fmt: skip


def _document(key: str, title: str, type_: str, text: str, products: list[str]) -> Record:
    body: dict[str, Any] = {"type": type_, "format": "markdown", "language": "en", "text": text}
    body["url"] = f"https://{DOMAIN}/pages/{key}"
    if products:
        body["products"] = products
    return {"kind": "document", "id": key, "at": _WRITTEN, "subject": title, "body": body}


def documents(products: list[Product]) -> list[Record]:
    """All documents: five policies, twelve questions, a manual or a care guide for 21 kinds of goods."""
    written = [
        _document("shipping-policy", "Shipping", "policy", _shipping(), []),
        _document("returns-policy", "Returns and exchanges", "policy", _returns(), []),
        _document("warranty", "Warranty and repair", "policy", _warranty(), []),
        _document("privacy", f"Privacy at {SHOP}", "policy", _privacy(), []),
        _document("size-guide", "Size guide", "guide", _size_guide(), []),
    ]
    for place, (question, answer) in enumerate(_ANSWERS, start=1):
        written.append(_document(f"faq-{place:02d}", question, "faq", f"**{question}**\n\n{answer}", []))
    for key, title, kind, steps in _GUIDES:
        text = f"# {title}\n\n" + "\n".join(f"{place}. {step}" for place, step in enumerate(steps, start=1))
        about = sorted(product.handle for product in products if product.kind.key == kind)
        written.append(_document(key, title, "manual" if key.startswith("manual") else "guide", text, about))
    return written
