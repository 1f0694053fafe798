"""The facts stage: one raw table of text, read as a feed says, into typed rows and faulty ones.

Relation in: `raw` (source_row and text columns).  Relation out: `typed`, one row for each raw row
that is for this item, with the item's columns, or with the reason why it is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from huoshui.facts import schema
from huoshui.facts.faults import Fault, FeedRefusal
from huoshui.facts.ops import OPS, Reader, Reading
from huoshui.facts.ops.code import subject_reading
from huoshui.facts.ops.text import name_reading
from huoshui.kernel.errors import Refused
from huoshui.kernel.money import HOME
from huoshui.kernel.sql import literal, quoted
from huoshui.kernel.step import Step
from huoshui.policy import expression
from huoshui.policy.pack import Pack
from huoshui.policy.schema import ColumnType, Feed, FeedColumn, Item, ItemColumn
from huoshui.policy.scope import feed_scope

RAW = "raw"
TYPED = "typed"


@dataclass(frozen=True)
class Lookup:
    """Distinct texts of a column that are not plain, and the Python that reads them."""

    name: str  # of the relation to make
    unplain: str  # SQL of the condition, in a row of `raw r`, that the text is not plain
    givens: str  # SQL of the distinct texts
    read: Callable[[pa.ChunkedArray], pa.Table]


@dataclass(frozen=True)
class Plan:
    """What the pipeline does in order: count, look up what is not plain, then the steps."""

    counts: str  # SQL of one row: for each lookup by name, how many rows it is asked about
    lookups: tuple[Lookup, ...]
    steps: Callable[[Mapping[str, bool]], tuple[Step, ...]]  # of lookups made: any fault found?


@dataclass(frozen=True)
class Read:
    """A column being read: where from, how, and what may be wrong with it."""

    nth: int
    name: str  # of the column made
    field: str  # as a person looking at the raw table calls it
    reading: Reading
    source: str | None = None  # SQL of the raw text
    constant: str | None = None  # SQL of the value where the raw table says none
    required: bool = False
    column: ItemColumn | None = None
    is_looked_up: bool = True  # some texts are not plain, so there is a relation that reads them
    is_faulty: bool = True  # and some of those are at fault

    @property
    def look(self) -> str:
        return f"look_{self.nth}"

    @property
    def plain(self) -> str | None:
        return self.reading.plain(self.source) if self.reading.plain and self.source else None

    @property
    def in_engine(self) -> str | None:
        """Give the SQL of the value, without asking again whether it is plain if all are."""
        if self.plain and self.source and self.reading.proven and not self.is_looked_up:
            return self.reading.proven(self.source)
        return self.plain


def build(feed: Feed, item: Item, pack: Pack, *, columns: Sequence[str]) -> Plan:
    """Describe how `raw`, whose text columns are named, becomes `typed`."""
    inside = inside_sql(feed, pack, columns)
    reads = reads_of(feed, item, pack)
    lookups = tuple(lookup_of(read, inside) for read in reads if read.source)
    counts = ", ".join(f"count_if({look.unplain}) AS {look.name}" for look in lookups)
    where = f" WHERE {inside}" if inside else ""

    def steps(made: Mapping[str, bool]) -> tuple[Step, ...]:
        known = [
            replace(read, is_looked_up=read.look in made, is_faulty=made.get(read.look, False))
            for read in reads
        ]
        return (Step(TYPED, _typed(known, feed, item, inside)),)

    return Plan(f"SELECT {counts} FROM {RAW} r{where}", lookups, steps)


def inside_sql(feed: Feed, pack: Pack, columns: Sequence[str]) -> str | None:
    """Give the condition on raw rows that are for the feed's item, or None where all are."""
    if feed.where is None:
        return None
    where = pack.where("feeds", feed.id, "where")
    scope = feed_scope(pack, tuple(columns))
    typed = expression.check(expression.parse(feed.where, where=where), scope)
    return f"({expression.to_sql(typed, asof=pack.asof)}) IS TRUE"


def reads_of(feed: Feed, item: Item, pack: Pack) -> list[Read]:
    must = {*item.key, item.true_from}
    made = [
        _subject(0, "subject_code", feed.subject.code, subject_reading(feed.subject.scheme)),
        _subject(1, "subject_name", feed.subject.name, name_reading()),
    ]
    targets = dict(item.columns)
    for name in schema.TIMES:  # a feed may give them outright
        if name in feed.columns and name not in targets:
            targets[name] = ItemColumn.model_validate(
                {"type": "day", "label": {"zh": name, "en": name}}
            )
    for name, column in targets.items():
        how = feed.columns.get(name)
        if how is None and name in {c.currency_into for c in feed.columns.values()}:
            continue  # filled by the amount that it is the currency of
        how = how or FeedColumn()
        has_serials = feed.source.format == "xlsx"
        reading = OPS[column.type](Reader(name, column, how, pack, has_serials))
        made.append(
            Read(
                nth=len(made),
                name=name,
                field=how.source or name,
                reading=reading,
                source=f"r.{quoted(how.source)}" if how.source else None,
                constant=_constant(feed, name, how, reading, pack),
                required=column.required or name in must,
                column=column,
            )
        )
    return made


