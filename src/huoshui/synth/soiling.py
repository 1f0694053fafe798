"""Soiling of a clean raw table: from true rows to what an office would hand over.

The order matters: years go missing and rows come late or corrected before the cells are soiled,
and a duplicate copies whatever dirt its row already has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huoshui.synth.codes import wrong_check
from huoshui.synth.columns import Day, Money
from huoshui.synth.dirt import Dirt, Tally, chosen
from huoshui.synth.misnaming import RATES, Name, misname
from huoshui.synth.population import Subjects
from huoshui.synth.rawtable import RawTable

INITIAL, LATER = "1-initial", "2-later"
IMPOSSIBLE_DAYS = ("2023-02-30", "2024-13-01", "2025-04-31", "2024-00-15")
STRANGE_WORDS = ("待核实", "其他情况", "见附件", "??")
WAYS = (
    *("region_moved", "region_bracketed", "region_dropped", "region_added", "legal_form"),
    *("former_name", "traditional", "ocr_slip", "full_width"),
)
"""The ways in which a city's offices write names; any name can be written in the last."""
_SOILABLE_STYLES = ("iso", "slash", "compact", "chinese", "mixed")

Marks = dict[tuple[str, str], np.ndarray]
"""(kind of dirt, heading or nothing) -> which rows have it."""


@dataclass
class Delivery:
    """A file that is ready to be written, and the truth about its rows."""

    feed: str
    folder: str
    format: str
    encoding: str
    table: pa.Table
    entity: np.ndarray  # position of the subject that each row is about
    marks: Marks


@dataclass
class Soiled:
    """What became of a raw table."""

    deliveries: list[Delivery]
    missing: RawTable | None  # the yearly rows that never arrive
    tally: Tally


def soil(table: RawTable, subjects: Subjects, dirt: Dirt, rng: np.random.Generator) -> Soiled:
    """Soil one raw table and part it into deliveries."""
    tally = Tally()
    missing = None
    for (kind, _), mask in table.marks.items():
        tally.add(kind, int(mask.sum()), len(mask))
    if table.yearly:
        losable = np.ones(len(table), bool) if table.sure is None else ~table.sure
        lost = chosen(rng, losable, dirt.missing_years)
        tally.add("missing_years", len(lost), int(losable.sum()))
        missing, table = table.take(lost), table.take(_rest(len(table), lost))
    late = np.array([], dtype=np.int64)
    if table.flows:
        late = chosen(rng, np.ones(len(table), bool), dirt.late_rows)
        tally.add("late_rows", len(late), len(table))
    prompt = table.take(_rest(len(table), late))
    later = _marked(table.take(late), "late_rows", np.arange(len(late)))
    parts = [later] if len(late) else []
    if table.restated:
        correctable = prompt.correctable()
        again = chosen(rng, correctable, dirt.corrected_rows)
        tally.add("corrected_rows", len(again), int(correctable.sum()))
        anew = prompt.corrected(rng, again)
        prompt = _marked(prompt, "corrected_rows", again)
        if len(again):
            parts.append(_marked(anew, "corrected_rows", np.arange(len(again))))
    deliveries = [_delivered(prompt, INITIAL, subjects, dirt, rng, tally)]
    done = [_delivered(p, LATER, subjects, dirt, rng, tally) for p in parts]
    if done:
        deliveries.append(_joined(done))
    return Soiled(deliveries, missing, tally)


def _rest(count: int, without: np.ndarray) -> np.ndarray:
    keep = np.ones(count, bool)
    keep[without] = False
    return np.flatnonzero(keep)


def _mask(count: int, rows: np.ndarray) -> np.ndarray:
    mask = np.zeros(count, bool)
    mask[rows] = True
    return mask


def _marked(table: RawTable, kind: str, rows: np.ndarray) -> RawTable:
    marks = table.marks | {(kind, ""): _mask(len(table), rows)}
    return replace(table, marks=marks)


def _joined(parts: list[Delivery]) -> Delivery:
    """Put the parts of one file behind each other."""
    counts = [len(p.entity) for p in parts]
    starts = np.cumsum([0, *counts])
    total = int(starts[-1])
    marks: Marks = {}
    for part, start in zip(parts, starts, strict=False):
        for key, mask in part.marks.items():
            held = marks.setdefault(key, np.zeros(total, bool))
            held[start : start + len(mask)] = mask
    return replace(
        parts[0],
        table=pa.concat_tables([p.table for p in parts]).combine_chunks(),
        entity=np.concatenate([p.entity for p in parts]),
        marks=marks,
    )


