"""An order as a person reads it at a terminal: by supplier its lines, what was left out, and what to do next."""

from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from datetime import date
from typing import Any, Final

from weft.charts.tables import Side, paragraph, table
from weft.skills.replenish import AtService, LeftOut, Ordered, OrderLine, Replayed, Replenishment, Simulation, wording

_WIDEST: Final = 100
_LINES: Final = 20
_LEFT_OUT: Final = 10
# So few lines are explained whole.
_WHOLE: Final = 3
_COLUMNS: Final[tuple[Side, ...]] = ("left", "right", "right", "right", "right")
_REASONS: Final = {
    "budget": "beyond the budget",
    "pack-too-large": "a pack lasts over a year",
    "minimum-too-large": "the minimum lasts over a year",
}
_MARKS: Final = {
    "minimum": "the minimum decides",
    "budget": "cut by the budget",
    "top-up": "some for the least order",
    "fading": "sales fade",
    "pack-too-large": "a pack less",
}


def told(answer: Replenishment, width: int) -> str:
    """The whole answer in lines of at most `width` letters."""
    width = min(width, _WIDEST)
    said = paragraph(answer.says, width)
    lines: dict[str, list[OrderLine]] = defaultdict(list)
    for one in answer.lines:
        lines[one.order].append(one)
    both: list[OrderLine | LeftOut] = [*answer.lines, *answer.left_out]
    skus = {one.sku: one.title for one in both}
    shared = {title for title, count in Counter(skus.values()).items() if count > 1}
    for order in answer.orders:
        said += ["", *_order(order, lines[order.id], shared, answer.on, width, whole=len(answer.lines) <= _WHOLE)]
    if answer.left_out:
        said += ["", *_left_out(answer.left_out, shared, width)]
    if answer.what_if:
        said += ["", *_what_if(answer.what_if, width)]
    if answer.simulation is not None:
        said += ["", *_replayed(answer.simulation, width)]
    if answer.notes:
        said.append("")
        for note in answer.notes:
            said += paragraph(note, width, "· ")
    if answer.orders:
        said += ["", *_next(answer.orders, width)]
    return "\n".join(said)


def _headed(title: str, width: int) -> list[str]:
    return [title[:width], "-" * min(len(title), width)]


def _order(
    order: Ordered, lines: Sequence[OrderLine], shared: Set[str | None], on: date | None, width: int, *, whole: bool
) -> list[str]:
    said = _headed(f"{order.name or order.supplier or 'No supplier named'} · {order.id}", width)
    least = f" It takes {_money(order.minimum)} at least." if order.minimum else ""
    said += paragraph(order.says + least, width)
    shown = lines[:_LINES]
    currency = next((one.amount["currency"] for one in lines if one.amount), None)
    rows = [
        (
            _named(one, shared),
            f"{one.quantity:,}",
            f"{one.packs:,} × {one.pack:,}" if one.pack > 1 else "",
            _out(one.runs_out, on),
            wording.plain_money(one.amount["amount"], one.amount["currency"]) if one.amount else "–",
        )
        for one in shown
    ]
    head = ("product", "order", "packs", "runs out", f"cost {currency}" if currency else "cost")
    said += ["", *table(head, rows, _COLUMNS, width, None if whole else [_reason(one) for one in shown])]
    for one in lines if whole else ():
        said += ["", *paragraph(f"{_named(one, shared)}: {one.why}", width)]
    rest = lines[_LINES:]
    if rest:
        costs = sum(one.amount["amount"] for one in rest if one.amount)
        amount = f" for {wording.money(costs, currency)}" if currency and costs else ""
        said += paragraph(f"… and {wording.counted(len(rest), 'more line', 'more lines')}{amount}.", width)
    return said


def _named(line: OrderLine | LeftOut, shared: Set[str | None]) -> str:
    """What an item is called: its title, its SKU before it where several have that title."""
    title = " ".join((line.title or line.product).split())
    return f"{line.sku} · {title}" if line.title in shared and line.sku != title else title