def _subject(nth: int, name: str, source: str | None, reading: Reading) -> Read:
    return Read(nth, name, source or name, reading, f"r.{quoted(source)}" if source else None)


def _constant(feed: Feed, name: str, how: FeedColumn, reading: Reading, pack: Pack) -> str | None:
    if how.value is None:
        return None
    value = reading.read(how.value)
    if isinstance(value, Fault):
        problem = value.problem(value=how.value, field=name)
        raise Refused(replace(problem, where=pack.where("feeds", feed.id, "columns", name)))
    return None if value is None else f"CAST({literal(str(value))} AS {schema.SQL[reading.type]})"


def lookup_of(read: Read, inside: str | None) -> Lookup:
    unplain = f"{read.source} IS NOT NULL"
    if read.plain:
        unplain += f" AND ({read.plain}) IS NULL"
    where = f"{inside} AND {unplain}" if inside else unplain
    givens = f"SELECT DISTINCT {read.source} AS given FROM {RAW} r WHERE {where}"
    return Lookup(read.look, unplain, givens, lambda texts: _looked_up(read, texts))


def _looked_up(read: Read, given: pa.ChunkedArray) -> pa.Table:
    """Read distinct texts; those that are their own value all at once."""
    texts = given.cast(pa.string()).combine_chunks()
    if read.reading.as_is is None:
        return _read_each(read, texts)
    stands = read.reading.as_is(texts)
    plain = texts.filter(pa.array(stands))
    own = pa.table({"given": plain, "value": plain})
    rest = _read_each(read, texts.filter(pa.array(~stands)))
    return pa.concat_tables([rest, own], promote_options="default")


def _read_each(read: Read, texts: pa.Array) -> pa.Table:
    values: list[object] = []
    faults: list[tuple[str | None, str | None, str | None]] = []
    currencies: list[str | None] = []
    for text in texts.to_pylist():
        value = read.reading.read(text)
        if isinstance(value, Fault):
            problem = value.problem(value=text.strip(), field=read.field)
            faults.append((problem.code, problem.message, problem.fix))
            value = None
        else:
            faults.append((None, None, None))
        values.append(value)
        if read.reading.currency:
            currencies.append(None if value is None else read.reading.currency(text))
    columns = {"given": texts, "value": pa.array(values, schema.ARROW[read.reading.type])}
    for nth, name in enumerate(("fault", "message", "fix")):
        columns[name] = pa.array([fault[nth] for fault in faults], pa.string())
    if read.reading.currency:
        columns["currency"] = pa.array(currencies, pa.string())
    return pa.table(columns)


def _typed(reads: Sequence[Read], feed: Feed, item: Item, inside: str | None) -> str:
    """Make `typed`: one row is a raw row that is for the item, typed or with its faults."""
    where = f"\n  WHERE {inside}" if inside else ""
    joins = "".join(
        f"\n  LEFT JOIN {read.look} l{read.nth} ON l{read.nth}.given = {read.source}"
        for read in reads
        if read.source and read.is_looked_up
    )
    values = ",\n    ".join(part for read in reads for part in value_parts(read))
    judged = {read.nth: fault for read in reads if (fault := fault_of(read))}
    doubtful = [read for read in reads if read.nth in judged]
    faults = ",\n    ".join(f"{fault} AS f{nth}" for nth, fault in judged.items())
    numbers = " ".join(f"WHEN f{nth} IS NOT NULL THEN {nth}" for nth in judged)
    also = ", ".join(_further(read) for read in doubtful)
    return f"""WITH inside AS (SELECT * FROM {RAW} r{where}),
read AS (
  SELECT r.source_row,
    {values}
  FROM inside r{joins}
),
judged AS (
  SELECT *,
    {faults}
  FROM read
),
numbered AS (SELECT *, CASE {numbers} END AS first FROM judged)
SELECT {outputs_of(reads, feed, item)},
  source_row,
  {_of_first(doubtful, lambda r: f"f{r.nth}")} AS reason,
  {_of_first(doubtful, lambda r: literal(r.field))} AS field,
  {_of_first(doubtful, _message)} AS message,
  {_of_first(doubtful, _fix)} AS fix,
  CASE WHEN first IS NOT NULL THEN concat_ws('; ', {also}) END AS also
FROM numbered"""


def _further(read: Read) -> str:
    n = read.nth
    said = f"f{n} || {literal('@' + read.field)}"
    return f"CASE WHEN f{n} IS NOT NULL AND first <> {n} THEN {said} END"


