"""Reads any table as a sample: which rows went bad, what is known of each, and what is left out.

A column that identifies rows, never varies, or gives the outcome away is left out with its reason:
a model that reads such a column looks perfect on paper and knows nothing of the next applicant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from huoshui.kernel.errors import Where
from huoshui.modelling.faults import ModelRefusal
from huoshui.modelling.metrics import column_auc

BAD_WORDS = frozenset({"1", "true", "yes", "y", "bad", "default", "defaulted", "是", "违约", "坏"})
"""Target values that mean default without being told so."""

EMPTY_WORDS = ["", "NA", "N/A", "NaN", "nan", "NULL", "null"]
"""What a CSV file writes where it has no value."""

TELLS_ALL = 0.99
"""A column whose own AUC on the sample reaches this is taken to know the outcome: left out."""

TELLS_MUCH = 0.95
"""From here on a column is kept, and a warning names it."""

DISTINCT_SHARE_MOST = 0.5
"""Words of which more than this share are different identify rows rather than describe them."""

DISTINCT_ROWS_LEAST = 50
"""Fewer rows than this cannot show that a column identifies them."""


@dataclass(frozen=True, eq=False)
class Column:
    """What one column knows of every row; a missing number is NaN and a missing word None."""

    name: str  # as the table has it
    id: str  # as a pack may have it
    kind: Literal["number", "word"]
    values: np.ndarray  # float64, or object for words and flags


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows with a known outcome."""

    columns: tuple[Column, ...]
    bad: np.ndarray  # 1.0 where the row went bad
    dropped: Mapping[str, str]  # column -> why it is left out
    warnings: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Count the rows."""
        return len(self.bad)

    def only(self, rows: np.ndarray) -> Sample:
        """Take some of the rows."""
        columns = tuple(replace(c, values=c.values[rows]) for c in self.columns)
        return replace(self, columns=columns, bad=self.bad[rows])


def table_at(source: pa.Table | Path | str) -> pa.Table:
    """Read a Parquet or CSV file; a table is given back as it is."""
    if isinstance(source, pa.Table):
        return source
    path = Path(source)
    where = Where(str(path))
    if not path.is_file():
        raise ModelRefusal.NO_TABLE.refuse(where=where, path=path)
    try:
        if path.suffix.lower() in {".csv", ".txt"}:
            empty = pa.csv.ConvertOptions(null_values=EMPTY_WORDS, strings_can_be_null=True)
            reading = pa.csv.ReadOptions(encoding=_encoding(path))
            return pa.csv.read_csv(path, read_options=reading, convert_options=empty)
        return pa.parquet.read_table(path)
    except (pa.ArrowInvalid, UnicodeDecodeError, OSError) as error:
        detail = " ".join(str(error).split())[:200].rstrip(".")
        raise ModelRefusal.UNREADABLE.refuse(where=where, path=path, detail=detail) from None


def _encoding(path: Path) -> str:
    """Tell UTF-8 from the national standard's encoding (which contains GBK) by reading it all."""
    try:
        with path.open(encoding="utf-8") as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def sample_of(
    table: pa.Table,
    *,
    target: str,
    bad: str | None = None,
    drop: Collection[str] = (),
    keep: Collection[str] = (),
) -> Sample:
    """Take the rows whose outcome is known, and the columns fit to tell it."""
    for name in (target, *drop, *keep):
        if name not in table.column_names:
            raise ModelRefusal.NO_COLUMN.refuse(column=name, known=", ".join(table.column_names))
    outcome = _words(table[target])
    known = np.array([word is not None for word in outcome], dtype=bool)
    is_bad = _is_bad(target, outcome[known], bad)
    warnings = []
    if not known.all():
        warnings.append(f"{int((~known).sum())} rows have no value of {target} and are left out.")
        table = table.filter(pa.array(known))
    ids = column_ids(table.column_names)
    columns, dropped = [], {}
    for name in table.column_names:
        if name == target:
            continue
        column, reason = _judged(name, ids[name], table[name], name in drop)
        if column is not None and name not in keep:
            reason, warning = _suspicion(column, is_bad)
            warnings += [warning] if warning else []
        if reason:
            dropped[name] = reason
        elif column is not None:
            columns.append(column)
    if not columns:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in dropped.items())
        raise ModelRefusal.NO_COLUMNS.refuse(reasons=reasons or "there is none but the target")
    return Sample(tuple(columns), is_bad, dropped, tuple(warnings))