def _delivered(
    table: RawTable,
    folder: str,
    subjects: Subjects,
    dirt: Dirt,
    rng: np.random.Generator,
    tally: Tally,
) -> Delivery:
    """Write and soil the rows of one delivery."""
    table, by_branch = _with_branches(table, subjects, dirt, rng, tally)
    marks: Marks = {k: m for k, m in table.marks.items() if m.any()}
    if len(by_branch):
        marks["branch_rows", ""] = _mask(len(table), by_branch)
    written = _subject_columns(table, subjects, dirt, rng, tally, marks)
    for heading, column in table.columns.items():
        written[heading] = column.render()
    _soil_cells(table, written, dirt, rng, tally, marks)
    entity = table.who
    copies = chosen(rng, np.ones(len(table), bool), dirt.duplicate_rows)
    tally.add("duplicate_rows", len(copies), len(table))
    made = pa.table(written)
    if len(copies):
        marks["duplicate_rows", ""] = np.zeros(len(table), bool)
        rows = np.concatenate([np.arange(len(table)), copies])
        # A copy stands anywhere, not beside its row.
        places = np.concatenate([np.arange(len(table)), rng.uniform(0, len(table), len(copies))])
        order = np.argsort(places, kind="stable")
        is_copy = (np.arange(len(rows)) >= len(table))[order]
        rows = rows[order]
        made, entity = made.take(pa.array(rows)), entity[rows]
        marks = {k: m[rows] for k, m in marks.items()}
        marks["duplicate_rows", ""] = is_copy
    return Delivery(table.feed, folder, table.format, table.encoding, made, entity, marks)


def _with_branches(
    table: RawTable, subjects: Subjects, dirt: Dirt, rng: np.random.Generator, tally: Tally
) -> tuple[RawTable, np.ndarray]:
    """Add rows that a branch reports for itself; give their positions."""
    if not table.branches:
        return table, np.array([], dtype=np.int64)
    branch = subjects.branch[table.who]
    rows = chosen(rng, branch >= 0, dirt.branch_rows)
    tally.add("branch_rows", len(rows), int((branch >= 0).sum()))
    count = len(table)
    longer = table.take(np.concatenate([np.arange(count), rows]))
    longer.who[count:] = branch[rows]
    return longer, np.arange(count, len(longer))


def _overlaid(array: pa.Array, rows: np.ndarray, values: list[str | None]) -> pa.Array:
    mask = pa.array(_mask(len(array), rows))
    return pc.replace_with_mask(array, mask, pa.array(values, type=array.type))


def _subject_columns(
    table: RawTable,
    subjects: Subjects,
    dirt: Dirt,
    rng: np.random.Generator,
    tally: Tally,
    marks: Marks,
) -> dict[str, pa.Array]:
    """Write the columns that say whom a row is about; a row has one of these kinds at most."""
    who = pa.array(table.who)
    written: dict[str, pa.Array] = {}
    code = subjects.code_arrow.take(who) if table.code else None
    name = subjects.name_arrow.take(who) if table.name else None
    free = np.ones(len(table), bool)

    def mark(kind: str, rows: np.ndarray, eligible: np.ndarray, heading: str) -> None:
        tally.add(kind, len(rows), int(eligible.sum()))
        if len(rows):
            marks[kind, heading] = _mask(len(table), rows)
        free[rows] = False

    ours = np.isin(subjects.kind[table.who], ("firm", "individual_business", "cooperative"))
    if name is not None and not table.identity:
        eligible = ours & free
        rows = chosen(rng, eligible, dirt.name_variants)
        if subjects.in_parts is None:
            kinds = rng.integers(0, len(subjects.variant), len(rows))
            name = _overlaid(name, rows, subjects.variant[kinds, table.who[rows]].tolist())
            mark("name_variants", rows, eligible, table.name or "")
        else:
            ways, texts = _miswritten(subjects.in_parts, table.who[rows].tolist(), rng)
            name = _overlaid(name, rows, texts)
            for way in WAYS:
                mark(way, rows[ways == way], eligible, table.name or "")
    if code is not None and name is not None and not table.identity:
        eligible = ours & free
        rows = chosen(rng, eligible, dirt.name_only)
        code = _overlaid(code, rows, [None] * len(rows))
        mark("name_only", rows, eligible, table.code or "")
    if code is not None and not table.identity:
        eligible = free & (subjects.legacy_no[table.who] != "")
        rows = chosen(rng, eligible, dirt.legacy_codes)
        code = _overlaid(code, rows, subjects.legacy_no[table.who[rows]].tolist())
        mark("legacy_codes", rows, eligible, table.code or "")
    if code is not None:
        rows = chosen(rng, free, dirt.wrong_check_digits)
        wrong = [wrong_check(c) for c in subjects.code[table.who[rows]].tolist()]
        code = _overlaid(code, rows, wrong)  # type: ignore[arg-type]
        mark("wrong_check_digits", rows, free.copy(), table.code or "")
    if table.code and code is not None:
        written[table.code] = code
    if table.name and name is not None:
        written[table.name] = name
    return written


