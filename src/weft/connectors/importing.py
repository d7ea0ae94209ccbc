"""A file goes in: streamed, in batches that are committed one by one, resumable, with every row accounted for."""

import contextlib
import csv
import hashlib
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from weft.business import Business
from weft.connectors import BILINGUAL, Connector, Rejected, Taken, bilingual, connector_for
from weft.connectors.source import Source
from weft.errors import InputError, UnreadableFile, WeftError
from weft.store import languages
from weft.store.imports import Progress
from weft.store.incoming import Incoming
from weft.store.rows import Counts

_BATCH_RECORDS: Final = 2000
_BATCH_ROWS: Final = 12_000
_LONGEST: Final = 1000
_SETTLED: Final = ("orders",)
Reader = Callable[[Source], Iterator[Taken | Rejected]]


@dataclass(slots=True)
class Report:
    """What an import did; in a dry run, what it would have done."""

    id: str
    kind: str
    format: str
    rows: int = 0
    records: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejects_file: str | None = None
    resumed: int = 0
    seconds: float = 0.0
    dry_run: bool = False
    columns: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """How far an import is: source rows and bytes done, of how many bytes, at how many rows a second."""

    rows: int
    records: int
    rejected: int
    fraction: float
    rate: float
    seconds_left: float | None


@dataclass(slots=True)
class _Batch:
    taken: list[Taken]
    rejected: list[Rejected]
    rows: int
    fraction: float
    incoming: Incoming | None = None


