"""The tables of a snapshot, written from a run: those it evaluated, and those told beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from huoshui.entities.division import division_sql, divisions
from huoshui.indicators.schema import COUNTED
from huoshui.kernel.sql import quoted
from huoshui.pipeline.divided import (
    ENTITY,
    Written,
    by_division,
    division_file,
    linked,
    merged,
)
from huoshui.pipeline.evaluation import EVALUATED
from huoshui.pipeline.evidence import EVIDENCE, evidence_steps
from huoshui.pipeline.fresh import TOUCHED
from huoshui.pipeline.published import Snapshot, parts_of
from huoshui.pipeline.run import Work
from huoshui.pipeline.subsidy_tables import paid_table, unasked_table

ABOUT_ENTITIES = ("entity", "subject_entity")
"""Relations of the entities stage with rows of entities, made whole by every run."""

RELATIONS = ("branch_link", "unlinked", "resemblance", "waiting")
"""Its other relations; no division keeps them."""


class Tables:
    """Writes all tables of a run beneath a folder."""

    def __init__(self, work: Work, folder: Path, *, is_divided: bool) -> None:
        assert work.evaluation is not None, "a run that is published has been evaluated"
        self.work, self.folder, self.is_divided = work, folder, is_divided
        self.evaluation = work.evaluation
        self._rows: dict[str, int] = {}

    def write(self) -> dict[str, int]:
        """Write everything; give the rows of each file by its name in the folder."""
        if self.work.since is None:
            self._write_evaluated()
            self._put("evidence", EVIDENCE, self._evidence_rows())
            for name, table in self._subsidies().items():
                self._put(name, table.schema, [by_entity(table, is_divided=self.is_divided)])
        else:
            self._write_touched(self.work.since)
        for name in ABOUT_ENTITIES:
            self._put_relation(name, is_divided=self.is_divided)
        for name in RELATIONS:
            self._put_relation(name, is_divided=False)
        return self._rows

    def _subsidies(self) -> dict[str, pa.Table]:
        return {"paid": paid_table(self.work), "unasked": unasked_table(self.work)}

    def _put(self, name: str, schema: pa.Schema, parts: Iterable[pa.Table]) -> None:
        self._written(Written(self.folder, name, schema, is_divided=self.is_divided), parts)

    def _written(self, table: Written, parts: Iterable[pa.Table]) -> None:
        for part in parts:
            table.add(part)
        table.close()
        self._rows |= table.rows

    def _put_relation(self, name: str, *, is_divided: bool) -> None:
        """Write a relation in the order of its division, entity and all columns."""
        schema = self.work.engine.query(f"SELECT * FROM {name} LIMIT 0").schema
        first = [division_sql(ENTITY), ENTITY] if is_divided else []
        first += [ENTITY] if name in ABOUT_ENTITIES and not is_divided else []
        order = [*first, *(f"{quoted(c)} NULLS FIRST" for c in schema.names)]
        parts = self.work.engine.parts(f"SELECT * FROM {name} ORDER BY {', '.join(order)}")
        self._written(Written(self.folder, name, schema, is_divided=is_divided), parts)

    def _write_evaluated(self) -> None:
        """Write profile, verdicts and titles in one reading, each part while the next is read."""
        tables = {
            name: Written(
                self.folder, name, self.evaluation.table_schema(name), is_divided=self.is_divided
            )
            for name in self.evaluation.tables
        }

        def add(part: pa.Table) -> None:
            for name, table in tables.items():
                table.add(self.evaluation.table_of(part, name))

        with ThreadPoolExecutor(1) as pool:
            writing: Future[None] | None = None
            for part in self._evaluated():
                if writing is not None:
                    writing.result()
                writing = pool.submit(add, part)
            if writing is not None:
                writing.result()
        for table in tables.values():
            table.close()
            self._rows |= table.rows

    def _evaluated(self) -> Iterator[pa.Table]:
        """Read what was evaluated, by division where there are any, and by entity."""
        if self.is_divided:
            yield from self.work.engine.counted(EVALUATED, COUNTED)
        else:
            yield from self.work.engine.parts(f"SELECT * FROM {EVALUATED} ORDER BY {ENTITY}")

    def _evidence_rows(self) -> Iterator[pa.Table]:
        work = self.work
        steps = evidence_steps(work.pack, asof=work.asof, within=work.within)
        if not steps:
            return
        work.engine.steps(steps)
        every = " UNION ALL ".join(f"SELECT * FROM {step.name}" for step in steps)
        first = f"{division_sql(ENTITY)}, " if self.is_divided else ""
        sql = f"SELECT * FROM ({every}) AS told ORDER BY {first}{ENTITY}, item, feed"
        for part in work.engine.parts(sql):
            yield part.cast(EVIDENCE)
        work.engine.drop(*(step.name for step in steps))

    def _write_touched(self, since: Snapshot) -> None:
        """Write what a snapshot has of everybody else, with what was made of those touched."""
        gone = self.work.engine.query(f"SELECT {ENTITY} FROM {TOUCHED}")[ENTITY].combine_chunks()
        new = {}
        for name in self.evaluation.tables:
            made = self.work.engine.query(self.evaluation.select(name))
            new[str(name)] = made.cast(self.evaluation.table_schema(name))
        new["evidence"] = pa.concat_tables([EVIDENCE.empty_table(), *self._evidence_rows()])
        new |= self._subsidies()
        for table, rows in new.items():
            ordered = by_entity(rows, is_divided=self.is_divided)
            self._rows |= _Merge(self, since, table, gone).write(ordered)


class _Merge:
    """One table of an earlier snapshot, written again with some entities made anew."""

    def __init__(self, tables: Tables, since: Snapshot, name: str, gone: pa.Array) -> None:
        self.tables, self.since, self.name, self.gone = tables, since, name, gone
        self.was_divided = f"{name}.parquet" not in since.manifest["files"]

    def write(self, rows: pa.Table) -> dict[str, int]:
        """Write it with the rows that are new; give the rows of its files."""
        tables = self.tables
        table = Written(tables.folder, self.name, rows.schema, is_divided=tables.is_divided)
        kept = {}
        if tables.is_divided:
            new = {division_file(self.name, d): part for d, part in by_division(rows)}
            before = self._before()
            changed = {division_file(self.name, d) for d in divisions(self.gone).to_pylist()}
            for file in sorted({*before, *new}):
                if self.was_divided and file not in changed:
                    linked(self.since.folder / file, tables.folder / file)
                    kept[file] = int(self.since.manifest["files"][file]["rows"])
                else:
                    self._merge(table, before.get(file, []), new.get(file, rows.slice(0, 0)))
        elif self.was_divided:
            self._merge(table, [by_entity(self.since.table(self.name))], rows)
        else:
            self._merge(table, self.since.parts(self.name), rows)
        if table.rows or not kept:
            table.close()
        return table.rows | kept

    def _merge(self, table: Written, before: Iterable[pa.Table], rows: pa.Table) -> None:
        for part in merged(before, rows, self.gone):
            table.add(part)

    def _before(self) -> dict[str, Iterable[pa.Table]]:
        """Give what stood in each division's file, read when its turn comes."""
        if self.was_divided:
            return {f: parts_of(self.since.folder / f) for f in self.since.files(self.name)}
        whole = by_entity(self.since.table(self.name), is_divided=True)
        return {division_file(self.name, d): [part] for d, part in by_division(whole)}


def by_entity(rows: pa.Table, *, is_divided: bool = False) -> pa.Table:
    """Put rows in the order of entities, in divisions if wanted; rows of one keep their order."""
    keys = [ENTITY]
    if is_divided:
        rows = rows.append_column(_DIVISION, divisions(rows[ENTITY].combine_chunks()))
        keys = [_DIVISION, ENTITY]
    rows = rows.take(pc.sort_indices(rows, sort_keys=[(key, "ascending") for key in keys]))
    return rows.drop_columns(_DIVISION) if is_divided else rows


_DIVISION = "division of the entity"
