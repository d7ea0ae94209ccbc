"""Searches that found nothing or were not clicked, and what the same people did next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg import Connection

from weft.store.outcomes import LINKED, ROOM

NEXT: Final = timedelta(minutes=10)
"""How soon after a search another one is what it was put into instead."""
AFTER: Final = timedelta(hours=1)
"""How long after a search what was clicked or bought in its session is what it was for."""
SELDOM: Final = 0.1
"""A query is not clicked where fewer of its searches are, and it was asked often enough to say so."""
OFTEN: Final = 3

# Kept beside for the three questions that are asked of them.
_ASKS: Final = f"""create temporary table in_asks on commit drop as with {LINKED}
select ask, n, max(words) as words, min(who) as who, min(person) as person, min(at) filter (where action = 'search') as at,
       coalesce(bool_or(results = 0) filter (where action = 'search'), false) as nothing, bool_or(action <> 'search') as taken
  from linked group by ask, n
having bool_or(action = 'search') and max(words) is not null and max(strip) is null"""
_FAILED: Final = """create temporary table in_failing on commit drop as
select words, count(*) as times, count(*) filter (where nothing) as nothing,
       count(*) filter (where not nothing and not taken) as not_clicked,
       coalesce(array_agg(distinct person) filter (where nothing or not taken), '{}') as people, max(at) as last
  from in_asks group by words
having count(*) filter (where nothing and not taken) > 0
    or count(*) >= %(often)s and count(*) filter (where taken) < count(*) * %(seldom)s
 order by cardinality(coalesce(array_agg(distinct person) filter (where nothing or not taken), '{}')) desc, words limit %(limit)s"""
# The next search of the same session that led to something: its time as a text of one length, and its words.
_INSTEAD: Final = """with next as (
    select words, person, at, nothing or not taken as failed,
           min(case when taken then to_char(at, 'YYYYMMDDHH24MISSUS') || words end)
               over (partition by who order by at rows between 1 following and unbounded following) as following
      from in_asks where who is not null)
select words, substr(following, 21), array_agg(distinct person) from next
 where failed and following is not null and substr(following, 21) <> words
   and to_timestamp(left(following, 14), 'YYYYMMDDHH24MISS') <= at + %(next)s and words in (select words from in_failing)
 group by 1, 2"""
_AFTER: Final = """select a.words, b.product, array_agg(distinct a.person),
       coalesce(array_agg(distinct a.person) filter (where b.action = 'purchase'), '{}')
  from in_asks a join behavior b on hashtextextended(coalesce(b.session, b.subject), 0) = a.who and b.at > a.at and b.at <= a.at + %(after)s
 where (a.nothing or not a.taken) and b.at > %(since)s and b.at <= %(until)s and not b.bot and b.product is not null
   and b.action in ('click', 'cart', 'purchase') and a.words in (select words from in_failing) group by 1, 2"""


@dataclass(slots=True)
class Unmet:
    """A query that failed: how often it was asked, found nothing or was not clicked, and by whom.

    `instead` has who put which later query, that led to something, in its place; `after` who took which product afterwards, and
    `bought` who bought it. People are numbers that mean nothing but that they are different.
    """

    query: str
    times: int
    found_nothing: int
    not_clicked: int
    people: frozenset[int]
    last: datetime | None
    instead: dict[str, frozenset[int]] = field(default_factory=dict)
    after: dict[str, frozenset[int]] = field(default_factory=dict)
    bought: dict[str, frozenset[int]] = field(default_factory=dict)


def listed(connection: Connection[Any], since: datetime, until: datetime, limit: int) -> list[Unmet]:
    """The queries that failed between two moments, those of most people first."""
    asked: Mapping[str, Any] = {
        "since": since, "until": until, "limit": limit, "often": OFTEN, "seldom": SELDOM, "next": NEXT, "after": AFTER,
    }  # fmt: skip
    connection.execute("drop table if exists in_asks, in_failing")
    connection.execute(ROOM)
    connection.execute(_ASKS, asked)
    connection.execute("analyze in_asks")
    connection.execute(_FAILED, asked)
    connection.execute("analyze in_failing")
    found = {
        words: Unmet(words, times, nothing, left, frozenset(people), last)
        for words, times, nothing, left, people, last in connection.execute("select * from in_failing")
    }
    if not found:
        return []
    for words, following, people in connection.execute(_INSTEAD, asked):
        found[words].instead[following] = frozenset(people)
    for words, product, people, buyers in connection.execute(_AFTER, asked):
        found[words].after[product] = frozenset(people)
        if buyers:
            found[words].bought[product] = frozenset(buyers)
    return list(found.values())
