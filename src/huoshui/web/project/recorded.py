"""`python -m huoshui.web.project.recorded verify|export|ledger`: for programs without Django.

`verified`, `exported` and `books_verified` run this in a process of its own, which logs in as the
jobs role and so sees all of the record and of the ledger, and can change nothing of either.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import django

from huoshui.kernel.errors import Refusal
from huoshui.web.audit.rules import witness
from huoshui.web.audit.rules.digests import public_key
from huoshui.web.project import database, embedded


class RecordedRefusal(Refusal):
    """Why the record is not read from outside, the weightiest first."""

    NO_DATABASE = (
        "There is no database in {home}, so nothing is recorded there.",
        "Name the home that `huoshui serve` was given.",
        "{home} 中没有数据库，因此没有存证。",
        "请指定 `huoshui serve` 所用的目录。",
    )
    NOT_A_KEY = (
        "{given} is not a public key: 64 hexadecimal digits, or a file holding them.",
        "Take the key from somebody you trust; the platform lays it in record/public.key.",
        "{given} 不是公钥：应为 64 位十六进制数，或内含公钥的文件。",
        "请向可信方索取公钥；平台的公钥在 record/public.key。",
    )
    NOT_READ = (
        "The record could not be read: {reason}",
        "Run `huoshui serve --migrate-only`, then ask again.",
        "无法读取存证：{reason}",
        "请先运行 `huoshui serve --migrate-only`，然后重试。",
    )


def verified(home: Path, *, keys: Sequence[str] = (), seals: Path | None = None) -> dict[str, Any]:
    """Verify the record of a home: by its own key and witness unless others are given."""
    with _database(home) as db:
        own = public_key(bytes.fromhex(db.keys.record)).hex()
        read = [_key(each) for each in keys] or [own]
        file = seals or home / witness.FILE
        done = _ask(db, ["verify", str(file), *read], stdout=subprocess.PIPE)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def books_verified(home: Path) -> dict[str, Any]:
    """Verify the ledger of a home, and the record whose entries vouch for it."""
    with _database(home) as db:
        own = public_key(bytes.fromhex(db.keys.record)).hex()
        done = _ask(db, ["ledger", str(home / witness.FILE), own], stdout=subprocess.PIPE)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def exported(home: Path, file: Path) -> None:
    """Write the whole record of a home as JSON lines, for the stand-alone verifier."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with _database(home) as db, beside.open("wb") as out:
            _ask(db, ["export"], stdout=out)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _database(home: Path) -> Iterator[database.Database]:
    if not os.environ.get(database.GIVEN) and not (home / embedded.REMEMBERED).is_file():
        raise RecordedRefusal.NO_DATABASE.refuse(home=home)
    with database.running(home) as db:
        yield db


def _ask(
    db: database.Database, asked: Sequence[str], *, stdout: int | IO[bytes]
) -> subprocess.CompletedProcess[bytes]:
    environment = {
        **{name: text for name, text in os.environ.items() if name != database.GIVEN},
        "DJANGO_SETTINGS_MODULE": database.SETTINGS,
        "HUOSHUI_DB_URL": db.url("jobs"),
        "HUOSHUI_SECRET_KEY": db.keys.django,
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [sys.executable, "-m", "huoshui.web.project.recorded", *asked],
        env=environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise RecordedRefusal.NOT_READ.refuse(reason=(lines or ["nothing was said"])[-1])
    return done


def _key(given: str) -> str:
    try:
        text = Path(given).read_text("ascii") if Path(given).is_file() else given
        if len(raw := bytes.fromhex(text.strip())) != 32:
            raise ValueError
    except ValueError:
        raise RecordedRefusal.NOT_A_KEY.refuse(given=given) from None
    return raw.hex()


def main() -> None:
    """Write what was asked for to standard output."""
    django.setup()
    from huoshui.web.audit.actions.acting import acting
    from huoshui.web.audit.queries.verification import record_findings, record_lines
    from huoshui.web.audit.rules.actor import SYSTEM
    from huoshui.web.ledger.queries.verification import ledger_findings
    from huoshui.web.project.clock import moment

    with acting(SYSTEM):
        if sys.argv[1] in ("verify", "ledger"):
            file, *keys = sys.argv[2:]
            record = record_findings(keys=[bytes.fromhex(key) for key in keys], file=Path(file))
            said = record.to_dict()
            if sys.argv[1] == "ledger":
                books = ledger_findings()
                holds = books.holds and record.holds
                said = {**books.to_dict(), "holds": holds, "record": said}
            json.dump(said, sys.stdout, ensure_ascii=False)
        else:
            for line in record_lines(moment().isoformat()):
                sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
