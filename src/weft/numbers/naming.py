"""The values that dimensions have: looked up, listed, and called by their titles."""

import difflib
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from babel import Locale
from psycopg import Connection

from weft.errors import InputError
from weft.numbers.definitions import DIMENSION_WORDS, SEGMENTS
from weft.numbers.plan import Setting
from weft.numbers.query import TIMES, Condition, Dimension, Row

_COUNTRIES: Final[Mapping[str, str]] = Locale.parse("en").territories
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_QUARTER: Final = re.compile(r"(\d{4})-?Q([1-4])", re.IGNORECASE)
_CATEGORY: Final = "coalesce(nullif(category, ''), nullif(type, ''))"
_ALL: Final[dict[Dimension, str]] = {
    "product": "select id as value, title from product union all (select distinct m.product, null from sold_month m where "
    "m.product is not null and not exists (select from product p where p.id = m.product))",
    "variant": "select v.sku as value, p.title from variant v join product p on p.uid = v.product where v.sku <> '' union "
    "select distinct coalesce(m.sku, m.product), null from sold_month m where coalesce(m.sku, m.product) is not null "
    "and not exists (select from variant v where v.sku = coalesce(m.sku, m.product))",
    "category": f"select distinct {_CATEGORY} as value, null::text as title from product where {_CATEGORY} is not null",
    "brand": "select distinct vendor as value, null::text as title from product where vendor <> ''",
    **{
        name: f"select distinct {name} as value, null::text as title from sold_day where {name} is not null"
        for name in ("country", "channel", "promotion", "currency")
    },
    "customer": "select s.customer as value, nullif(concat_ws(' ', c.first_name, c.last_name), '') as title "
    "from sold_customer s left join customer c on c.id = s.customer",
    "cohort": "select distinct to_char(first_day, 'YYYY-MM') as value, null::text as title from sold_customer",
    "location": "select distinct location as value, null::text as title from stock_level where location <> '' union "
    "select distinct location, null from sold_order where location is not null",
}
# From how many values on they are looked up at once before they are one by one.
_MANY: Final = 10


# What is most often asked by its very name.
_EXACT: Final[dict[Dimension, str]] = {
    "product": "select 1 from product where id = %s",
    "variant": "select 1 from variant where sku = %s",
    "customer": "select 1 from sold_customer where customer = %s",
}


class Known(NamedTuple):
    """A value of a dimension, and what it is called."""

    value: str
    title: str | None


def known(
    connection: Connection[Any], dimension: Dimension, setting: Setting, like: str | None, limit: int
) -> list[Known]:
    """The values that a dimension has, in order; of times those between the first and the last day with sales."""
    if dimension in _ALL:
        condition, parameters = "true", []
        if like:
            escaped = like.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            condition, parameters = "(value ilike %s or title ilike %s)", [f"%{escaped}%"] * 2
        found = connection.execute(
            f"select value, title from ({_ALL[dimension]}) v where {condition} order by value limit %s",
            [*parameters, limit],
        ).fetchall()
        return [Known(*row) for row in found]
    plain = _counted(dimension, setting)
    wanted = (like or "").casefold()
    return [one for one in plain if wanted in one.value.casefold() or wanted in (one.title or "").casefold()][:limit]


def _counted(dimension: Dimension, setting: Setting) -> list[Known]:
    if dimension == "segment":
        return [Known(name, None) for name in SEGMENTS]
    if dimension == "weekday":
        return [Known(str(at), name) for at, name in enumerate(WEEKDAYS, 1)]
    if dimension == "hour":
        return [Known(str(hour), None) for hour in range(24)]
    if setting.span is None:
        return []
    # Of times there are none but those that sales fall into.
    days = dict.fromkeys(_time(dimension, day, setting) for day in setting.span.each())
    return [Known(name, None) for name in days]


def _time(dimension: Dimension, day: date, setting: Setting) -> str:
    if dimension == "week":
        return date.fromordinal(day.toordinal() - (day.isoweekday() - setting.week_start) % 7).isoformat()
    if dimension == "month":
        return f"{day:%Y-%m}"
    if dimension == "quarter":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    return f"{day.year:04}" if dimension == "year" else day.isoformat()


def looked_up(connection: Connection[Any], where: Sequence[Condition], setting: Setting) -> list[Condition]:
    """Conditions with their values as they stand in the data, whatever case they were said in; raises InputError.

    A category that no product has itself stands for all beneath it: A > B for A > B > C and A > B > D.
    """
    found = []
    for one in where:
        exact = _exact(connection, one)
        values: list[str | None] = []
        for value in one.is_:
            beneath = _beneath(connection, one.dimension, value) if value not in exact else []
            values += beneath or [value if value in exact else _value(connection, one.dimension, value, setting)]
        found.append(one.model_copy(update={"is_": values}))
    return found


