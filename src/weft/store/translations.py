"""The rows of a platform's file of translations: what each is the translation of, kept so that the file goes out as it came in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from weft.ids import uuid7
from weft.postgres.database import Database
from weft.store import bulk
from weft.store.rows import Counts

_COLUMNS: Final = (
    *("uid", "type", "identification", "field", "locale", "market", "status", "content", "translated"),
    *("product", "language", "name"),
)
_KEY: Final = ("type", "identification", "field", "locale", "market")
# The product's own text that a translation is of.
_OWN: Final = (
    "case {0} when 'title' then p.title when 'description' then p.description when 'type' then p.type "
    "when 'seo_title' then p.seo_title when 'seo_description' then p.seo_description when 'handle' then p.id end"
)
# An option's value is translated on its own, whichever option it is of; an image's text too, whichever image it is of.
_PART: Final = (
    "case when {0} ~ '^image_\\d+_alt$' then coalesce('alts.' || (p.images -> (substring({0} from '\\d+')::integer - 1) ->> "
    "'alt'), {0}) else regexp_replace({0}, '^values\\.[^.]*\\.', 'values.') end"
)
# The translations of options, values and images on which all products agree.
_PARTS: Final = (
    f"select l.language, {_PART.format('t.name')} as name, min(t.text) as text from product p cross join lateral "
    "jsonb_each(p.translations) as l (language, texts) cross join lateral jsonb_each_text(l.texts) as t (name, text) "
    "where t.name ~ '^((options|values)\\.|image_\\d+_alt$)' and exists (select from translation_row where product is null and name is not "
    "null) group by 1, 2 having count(distinct t.text) = 1"
)
_FIELDS: Final = ("title", "description", "type", "seo_title", "seo_description")


@dataclass(slots=True)
class Placed:
    """What became of rows: counts, why some name no product and whose the others are (by place), products' translations."""

    counts: Counts = field(default_factory=Counts)
    unplaced: dict[int, str] = field(default_factory=dict)
    products: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    owners: dict[int, str] = field(default_factory=dict)


class Translations:
    """One business's rows of translations."""

    def __init__(self, database: Database, business: UUID) -> None:
        self._database = database
        self._business = business

    def place(self, connection: Connection[Any], rows: Sequence[Mapping[str, Any]]) -> Placed:
        """Keep rows inside the caller's transaction and tell which translations of which products they are.

        A row has type, identification, field, locale, market, status, content, translated, language, and the product's field
        `name` where it is of one; a `part` (option, value, alt) instead of a name where it is of every product that has that text there.
        """
        placed = Placed()
        owners = _owners(connection, rows)
        kept: list[tuple[Any, ...]] = []
        spread: dict[tuple[str, str, str], str] = {}
        for place, row in enumerate(rows):
            product, name = None, row.get("name")
            if name:
                found = owners[row["identification"]]
                if found.product is None:
                    placed.unplaced[place] = found.why
                    continue
                product = placed.owners[place] = found.product
                if row["translated"].strip() and not row["market"]:
                    into = placed.products.setdefault(product, {}).setdefault(row["language"], {})
                    into[name] = row["translated"]
            elif row.get("part"):
                name = f"{row['part']}s.{row['content']}"
                if row["translated"].strip() and row["content"].strip() and not row["market"]:
                    spread[row["part"], row["content"], row["language"]] = row["translated"]
            kept.append((uuid7(), *(row[column] for column in _COLUMNS[1:9]), product, row["language"], name))
        _spread(connection, spread, placed)
        placed.counts = _written(connection, kept)
        return placed

    def records(self) -> Iterator[dict[str, Any]]:
        """All rows in the order in which they came, with what the products say now; then what no row spoke of yet."""
        columns = ", ".join(f"r.{name}" for name in _COLUMNS[1:])
        with self._database.tenant(self._business) as connection:
            with connection.cursor(name="rows") as cursor:
                cursor.execute(
                    f"with part as ({_PARTS}) select {columns}, coalesce((p.translations -> r.language) ->> r.name, "
                    f"o.text), {_OWN.format('r.name')} from translation_row r left join product p on p.id = r.product and "
                    "r.market = '' left join part o on r.product is null and r.market = '' and o.language = r.language "
                    "and o.name = r.name order by r.uid"
                )
                for row in cursor:
                    yield _now(row)
            with connection.cursor(name="others") as cursor:
                cursor.execute(
                    "select p.id, l.language, t.name, t.text, (select min(k.identification) from translation_row k where "
                    f"k.product = p.id), {_OWN.format('t.name')} from product p cross join lateral "
                    "jsonb_each(p.translations) as l (language, texts) cross join lateral jsonb_each_text(l.texts) as t "
                    "(name, text) where p.translations is not null and t.text <> '' and not exists (select from "
                    "translation_row k where k.product = p.id and k.language = l.language and k.name = t.name and k.market = "
                    "'') and not exists (select from translation_row k where k.product is null and k.language = l.language "
                    f"and k.name = {_PART.format('t.name')} and k.market = '') order by p.uid, l.language, t.name"
                )
                for product, language, name, text, identification, content in cursor:
                    yield {
                        "identification": identification or product, "product": product, "language": language,
                        "name": name, "content": content or "", "translated": text,
                    }  # fmt: skip


def _now(row: Sequence[Any]) -> dict[str, Any]:
    """A kept row with the translation that its product has now, and the text that this is of if it is another one now."""
    record = dict(zip(_COLUMNS[1:], row, strict=False))
    translated, content = row[-2], row[-1]
    if translated is not None and translated != record["translated"]:
        record |= {"translated": translated, "content": content or record["content"]}
    return record