def _out(day: date | None, on: date | None) -> str:
    if day is None:
        return "–"
    if on is not None and day <= on:
        return "now"
    return f"{day.day} {day:%b}" + (f" {day.year}" if on is not None and day.year != on.year else "")


def _reason(line: OrderLine) -> str:
    """Why so many, in figures."""
    there = "stock not counted" if line.stock is None else f"{max(line.stock, 0):,} there"
    coming = f" and {line.on_order:,} under way" if line.on_order else ""
    sure = f"{wording.pieces(line.level)} to be {line.target:.0%} sure".replace("%", " %")
    until = f"{wording.pieces(line.expected)} wanted in {line.days} days, {sure}"
    marks = "".join(f"; {_MARKS[name]}" for name in line.limits if name in _MARKS)
    return f"{until}; {there}{coming}{marks}"


def _left_out(left: Sequence[LeftOut], shared: Set[str | None], width: int) -> list[str]:
    loses: dict[str, float] = defaultdict(float)
    for one in left:
        if one.loses:
            loses[one.loses["currency"]] += one.loses["amount"]
    amounts = " and ".join(wording.money(amount, currency) for currency, amount in loses.items())
    cost = f", expected to lose {amounts} of sales" if amounts else ""
    said = _headed("Needed, and left out", width)
    said += paragraph(f"{wording.counted(len(left), 'item', 'items')}, whole or in part{cost}.", width)
    rows = [
        (
            _named(one, shared),
            f"{one.quantity:,}",
            _money(one.loses) if one.loses else f"{wording.pieces(one.lost)} pieces",
            _REASONS.get(one.reason, one.reason),
        )
        for one in left[:_LEFT_OUT]
    ]
    said += ["", *table(("product", "pieces", "would lose", "why"), rows, ("left", "right", "right", "left"), width)]
    if len(left) > _LEFT_OUT:
        said.append(f"… and {len(left) - _LEFT_OUT:,} more.")
    return said


def _replayed(simulation: Simulation, width: int) -> list[str]:
    def row(one: Replayed) -> tuple[str, ...]:
        lost = _money(one.lost_sales) if one.lost_sales else f"{wording.pieces(one.lost_units)} pieces"
        stock = _money(one.stock_value) if one.stock_value else f"{wording.pieces(one.average_stock)} pieces"
        return (one.way, f"{one.fill_rate:.1%}", lost, stock, f"{one.orders:,}")

    head = ("way", "served", "lost", "in stock", "orders")
    rows = [row(simulation.policy), row(simulation.plain)]
    return [
        *_headed("The last weeks, replayed", width),
        *paragraph(simulation.says, width),
        "",
        *table(head, rows, _COLUMNS, width),
    ]


def _what_if(services: Sequence[AtService], width: int) -> list[str]:
    rows = [
        (
            f"{one.service:.1%}".replace(".0%", "%").replace("%", " %"),
            f"{one.pieces:,}",
            _money(one.cost),
            _money(one.stock_value),
            _money(one.lost_sales) if one.lost_sales else f"{wording.pieces(one.lost_units)} pieces",
        )
        for one in services
    ]
    head = ("service", "pieces", "to pay", "in stock", "sales lost")
    return [
        *_headed("What if", width),
        *paragraph("Without a budget; in stock on average until the next delivery, lost until the one after.", width),
        "",
        *table(head, rows, ("left", "right", "right", "right", "right"), width),
    ]


def _next(orders: Sequence[Ordered], width: int) -> list[str]:
    """How the order is proposed, decided on, and taken along."""
    where = f"record = {orders[0].id}" if len(orders) == 1 else "skill = replenish"
    steps = (
        ("propose", "the same command with --propose"),
        ("correct", "weft changes list, then weft changes correct ID QUANTITY"),
        ("apply", f"weft changes approve --where '{where}'"),
        ("", f"weft changes apply --where '{where}'"),
        ("export", f"weft export purchases order.csv --order {orders[0].id}"),
    )
    return [*_headed("Next", width), *(f"{name:<8}  {how}" for name, how in steps)]


def _money(amount: dict[str, Any] | None) -> str:
    return "–" if amount is None else wording.money(amount["amount"], amount["currency"])