def _beneath(connection: Connection[Any], dimension: Dimension, said: str | None) -> list[str]:
    """The categories beneath one that is none itself."""
    if dimension != "category" or said is None:
        return []
    path = said.strip().casefold()
    rows = connection.execute(
        f"select value from ({_ALL[dimension]}) v where lower(value) = %(path)s or starts_with(lower(value), %(path)s || ' > ') "
        "order by value",
        {"path": path},
    ).fetchall()
    values = [str(row[0]) for row in rows]
    return [] if any(value.casefold() == path for value in values) else values


def _exact(connection: Connection[Any], one: Condition) -> frozenset[str | None]:
    """Which of many values stand in the data just so, all looked up at once."""
    if one.dimension not in _ALL or len(one.is_) < _MANY:
        return frozenset()
    rows = connection.execute(
        f"select value from ({_ALL[one.dimension]}) v where value = any(%s)", ([value for value in one.is_ if value],)
    )
    return frozenset(row[0] for row in rows)


def _value(connection: Connection[Any], dimension: Dimension, said: str | None, setting: Setting) -> str | None:
    if said is None:
        return None
    if dimension in TIMES:
        return _day(dimension, said, setting)
    if dimension in _EXACT and connection.execute(_EXACT[dimension], (said,)).fetchone():
        return said
    if dimension in _ALL:
        row = connection.execute(
            f"select value from ({_ALL[dimension]}) v where lower(value) = lower(%(said)s) or lower(title) = lower(%(said)s) "
            "order by value <> %(said)s, lower(value) <> lower(%(said)s), value limit 1",
            {"said": said.strip()},
        ).fetchone()
        if row:
            return str(row[0])
    else:
        for one in _counted(dimension, setting):
            if said.strip().casefold() in (one.value.casefold(), (one.title or one.value).casefold()):
                return one.value
    raise InputError(_unknown(connection, dimension, said, setting))


def _unknown(connection: Connection[Any], dimension: Dimension, said: str, setting: Setting) -> str:
    choices: dict[str, str] = {}
    for one in known(connection, dimension, setting, None, 100_000):
        choices.setdefault(one.value.casefold(), one.value)
        if one.title:
            choices.setdefault(one.title.casefold(), f"{one.value} ({one.title})")
    near = difflib.get_close_matches(said.strip().casefold(), choices, n=3, cutoff=0.5)
    within = [name for name in choices if said.strip().casefold() in name][:3]
    best = [choices[name] for name in dict.fromkeys([*within, *near])][:3] or list(dict.fromkeys(choices.values()))[:3]
    word = DIMENSION_WORDS[dimension][0].lower()
    hint = f" Known: {', '.join(best)}." if not (near or within) else f" The nearest: {', '.join(best)}."
    return f"There is no {word} {said!r}.{hint if best else f' No {word} is known.'}"


def _day(dimension: Dimension, said: str, setting: Setting) -> str:
    """What was said as the dimension names it: a day 2026-05-31, its week, a month 2026-05, a quarter 2026-Q2, a year 2026."""
    text = said.strip()
    quarter = _QUARTER.fullmatch(text)
    try:
        if dimension == "quarter" and quarter:
            return f"{quarter[1]}-Q{quarter[2]}"
        if dimension == "month" and re.fullmatch(r"\d{4}-\d\d", text):
            return f"{date.fromisoformat(f'{text}-01'):%Y-%m}"
        if dimension == "year" and re.fullmatch(r"\d{4}", text):
            return f"{date(int(text), 1, 1).year:04}"
        if dimension in ("day", "week"):
            day = date.fromisoformat(text)
            return _time("week", day, setting) if dimension == "week" else day.isoformat()
    except ValueError:
        pass
    example = {"day": "2026-05-31", "week": "2026-05-25", "month": "2026-05", "quarter": "2026-Q2", "year": "2026"}[
        dimension
    ]
    raise InputError(f"{said!r} is no {dimension}: write it as {example}.")


def titled(connection: Connection[Any], rows: Sequence[Row]) -> None:
    """Give rows what their keys are called, in English."""
    for dimension, sql in (
        ("product", "select id, title from product where id = any(%s) and title <> ''"),
        (
            "variant",
            "select v.sku, p.title || coalesce(' - ' || nullif(array_to_string(v.choices, ' / '), ''), '') from variant v "
            "join product p on p.uid = v.product where v.sku = any(%s) and p.title <> ''",
        ),
        (
            "customer",
            "select id, concat_ws(' ', first_name, last_name) from customer where id = any(%s) "
            "and concat_ws(' ', first_name, last_name) <> ''",
        ),
    ):
        _called(connection, rows, dimension, sql)
    for row in rows:
        day = row.key.get("weekday")
        if day:
            row.titles["weekday"] = WEEKDAYS[int(day) - 1]
        country = _COUNTRIES.get((row.key.get("country") or "").upper())
        if country:
            row.titles["country"] = country


def _called(connection: Connection[Any], rows: Sequence[Row], dimension: Any, sql: str) -> None:
    named = list({row.key[dimension] for row in rows if row.key.get(dimension) is not None})
    if not named:
        return
    titles = dict(connection.execute(sql, (named,)).fetchall())
    for row in rows:
        title = titles.get(row.key[dimension] or "")
        if title:
            row.titles[dimension] = title