def _judged(
    name: str, id: str, values: pa.ChunkedArray, is_refused: bool
) -> tuple[Column | None, str]:
    """Read a column, or say why it is none that a card can read."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if is_refused:
        return None, "asked to leave it out"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        numbers = pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False)
        column = Column(name, id, "number", np.where(np.isfinite(numbers), numbers, np.nan))
    elif pa.types.is_boolean(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        column = Column(name, id, "word", _words(values))
    elif pa.types.is_temporal(kind):
        return None, "a day earns no points; give an age or a span instead"
    else:
        return None, f"nothing is known to read in the type {kind}"
    present = _present(column)
    if len(present) == 0:
        return None, "never has a value"
    if len(np.unique(present)) == 1 and len(present) == len(column.values):
        return None, "has the same value everywhere"
    if _identifies(present, column.kind):
        return None, "identifies rows: nearly every row has a value of its own"
    return column, ""


def _words(values: pa.ChunkedArray) -> np.ndarray:
    """Give values as text, flags as true and false, whole floats without a fraction."""
    if pa.types.is_dictionary(values.type):
        values = pc.cast(values, values.type.value_type)
    words = np.empty(len(values), dtype=object)
    for i, value in enumerate(values.to_pylist()):
        if value is None or value != value:  # NaN
            continue
        if isinstance(value, bool):
            words[i] = "true" if value else "false"
        elif isinstance(value, float) and value.is_integer():
            words[i] = str(int(value))
        else:
            words[i] = str(value)
    return words


def _present(column: Column) -> np.ndarray:
    if column.kind == "number":
        return column.values[~np.isnan(column.values)]
    return np.array([word for word in column.values if word is not None], dtype=str)


def _identifies(present: np.ndarray, kind: str) -> bool:
    """Say whether values look like names or numbers of a register."""
    rows, distinct = len(present), len(np.unique(present))
    if rows < DISTINCT_ROWS_LEAST:
        return False
    if kind == "word":
        return distinct > DISTINCT_SHARE_MOST * rows
    if distinct < rows or (present != np.floor(present)).any() or present.min() < 0:
        return False
    if present.max() - present.min() == rows - 1:  # counts the rows
        return True
    return len(f"{present.min():.0f}") == len(f"{present.max():.0f}") >= 6


def _suspicion(column: Column, bad: np.ndarray) -> tuple[str, str]:
    """Give why a column is left out, if it is, and what to warn of."""
    auc = column_auc(column.values, bad, is_number=column.kind == "number")
    if auc >= TELLS_ALL:
        reason = f"gives the outcome away (AUC {auc:.3f} alone)"
        return reason, f"{column.name} {reason} and is left out; --keep {column.name} reads it."
    if auc >= TELLS_MUCH:
        return "", f"{column.name} alone has AUC {auc:.3f}: is it known before the outcome?"
    return "", ""


def _is_bad(target: str, outcome: np.ndarray, bad: str | None) -> np.ndarray:
    """Turn the target into 1.0 for bad rows, or refuse where it is no such thing."""
    values = sorted(set(outcome))
    if len(values) != 2:
        shown = ", ".join(values[:5]) + (", ..." if len(values) > 5 else "")
        raise ModelRefusal.NOT_BINARY.refuse(target=target, count=len(values), shown=shown)
    if bad is not None and bad not in values:
        raise ModelRefusal.NO_SUCH_VALUE.refuse(target=target, value=bad, shown=", ".join(values))
    if bad is None:
        likely = [value for value in values if value.strip().lower() in BAD_WORDS]
        if len(likely) != 1:
            raise ModelRefusal.WHICH_IS_BAD.refuse(target=target, first=values[0], second=values[1])
        bad = likely[0]
    return (outcome == bad).astype(np.float64)


def column_ids(names: Sequence[str]) -> dict[str, str]:
    """Give each column a name that a pack may use, in the order of the table.

    >>> column_ids(["LOAN", "Loan", "2nd job", "NewExist", "信誉评级"])
    {'LOAN': 'loan', 'Loan': 'loan_2', '2nd job': 'x2nd_job', 'NewExist': 'new_exist', \
'信誉评级': 'xin_yu_ping_ji'}
    """
    from pypinyin import lazy_pinyin  # reads its dictionaries, which takes a second of any command

    made: dict[str, str] = {}
    for name in names:
        spelled = "_".join(lazy_pinyin(name)) if not name.isascii() else name
        spelled = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", spelled)
        plain = re.sub(r"[^a-z0-9]+", "_", spelled.lower()).strip("_")[:50] or "column"
        plain = plain if plain[0].isalpha() else f"x{plain}"
        taken, nth = plain, 2
        while taken in made.values():
            taken, nth = f"{plain}_{nth}", nth + 1
        made[name] = taken
    return made
