"""What customers wrote to the sample shop and what it answered, about real orders and products of its own."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from weft.sample.anomalies import LEAKED_CODE, Anomaly
from weft.sample.flaws import Record
from weft.sample.orders import Line, Order
from weft.sample.products import Product, said
from weft.sample.terms import DAYS, RETURN_DAYS, STORE, ZONES, at, euros, spoken

COUNT: Final = 300

_GREETINGS: Final = ("Hi,", "Hello,", "Good morning,", "Hi there!", "Dear team,", "hey,", "")
_CLOSINGS: Final = ("Thanks, {first}", "Best, {first}", "Kind regards, {name}", "{first}", "", "thx")
_AGENTS: Final = ("Support A", "Support B", "Support C")


@dataclass(slots=True, frozen=True)
class Topic:
    """One thing customers write about: its name, how often, their words, the shop's answers, and their last word."""

    intent: str
    weight: int
    asks: tuple[str, ...]
    answers: tuple[str, ...]
    ends: tuple[str, ...] = ("Great, thank you!", "Perfect.", "Ok, thanks for the quick answer.", "")
    needs: str = "order"


TOPICS: Final = (
    Topic(
        "where-is-my-order",
        15,
        (
            "I ordered on {date} ({order}) and have not heard anything since. Where is my parcel?",
            "where is {order}?? it should have been here by now",
            "The tracking for order {order} has not moved for days. Can you check?",
            "My {title} was supposed to arrive this week. Order number {order}. Any news?",
        ),
        (
            "Your order {order} left us on {sent}. To {country} it takes {days} working days; I have asked the carrier.",
            "I looked it up: {order} was handed over on {sent}. If it has not moved in seven working days, we send again.",
        ),
    ),
    Topic(
        "return",
        12,
        (
            "I would like to return the {title} from {order}. How does that work?",
            "The {title} is not what I expected. Can I send it back? Order {order}",
            "pls send me a return label for {order}",
        ),
        (
            "Of course: you have {return_days} days from the day it arrived. The label for {order} is on its way to your "
            "inbox, and the refund comes within five working days after the parcel has reached us.",
        ),
    ),
    Topic(
        "exchange-size",
        8,
        (
            "The {title} in {size} is too small. Could I exchange it for one size up? {order}",
            "Wrong size, my fault. Order {order}, {title} ({size}). Can you swap it?",
        ),
        ("Exchanging a size is free, once an order. I have put the other size aside; please send {size} back.",),
        needs="sized",
    ),
    Topic(
        "refund-status",
        7,
        (
            "I sent my things from {order} back two weeks ago and still have no money.",
            "When will the refund for {order} arrive?",
        ),
        ("The parcel reached us and {refund} EUR went back to the means you paid with; banks take up to five days.",),
        needs="refunded",
    ),
    Topic(
        "damaged",
        7,
        (
            "The {title} arrived with a crack. Order {order}. Photo attached.",
            "One of the pieces in {order} came broken: the {title}.",
        ),
        ("I am sorry. No need to send it back: shall I replace the {title}, or would you rather have the money?",),
        ("A replacement please.", "I would like my money back.", "Replace it, thank you!"),
    ),
    Topic(
        "leaking",
        12,
        (
            "My new {title} leaks from the stopper. It soaked my whole bag. Order {order}.",
            "{title} is not tight, I tried turning the seal around, no difference ({order})",
            "The flask from {order} drips as soon as it lies on its side. Is that a known problem?",
        ),
        (
            "Thank you for writing. A batch of the {title} came with a bad seal. I send you a new one today; keep the old.",
            "That is our mistake: a batch has a faulty seal. Would you like a replacement or your money back?",
        ),
        ("Replacement please.", "I would rather have the money back.", "Thanks, that was quick."),
        needs="leaky",
    ),
    Topic(
        "cancel-order",
        6,
        (
            "Please cancel order {order}, I ordered twice by mistake.",
            "Can I still cancel {order}? I found I do not need it.",
        ),
        ("{order} is called off and the money is on its way back to you.",),
        needs="cancelled",
    ),
    Topic(
        "change-address",
        4,
        ("I moved! Can you send {order} to 7 Example Lane instead?", "Wrong house number in {order}, it should be 12."),
        ("If it is not packed yet I can: give me a minute. Yes, {order} goes to the new address.",),
    ),
    Topic(
        "product-question",
        14,
        (
            "What is the {fact} of the {title}?",
            "Hi, does the {title} have a {fact} of {value}?",
            "I cannot find the {fact} for the {title} on the page. Can you tell me?",
        ),
        ("The {title} has a {fact} of {value}.", "It is {value}."),
        needs="product",
    ),
    Topic(
        "material-question",
        6,
        ("What is the {title} made of?", "Is the {title} made of {material} or is it a blend?"),
        ("The {title} is made of {material}.",),
        needs="product",
    ),
    Topic(
        "care-question",
        6,
        ("How do I clean the {title}?", "Can the {title} go in the machine?"),
        ("{care}",),
        needs="product",
    ),
    Topic(
        "restock",
        7,
        ("When will the {title} be back?", "The {title} has been sold out for weeks. Will you get more?"),
        ("It is on order. I have put you on the list: you get a message when it is back.",),
        needs="sold-out",
    ),
    Topic(
        "shipping-cost",
        6,
        ("How much is shipping to {country}?", "Do you ship to {country} and how long does it take?"),
        ("To {country} postage is {postage} EUR, free from {free} EUR; it takes {days} working days.",),
        needs="none",
    ),
    Topic(
        "discount-code",
        6,
        (
            "The code WELCOME10 does not work in my cart.",
            "I have a 15% code (CLUB15) but the checkout says it is invalid?",
            f"someone posted {LEAKED_CODE} but it stopped working, can you honour it?",
        ),
        ("Each code works once a customer and not on sale prices; I am afraid it is not valid for this cart.",),
        ("Too bad.", "Ok.", "I see, thanks."),
        needs="none",
    ),
    Topic(
        "wholesale",
        3,
        ("We are a company of 60 and look for gifts. Is there a price for 50 pieces of the {title}?",),
        ("From 20 pieces you get 12 percent off. When do you need them, and with which invoice address?",),
        ("In the first week of December, address follows.",),
        needs="product",
    ),
    Topic(
        "warranty",
        5,
        ("The zip of my {title} broke after one season. Is that covered? ({order})",),
        ("You have two years of warranty. With a photo I can say whether we repair or replace it.",),
        ("Photo is attached.", "Thanks, I will send one tonight."),
    ),
    Topic(
        "invoice",
        4,
        ("I need an invoice with our company's name for {order}.", "Where can I download the invoice for {order}?"),
        ("The invoice for {order} over {total} EUR is attached.",),
    ),
    Topic(
        "store",
        3,
        ("Is the {title} in the store so I can look at it?", "What are your opening hours?"),
        (f"The {STORE} is open Monday to Saturday from 10:00 to 18:30. Write before you come, and I put it aside.",),
        needs="product",
    ),
    Topic(
        "praise",
        4,
        ("Just wanted to say that the {title} is wonderful. Thank you!", "Best parcel of the year. ({order})"),
        ("You made our day. Thank you!",),
        ("",),
    ),
)


