"""What names and addresses alone tell is worked out once, and kept beside the snapshots.

A day brings few new names.  How a name is folded and cut, where an address points, how two names
agree depends on nothing but these texts and on the step that says how (`Step.told_by`), so that
rows are kept under a digest of the step and of the code.  It is a memory and no record: what cannot
be read is worked out again, and a run without it publishes the same.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from huoshui.engines.engine import Engine, EngineError
from huoshui.kernel.sql import quoted
from huoshui.kernel.step import Step, asked
from huoshui.pipeline.fresh import made_with

MOST_FILES = 64
"""Where as many runs have added to a memory, it is written anew as one file."""


class Kept:
    """The memory beneath a folder, as it was when a run began."""

    def __init__(self, folder: Path) -> None:
        """Remember beneath a folder, which need not be there."""
        self.folder = folder
        self._found: dict[str, list[Path]] = {}
        self._made: dict[str, Step] = {}

    def steps(self, engine: Engine, steps: Sequence[Step]) -> list[Step]:
        """Give the steps so that of those told by texts only what is not known is worked out."""
        told = {step.name: step for step in steps if step.told_by}
        wanted = {asked(name): step for name, step in told.items()}
        found: list[Step] = []
        for step in steps:
            if step.name in wanted and self._recall(engine, wanted[step.name]):
                found.append(_unknown(step, wanted[step.name]))
            elif step.name in told and self._found.get(step.name):
                found += _joined(step)
            else:
                found.append(step)
        return found

    def keep(self, engine: Engine) -> None:
        """Add what was worked out; nothing where another run added something meanwhile."""
        for name, step in self._made.items():
            folder, found = self._place(step), self._found[name]
            if _files(folder) != found:
                continue
            if len(found) >= MOST_FILES:
                self._write(engine, f"SELECT * FROM {quoted(name)}", folder, len(found))
                for path in found:
                    path.unlink(missing_ok=True)
                continue
            new = _new(name) if found else name
            rows = engine.query(f"SELECT count(*) AS n FROM {quoted(new)}").column(0)[0].as_py()
            if rows:
                self._write(engine, f"SELECT * FROM {quoted(new)}", folder, len(found))
            for other in self._others(folder):
                shutil.rmtree(other, ignore_errors=True)

    def _recall(self, engine: Engine, step: Step) -> bool:
        """Name what is kept of a step; say whether there is anything."""
        self._made[step.name] = step
        files = _files(self._place(step))
        try:
            if files:
                filed = f"{_before(step.name)}_files"
                engine.parquet(filed, files, pq.read_schema(files[0]))
                # read at once: another run may put the files away
                engine.table(_before(step.name), f"SELECT * FROM {quoted(filed)}")
        except (OSError, pa.ArrowException, EngineError):
            shutil.rmtree(self._place(step), ignore_errors=True)
            files = []
        self._found[step.name] = files
        return bool(files)

    def _place(self, step: Step) -> Path:
        digest = hashlib.sha256(f"{made_with()}\n{step.sql}".encode()).hexdigest()
        return self.folder / step.name / digest[:32]

    def _others(self, folder: Path) -> list[Path]:
        """Find what earlier code or packs have kept of the same step."""
        if not folder.parent.is_dir():  # a step that has never given a row keeps nothing
            return []
        return [path for path in folder.parent.iterdir() if path.is_dir() and path != folder]

    def _write(self, engine: Engine, sql: str, folder: Path, number: int) -> None:
        """Write a file under the next number; whoever comes second leaves the first's."""
        folder.mkdir(parents=True, exist_ok=True)
        staged = folder / f".{number:06d}.{os.getpid()}"
        engine.write(sql, staged)
        try:
            os.link(staged, folder / f"{number:06d}.parquet")
        except FileExistsError:
            pass  # another run came first; what this one found is found again where it is missing
        finally:
            staged.unlink()


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"))


def _before(name: str) -> str:
    return f"kept_{name}"


def _new(name: str) -> str:
    return f"new_{name}"


def _unknown(step: Step, told: Step) -> Step:
    """Ask only for what is not kept."""
    same = " AND ".join(f"g.{quoted(c)} = k.{quoted(c)}" for c in told.told_by)
    columns = ", ".join(f"g.{quoted(c)}" for c in told.told_by)
    sql = (
        f"SELECT {columns} FROM ({step.sql}) AS g"
        f" LEFT JOIN {quoted(_before(told.name))} AS k ON {same}"
        f" WHERE k.{quoted(told.told_by[0])} IS NULL"
    )
    return Step(step.name, sql)


def _joined(step: Step) -> list[Step]:
    """Work out what is new, and put it with what is kept."""
    both = " UNION ALL ".join(
        f"SELECT * FROM {quoted(name)}" for name in (_before(step.name), _new(step.name))
    )
    return [Step(_new(step.name), step.sql), Step(step.name, both)]