def digest_of_file(path: Path) -> bytes:
    """The SHA-256 of a file's bytes; raises UnreadableFile."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as problem:
        raise UnreadableFile(f"{path} cannot be read: {problem.strerror}.") from problem


def mapping_of(pairs: Iterable[str]) -> dict[str, str]:
    """Columns by field from texts such as `title=Product name`; `-=column` ignores one. Raises InputError."""
    mapping: dict[str, str] = {}
    for pair in pairs:
        field, _, column = (part.strip() for part in pair.partition("="))
        if not field or not column:
            raise InputError(f"The mapping {pair!r} is none: write it as field=column, such as 'title=Product name'.")
        # One field has one column; any number of columns can be ignored.
        mapping[field] = f"{mapping[field]},{column}" if field == "-" and "-" in mapping else column
    return mapping


def recognized(kind: str, path: Path, format_name: str | None, mapping: Mapping[str, str]) -> None:
    """Raise UnreadableFile or UnknownFormat where `import_file` would, without a business."""
    connector_for(kind, Source(path, mapping=dict(mapping)), format_name)


def import_file(
    business: Business,
    kind: str,
    path: Path,
    *,
    format_name: str | None = None,
    mapping: Mapping[str, str] | None = None,
    currency: str | None = None,
    dry_run: bool = False,
    who: str = "local administrator",
    rejects_folder: Path | None = None,
    name: str | None = None,
    source_language: str = "",
    target_language: str = "",
    replace: bool = False,
    watch: Callable[[Moment], None] | None = None,
    begun: Callable[[UUID], None] | None = None,
) -> Report:
    """Import a file of `kind` into a business and report what became of each row.

    Raises UnreadableFile and UnknownFormat before anything is written. A file that was cut short in the middle of an
    earlier import is taken up behind its last committed row. Of texts in two languages the languages may be said; with
    `replace` a glossary's terms take the place of those that contradict them.
    """
    started = time.monotonic()
    source = Source(path, currency=currency or business.currency, mapping=dict(mapping or {}))
    connector = connector_for(kind, source, format_name)
    options: dict[str, Any] = {"map": dict(mapping or {}), "currency": source.currency}
    if kind in BILINGUAL:
        source.source_language, source.target_language = map(_tag, (source_language, target_language))
        source.main_language, source.replace = business.preferences.languages().main, replace
        options |= {"source": source.source_language, "target": source.target_language, "replace": replace}
    report = Report("", kind, connector.name, dry_run=dry_run)
    if dry_run:
        _rehearse(business, kind, connector, source, report)
        report.seconds = time.monotonic() - started
        return report
    progress, resumed = business.imports.begin(kind, connector.name, name or path.name, digest_of_file(path), options)
    if begun:
        begun(progress.uid)
    report.id = str(progress.uid)
    report.resumed = progress.rows if resumed else 0

    def prepare(batch: _Batch) -> None:
        records: Any = [item.record for item in batch.taken]
        # Where most were new, most of the next will be. What fails here is done, and said, where the batch is written.
        new = 2 * progress.created >= progress.records
        with contextlib.suppress(WeftError):
            batch.incoming = business.catalog.prepared(records, "import", as_new=new)

    rejects = _Rejects((rejects_folder or path.parent), name or path.name, progress, source)
    try:
        with contextlib.closing(
            _read_ahead(
                _reader(business, connector, kind), source, progress.rows, prepare if kind == "products" else None
            )
        ) as batches:
            for batch in batches:
                _put(business, kind, source, batch, progress, rejects, who, name or path.name)
                if watch:
                    watch(_moment(progress, batch.fraction, started, report.resumed))
        if kind in _SETTLED:
            with business.transaction() as connection:
                business.orders.settle_titles(connection)
    except BaseException as problem:
        with contextlib.suppress(WeftError):
            business.imports.finish(progress, str(problem) or type(problem).__name__)
        raise
    finally:
        rejects.close()
    business.imports.finish(progress)
    for field in ("rows", "records", "created", "updated", "unchanged", "rejected", "rejects_file"):
        setattr(report, field, getattr(progress, field))
    report.seconds = time.monotonic() - started
    return report


def _moment(progress: Progress, fraction: float, started: float, resumed: int) -> Moment:
    seconds = max(time.monotonic() - started, 1e-6)
    left = seconds * (1 - fraction) / fraction if fraction > 0 else None
    rate = (progress.rows - resumed) / seconds
    return Moment(progress.rows, progress.records, progress.rejected, fraction, rate, left)


def _tag(text: str) -> str:
    return languages.tag(text) if text.strip() else ""


def _reader(business: Business, connector: Connector, kind: str) -> Reader:
    """What reads the records of a kind; texts in two languages are looked at as a whole."""
    if kind in BILINGUAL:
        return lambda source: bilingual.read(business, kind, connector, source)
    return lambda source: connector.read(kind, source)


def _batches(read: Reader, source: Source, skip: int) -> Iterator[_Batch]:
    """Group what a connector reads into batches, past the first `skip` source rows, which are committed already."""
    taken: list[Taken] = []
    rejected: list[Rejected] = []
    rows = skipped = 0
    for item in read(source):
        count = item.rows if isinstance(item, Taken) else 1
        if skipped < skip:
            skipped += count
            continue
        rows += count
        if isinstance(item, Taken) and (long := _overlong(item.record)) is not None:
            item = Rejected(item.line, long[0], long[1][:200], f"is longer than {_LONGEST} characters", None)
        if isinstance(item, Taken):
            taken.append(item)
        else:
            rejected.append(item)
        # A rejected row can lie inside a record that is not yet complete: a batch ends behind a taken record alone.
        if isinstance(item, Taken) and (len(taken) >= _BATCH_RECORDS or rows >= _BATCH_ROWS):
            yield _Batch(taken, rejected, rows, source.fraction())
            taken, rejected, rows = [], [], 0
    if rows:
        yield _Batch(taken, rejected, rows, 1.0)


def _overlong(record: Mapping[str, Any]) -> tuple[str, str] | None:
    """Which of the names by which records are found is longer than an index takes."""
    inner = [*(record.get("variants") or ()), *(record.get("lines") or ()), *(record.get("supplies") or ())]
    for field in ("id", "customer", "email", "product", "sku", "barcode", "location", "supplier"):
        for one in (record, *inner):
            value = one.get(field)
            if isinstance(value, str) and len(value) > _LONGEST:
                return field, value
    return None


def _read_ahead(
    read: Reader, source: Source, skip: int, prepare: Callable[[_Batch], None] | None
) -> Generator[_Batch, None, None]:
    """Read and prepare the next batches in a thread while the database is busy with the one before."""
    ready: queue.Queue[_Batch | BaseException | None] = queue.Queue(maxsize=1)
    stop = threading.Event()

    def hand(item: _Batch | BaseException | None) -> bool:
        while not stop.is_set():
            with contextlib.suppress(queue.Full):
                ready.put(item, timeout=0.2)
                return True
        return False

    def work() -> None:
        try:
            for batch in _batches(read, source, skip):
                if prepare:
                    prepare(batch)
                if not hand(batch):
                    return
            hand(None)
        except BaseException as problem:
            hand(problem)

    reader = threading.Thread(target=work, name="import-reader", daemon=True)
    reader.start()
    try:
        while True:
            item = ready.get()
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        reader.join(timeout=10)


def _put(
    business: Business,
    kind: str,
    source: Source,
    batch: _Batch,
    progress: Progress,
    rejects: "_Rejects",
    who: str,
    file: str,
) -> None:
    before = (
        progress.rows,
        progress.records,
        progress.created,
        progress.updated,
        progress.unchanged,
        progress.rejected,
    )
    for attempt in (1, 2):
        try:
            with business.transaction() as connection:
                counts, refused = _write(business, kind, source, batch, connection, file)
                progress.rows += batch.rows
                progress.records += len(batch.taken)
                progress.created += counts.created
                progress.updated += counts.updated
                progress.unchanged += counts.unchanged
                progress.rejected += len(batch.rejected) + len(refused)
                rejects.write([*batch.rejected, *refused])
                business.imports.commit(connection, progress, who, counts, file)
            rejects.keep()
            return
        except WeftError as problem:
            rejects.forget()
            for name, value in zip(
                ("rows", "records", "created", "updated", "unchanged", "rejected"), before, strict=True
            ):
                setattr(progress, name, value)
            # The server was killed and is started again by the next transaction; the batch was rolled back as a whole.
            if attempt == 2 or problem.code != "database-unavailable":
                raise


def _write(
    business: Business, kind: str, source: Source, batch: _Batch, connection: Any, file: str
) -> tuple[Counts, list[Rejected]]:
    if kind in BILINGUAL:
        return bilingual.write(business, kind, batch.taken, connection, source, file)
    records: Any = [item.record for item in batch.taken]
    if kind == "products":
        incoming = batch.incoming or Incoming.of(records)
        counts = business.catalog.put(connection, incoming, "import")
        refused = [
            Rejected(item.line, "id", item.record["id"], "there is no such product to update; import it first", None)
            for item in batch.taken
            if item.record["id"] in incoming.unknown
        ]
        counts.unchanged -= len(refused) - len(incoming.unknown)
        return counts, refused
    if kind == "orders":
        return business.orders.put(connection, records, "import"), []
    if kind == "customers":
        return business.customers.put(connection, records, "import"), []
    if kind == "stock":
        counts = business.stock.put(connection, records, f"import {file}")
        refused = [
            Rejected(batch.taken[n - 1].line, "SKU", str(records[n - 1].get("sku") or records[n - 1].get("product") or ""),
                     "no product has exactly one variant of this SKU or these options; import the products first", None)
            for n in business.stock.unplaced(connection)
        ]  # fmt: skip
        return counts, refused
    if kind == "suppliers":
        return business.suppliers.put(connection, records, "import"), []
    if kind == "purchases":
        return business.purchases.put(connection, records, "import"), []
    if kind == "behaviors":
        return _behaviors(business, batch.taken, connection)
    return business.things.put(connection, records, "import"), []


def _behaviors(business: Business, taken: list[Taken], connection: Any) -> tuple[Counts, list[Rejected]]:
    now = datetime.now(UTC)
    read, refused = [], []
    for item in taken:
        (said,) = item.record["behaviors"]
        try:
            read.append(business.behaviors.read(said, now))
        except InputError as problem:
            row = orjson.dumps(said, default=str).decode()
            refused.append(Rejected(item.line, "", row[:200], problem.message.rstrip("."), [row]))
    told = business.behaviors.put(connection, read)
    return Counts(created=told.taken + told.left_out, unchanged=told.known), refused


def _rehearse(business: Business, kind: str, connector: Connector, source: Source, report: Report) -> None:
    """Do all that the import would do, in one transaction that is rolled back."""
    with contextlib.suppress(_Rehearsed), business.transaction() as connection:
        business.created(connection)
        for batch in _batches(_reader(business, connector, kind), source, 0):
            counts, refused = _write(business, kind, source, batch, connection, source.path.name)
            report.rows += batch.rows
            report.records += len(batch.taken)
            report.created += counts.created
            report.updated += counts.updated
            report.unchanged += counts.unchanged
            report.rejected += len(batch.rejected) + len(refused)
        raise _Rehearsed
    report.columns = getattr(source, "guessed", None)


class _Rehearsed(Exception):
    pass


class _Rejects:
    """The rejects file: one line for each row that could not be taken, behind what was committed before."""

    def __init__(self, folder: Path, name: str, progress: Progress, source: Source) -> None:
        base = name.removesuffix(".gz").rsplit(".", 1)[0]
        self._path = folder / f"{base}.rejects-{str(progress.uid)[-8:]}.csv"
        self._progress = progress
        self._header = ["line", "column", "value", "reason", *source.header]
        self._length = self._path.stat().st_size if progress.rejects_file and self._path.exists() else 0
        self._file: Any = None

    def write(self, rejected: list[Rejected]) -> None:
        if not rejected:
            return
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a", encoding="utf-8", newline="")
            self._file.truncate(self._length)
        writer = csv.writer(self._file)
        if self._length == 0 and self._file.tell() == 0:
            writer.writerow(self._header)
        for item in sorted(rejected, key=lambda item: item.line):
            writer.writerow([item.line, item.column, item.value, item.reason, *(item.row or [])])
        self._file.flush()
        self._progress.rejects_file = str(self._path)

    def keep(self) -> None:
        if self._file is not None:
            self._length = self._file.tell()

    def forget(self) -> None:
        if self._file is not None:
            self._file.truncate(self._length)
            self._file.seek(self._length)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