class Inbox:
    """Writes conversations that could have happened, given the orders."""

    def __init__(
        self, random: Random, orders: list[Order], products: list[Product], out: list[str], anomalies: list[Anomaly]
    ) -> None:
        leaky = {handle for one in anomalies if one.key == "leaky-batch" for handle in one.products}
        leak = next(one for one in anomalies if one.key == "leaky-batch")
        web = [one for one in orders[-5600:] if one.customer and one.source == "web" and one.day < DAYS - 36]
        self.random = random
        self.orders: dict[str, list[tuple[Order, Line]]] = {
            "order": [(order, order.lines[0]) for order in web if order.fulfilled],
            "sized": [
                (o, line) for o in web for line in o.lines if o.fulfilled and "Size" in line.product.option_names
            ],
            "refunded": [(order, order.lines[0]) for order in web if order.refunded and not order.cancelled],
            "cancelled": [(order, order.lines[0]) for order in web if order.cancelled],
            "leaky": [
                (order, line)
                for order in web
                for line in order.lines
                if line.product.handle in leaky and leak.covers(order.day) and order.fulfilled
            ],
        }
        self.lines = [(order, line) for order in web for line in order.lines]
        sold_out = frozenset(out)
        self.sold_out = [product for product in products if product.handle in sold_out]

    def conversation(self, number: int) -> tuple[Record, Record]:
        """One conversation and the truth about it."""
        random = self.random
        topic = random.choices(TOPICS, [one.weight for one in TOPICS])[0]
        order, line = random.choice(self.orders.get(topic.needs) or self.lines)
        sold_out = self.sold_out if topic.needs == "sold-out" else []
        product = random.choice(sold_out or [line.product])
        words = self._words(order, line, product)
        ask = random.choice(topic.asks)
        refers = "{order}" in ask
        started = self._moment(topic, order)
        messages = self._messages(topic, ask, words, started)
        customer = order.customer
        body: dict[str, Any] = {
            "channel": random.choices(("email", "chat", "form"), (55, 35, 10))[0],
            "customer": customer.email if customer else None,
            "status": "closed" if (started.year, started.month) < (2026, 10) else random.choice(("open", "closed")),
            "messages": messages,
        }
        if refers:
            body["order"] = order.name
        key = f"c-{number:05d}"
        truth: Record = {"conversation": key, "intent": topic.intent, "order": order.name if refers else None}
        truth["product"] = product.handle if "{title}" in ask else None
        subject = _subject(topic, words)
        at = messages[0]["at"]
        return {"kind": "conversation", "id": key, "at": at, "subject": subject, "body": body}, truth

    def _moment(self, topic: Topic, order: Order) -> datetime:
        """When the customer writes: after what they write about has happened, or should have."""
        random = self.random
        if topic.needs == "sold-out":
            return at(DAYS - random.randint(3, 9), random.randint(25_000, 80_000))
        if topic.needs == "cancelled" and order.cancelled:
            return max(
                order.placed + timedelta(minutes=5), order.cancelled - timedelta(minutes=random.randint(30, 300))
            )
        if topic.intent == "change-address":
            return order.placed + timedelta(minutes=random.randint(10, 200))
        first, last = (14, 22) if topic.needs == "refunded" else (1, 9)
        sent = order.fulfilled or order.placed
        return sent + timedelta(days=random.randint(first, last), minutes=random.randint(-300, 300))

    def _words(self, order: Order, line: Line, product: Product) -> dict[str, str]:
        random, zone, customer = self.random, ZONES[order.country], order.customer
        measured = [pair for pair in product.facts.items() if pair[1][1]] or [*product.facts.items()]
        name, fact = random.choice(measured)
        size = line.variant.values[-1] if line.variant.values else ""
        return {
            "order": order.name,
            "date": spoken(order.placed),
            "sent": spoken(order.fulfilled or order.placed),
            "title": product.title.strip(),
            "size": size,
            "fact": name,
            "value": said(fact),
            "material": product.material,
            "care": product.care,
            "country": zone.name,
            "days": zone.days,
            "postage": euros(zone.postage),
            "free": euros(zone.free_from),
            "refund": euros(order.refunded),
            "total": euros(order.total),
            "return_days": str(RETURN_DAYS),
            "first": customer.first if customer else "",
            "name": customer.name if customer else "",
        }

    def _messages(self, topic: Topic, ask: str, words: dict[str, str], started: datetime) -> list[dict[str, str]]:
        random = self.random
        greeting, closing = random.choice(_GREETINGS), random.choice(_CLOSINGS)
        asked = "\n".join(part for part in (greeting, ask, closing) if part).format_map(words)
        when, messages = started, [_message("customer", started, asked)]
        if random.random() < 0.15:
            when += timedelta(minutes=random.randint(300, 2000))
            messages.append(_message("customer", when, random.choice(("Any news?", "Hello? Is anybody there?"))))
        if random.random() < 0.93:
            when += timedelta(minutes=random.randint(4, 900))
            answer = f"Hello {words['first']},\n{random.choice(topic.answers)}".format_map(words)
            messages.append(_message(random.choice(_AGENTS), when, answer))
            end = random.choice(topic.ends)
            if end and random.random() < 0.6:
                when += timedelta(minutes=random.randint(3, 600))
                messages.append(_message("customer", when, end))
        return messages


def _message(sender: str, when: datetime, text: str) -> dict[str, str]:
    return {"from": sender, "at": when.isoformat(), "text": text}


def _subject(topic: Topic, words: dict[str, str]) -> str:
    plain = topic.intent.replace("-", " ").capitalize()
    return f"{plain}: {words['order']}" if topic.needs in ("order", "refunded", "cancelled", "leaky") else plain


def conversations(
    random: Random, orders: list[Order], products: list[Product], sold_out: list[str], anomalies: list[Anomaly]
) -> tuple[list[Record], list[Record]]:
    """Conversations in the order of time, and for each of them its intent and what it is about."""
    inbox = Inbox(random, orders, products, sold_out, anomalies)
    pairs = sorted((inbox.conversation(number) for number in range(1, COUNT + 1)), key=lambda pair: str(pair[0]["at"]))
    return [one for one, _ in pairs], [truth for _, truth in pairs]