@dataclass(slots=True)
class _Owner:
    """The product that an identification is of, or why none is known to be."""

    product: str | None = None
    why: str = ""


def _owners(connection: Connection[Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, _Owner]:
    """Whose translations rows are, by identification: of the product known to have it, of that id, or of those very texts."""
    texts: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.get("name"):
            texts.setdefault(row["identification"], {}).setdefault(row["name"], row["content"])
    handles = {one: said["handle"] for one, said in texts.items() if said.get("handle")}
    known = dict(
        connection.execute(
            "select distinct on (identification) identification, product from translation_row r where product is not null "
            "and identification = any(%s) and exists (select from product p where p.id = r.product)",
            (list(texts),),
        ).fetchall()
    )
    there = {
        row[0]
        for row in connection.execute(
            "select id from product where id = any(%s)", ([*texts, *handles.values()],)
        ).fetchall()
    }
    owners = {one: _Owner(known.get(one)) for one in texts}
    for one, owner in owners.items():
        if owner.product is None:
            owner.product = next((name for name in (one, handles.get(one)) if name in there), None)
    open_ = {one: texts[one] for one, owner in owners.items() if owner.product is None}
    for one, candidates in _alike(connection, open_).items():
        owners[one] = _chosen(open_[one], candidates)
    return owners


def _alike(connection: Connection[Any], texts: Mapping[str, Mapping[str, str]]) -> dict[str, list[set[str]]]:
    """For each identification the products that have its texts, a set for each of them that some have."""
    found: dict[str, list[set[str]]] = {one: [] for one in texts}
    for name in _FIELDS:
        wanted: dict[str, list[str]] = {}
        for one, said in texts.items():
            if said.get(name, "").strip():
                wanted.setdefault(said[name], []).append(one)
        if not wanted or name == "type":
            continue
        by_text: dict[str, set[str]] = {}
        for identifier, text in connection.execute(
            f"select id, {name} from product where {name} = any(%s)", (list(wanted),)
        ).fetchall():
            by_text.setdefault(text, set()).add(identifier)
        for text, products in by_text.items():
            for one in wanted[text]:
                found[one].append(products)
    return found


def _chosen(said: Mapping[str, str], candidates: Sequence[set[str]]) -> _Owner:
    """The one product that has all of the texts that any has."""
    if not candidates:
        shown = next((text for text in (said.get("title"), *said.values()) if text), "")
        return _Owner(
            why=f"no product has this id, nor the text “{' '.join(shown.split())[:60]}”; import the products first"
        )
    common = set.intersection(*candidates)
    if len(common) == 1:
        return _Owner(next(iter(common)))
    names = sorted(common or set.union(*candidates))
    more = " …" if len(names) > 3 else ""
    return _Owner(
        why=f"more than one product has these texts: {', '.join(names[:3])}{more}; put the product's handle in its place"
    )


def _spread(connection: Connection[Any], spread: Mapping[tuple[str, str, str], str], placed: Placed) -> None:
    """Give translated options, values and texts of images to every product that has them."""
    if not spread:
        return
    wanted = [(part, text, language, translated) for (part, text, language), translated in spread.items()]
    columns = [list(column) for column in zip(*wanted, strict=True)]
    given = "unnest(%s::text[], %s::text[], %s::text[], %s::text[]) as w (part, text, language, translated)"
    for product, language, name, translated in connection.execute(
        f"select p.id, w.language, 'options.' || w.text, w.translated from {given} join product p on p.options @> "
        "jsonb_build_array(jsonb_build_object('name', w.text)) where w.part = 'option' union all "
        "select distinct p.id, w.language, 'values.' || (p.options -> (c.n::integer - 1) ->> 'name') || '.' || w.text, "
        f"w.translated from {given} join variant v on w.text = any(v.choices) join product p on p.uid = v.product "
        "cross join lateral unnest(v.choices) with ordinality as c (choice, n) where w.part = 'value' and c.choice = w.text "
        "and p.options -> (c.n::integer - 1) ->> 'name' is not null union all "
        f"select p.id, w.language, 'image_' || i.n || '_alt', w.translated from {given} join product p on p.images @> "
        "jsonb_build_array(jsonb_build_object('alt', w.text)) cross join lateral jsonb_array_elements(p.images) with ordinality "
        "as i (image, n) where w.part = 'alt' and i.image ->> 'alt' = w.text",
        [*columns, *columns, *columns],
    ).fetchall():
        placed.products.setdefault(product, {}).setdefault(language, {})[name] = translated


def _written(connection: Connection[Any], rows: Iterable[tuple[Any, ...]]) -> Counts:
    last = {row[1:4] + row[4:6]: row for row in rows}
    staged = bulk.stage(connection, "translation_row", _COLUMNS, last.values())
    listed = ", ".join(_COLUMNS)
    changed = [name for name in _COLUMNS[1:] if name not in _KEY]
    done = connection.execute(
        f"insert into translation_row as r ({listed}) select {listed} from {staged} order by uid on conflict (business, "
        f"{', '.join(_KEY)}) do update set {', '.join(f'{name} = excluded.{name}' for name in changed)} where "
        f"({', '.join(f'r.{name}' for name in changed)}) is distinct from "
        f"({', '.join(f'excluded.{name}' for name in changed)}) returning xmax::text = '0'"
    ).fetchall()
    created = sum(1 for (new,) in done if new)
    return Counts(created, len(done) - created, len(last) - len(done))