def value_parts(read: Read) -> list[str]:
    """Give the value, and for what has a source the fault found while reading it."""
    n, sql_type = read.nth, schema.SQL[read.reading.type]
    if read.source is None:
        value = read.constant or f"CAST(NULL AS {sql_type})"
        return [f"{value} AS v{n}"]
    looked = [f"l{n}.value"] if read.is_looked_up else []
    ways = [*([read.in_engine] if read.in_engine else []), *looked]
    if read.constant and read.is_looked_up:
        ways.append(f"CASE WHEN l{n}.fault IS NULL THEN {read.constant} END")
    elif read.constant:
        ways.append(read.constant)
    ways = ways or [f"CAST(NULL AS {sql_type})"]  # not one row has a text
    parts = [
        f"coalesce({', '.join(ways)}) AS v{n}" if len(ways) > 1 else f"{ways[0]} AS v{n}",
        f"{read.source} AS t{n}",
    ]
    if read.is_faulty:
        parts.append(f"l{n}.fault AS lf{n}, l{n}.message AS lm{n}, l{n}.fix AS lx{n}")
    if read.reading.currency:
        home = f"CASE WHEN v{n} IS NOT NULL THEN {literal(HOME)} END"
        parts.append(
            f"coalesce(l{n}.currency, {home}) AS c{n}" if read.is_looked_up else f"{home} AS c{n}"
        )
    return parts


def fault_of(read: Read) -> str | None:
    """Give SQL of the code of what is wrong with a column, or None where nothing can be."""
    n = read.nth
    is_faulty = read.source is not None and read.is_faulty
    cases = [f"WHEN lf{n} IS NOT NULL THEN lf{n}"] if is_faulty else []
    if n == 0:  # the subject: its code or its name
        other = "lf0 IS NULL AND " if is_faulty else ""
        cases.append(
            f"WHEN {other}v0 IS NULL AND v1 IS NULL THEN {literal(FeedRefusal.NO_SUBJECT.code)}"
        )
    if read.required:
        cases.append(f"WHEN v{n} IS NULL THEN {literal(FeedRefusal.MISSING_VALUE.code)}")
    bounds = _bounds(read)
    if bounds:
        cases.append(f"WHEN {bounds} THEN {literal(FeedRefusal.OUT_OF_RANGE.code)}")
    return f"CASE {' '.join(cases)} END" if cases else None


def _bounds(read: Read) -> str:
    column = read.column
    if column is None:
        return ""
    least = [f"v{read.nth} < {column.at_least}"] if column.at_least is not None else []
    most = [f"v{read.nth} > {column.at_most}"] if column.at_most is not None else []
    return " OR ".join([*least, *most])


def _of_first(reads: Sequence[Read], sql: Callable[[Read], str]) -> str:
    """Take something of the first faulty column."""
    return "CASE first " + " ".join(f"WHEN {r.nth} THEN {sql(r)}" for r in reads) + " END"


def _message(read: Read) -> str:
    return _sentence(read, "message", f"lm{read.nth}")


def _fix(read: Read) -> str:
    return _sentence(read, "fix", f"lx{read.nth}")


def _sentence(read: Read, part: str, looked_up: str) -> str:
    """Give a sentence of the fault: found while reading, or of an empty or unlikely value."""
    found: dict[FeedRefusal, dict[str, Any]] = {
        FeedRefusal.MISSING_VALUE: {"field": read.field},
        FeedRefusal.NO_SUBJECT: {},
    }
    if read.column:
        found[FeedRefusal.OUT_OF_RANGE] = {"value": "\0", "range": _range(read.column)}
    cases = []
    for reason, fields in found.items():
        sentence = literal(str(getattr(reason.problem(**fields), part)))
        given = f"coalesce(t{read.nth}, '')" if read.source else "''"
        sentence = sentence.replace("\0", f"' || {given} || '")
        cases.append(f"WHEN {literal(reason.code)} THEN {sentence}")
    otherwise = f" ELSE {looked_up}" if read.source and read.is_faulty else ""
    return f"CASE f{read.nth} {' '.join(cases)}{otherwise} END"


def _range(column: ItemColumn) -> str:
    least, most = column.at_least, column.at_most
    unit = f" {column.unit}" if column.unit else ""
    if least is not None and most is not None:
        return f"{least} to {most}{unit}"
    return f"at least {least}{unit}" if least is not None else f"at most {most}{unit}"


def outputs_of(reads: Sequence[Read], feed: Feed, item: Item) -> str:
    """Name the item's columns and the two times."""
    by_name = {read.name: f"v{read.nth}" for read in reads}
    for read in reads:
        how = feed.columns.get(read.name)
        if how and how.currency_into:
            by_name[how.currency_into] = f"c{read.nth}" if read.source else literal(HOME)
    for name, source in (("true_from", item.true_from), ("true_until", item.true_until)):
        column = item.columns.get(source or "")
        if name not in by_name:
            by_name[name] = _as_day(by_name.get(source or "", "CAST(NULL AS DATE)"), column)
    return ", ".join(f"{by_name[name]} AS {quoted(name)}" for name in schema.own_columns(item))


def _as_day(value: str, column: ItemColumn | None) -> str:
    if column is None or column.type is not ColumnType.WHOLE:
        return value
    return f"CASE WHEN {value} BETWEEN 1 AND 9999 THEN make_date({value}::INTEGER, 12, 31) END"