def _miswritten(
    names: list[Name], who: list[int], rng: np.random.Generator
) -> tuple[np.ndarray, list[str | None]]:
    """Write names in one of the `WAYS` by their rates; in the next way where one cannot be."""
    shares = np.array([RATES[way] for way in WAYS])
    drawn = rng.choice(len(WAYS), len(who), p=shares / shares.sum()).tolist()
    draws = rng.random((len(who), 3)).tolist()
    ways, texts = [], []
    for subject, first, draw in zip(who, drawn, draws, strict=True):
        made = None
        for way in (*WAYS[first:], *WAYS[:first]):
            made = misname(way, names[subject], draw)
            if made:
                break
        ways.append(way)
        texts.append(made)
    return np.array(ways, dtype=object), texts


def _soil_cells(
    table: RawTable,
    written: dict[str, pa.Array],
    dirt: Dirt,
    rng: np.random.Generator,
    tally: Tally,
    marks: Marks,
) -> None:
    """Soil single cells of the written columns."""
    everywhere = np.ones(len(table), bool)

    def put(
        kind: str, heading: str, rows: np.ndarray, values: list[str | None], of: np.ndarray
    ) -> None:
        tally.add(kind, len(rows), int(of.sum()))
        if len(rows):
            written[heading] = _overlaid(written[heading], rows, values)
            marks[kind, heading] = _mask(len(table), rows)

    for heading, column in table.columns.items():
        if isinstance(column, Day) and column.style in _SOILABLE_STYLES:
            full = ~np.isnat(column.days)
            rows = chosen(rng, full, dirt.impossible_days)
            days = rng.choice(IMPOSSIBLE_DAYS, len(rows)).tolist()
            put("impossible_days", heading, rows, days, full)
        elif isinstance(column, Money) and not column.typed and table.vague:
            full = everywhere if column.known is None else column.known
            full = full if column.foreign is None else full & ~column.foreign
            rows = chosen(rng, full, dirt.mixed_units)
            put("mixed_units", heading, rows, _spelled(column.fen[rows]), full)
            rows = chosen(rng, full & ~_mask(len(table), rows), dirt.vague_amounts)
            wan = np.maximum(1, column.fen[rows] // 1_000_000)
            put("vague_amounts", heading, rows, [f"约{w}万" for w in wan.tolist()], full)
    for heading in table.words:
        rows = chosen(rng, everywhere, dirt.unknown_words)
        put("unknown_words", heading, rows, rng.choice(STRANGE_WORDS, len(rows)).tolist(),
            everywhere)  # fmt: skip
    for heading in table.optional:
        rows = chosen(rng, everywhere, dirt.blank_cells)
        put("blank_cells", heading, rows, [None] * len(rows), everywhere)


def _spelled(fen: np.ndarray) -> list[str | None]:
    """Write amounts with their unit in the cell, in one of five spellings, each exactly."""
    spelled: list[str | None] = []
    for at, amount in enumerate(fen.tolist()):
        yuan, rest = divmod(abs(amount), 100)
        sign = "-" if amount < 0 else ""
        in_yuan = f"{yuan}.{rest:02d}" if rest else str(yuan)
        if amount % 10_000 == 0 and at % 5 < 3:
            wan, part = divmod(abs(amount), 1_000_000)
            figure = f"{sign}{wan}" + (f".{part // 10_000:02d}" if part else "")
            spelled.append(figure + ("万元", "万元人民币", "(万元)")[at % 5])
        elif at % 5 == 3:
            spelled.append(f"{sign}{yuan:,}.{rest:02d}元")
        else:
            spelled.append(f"{sign}{in_yuan}元")
    return spelled
