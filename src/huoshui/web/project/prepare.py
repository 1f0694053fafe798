"""What has to be there before the first page: institutions, the newest snapshot, the seats.

Everything is done again at every start and changes nothing where it is done already.  Seats are
the people of a demonstration; their passwords are made once per home and kept there.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from huoshui import matching
from huoshui.pipeline.requests import snapshot_files
from huoshui.policy.pack import Pack
from huoshui.policy.schema import PERMISSIONS, Seat, SeatSubject
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.insights.actions.loading import snapshot_load
from huoshui.web.insights.models import Profile, Snapshot
from huoshui.web.insights.queries.snapshots import snapshot_in_use
from huoshui.web.parties.actions.admissions import (
    institution_admit,
    membership_grant,
    person_admit,
    subject_admit,
)
from huoshui.web.parties.models import Institution, Person, Subject
from huoshui.web.project import clock
from huoshui.web.sources.actions.mirroring import batches_mirror, feeds_mirror

SEATS_FILE = "seats.json"
"""In the home, readable by its owner alone: the demonstration's passwords."""

PREPARER = Actor(
    "operator",
    "huoshui serve",
    permissions=frozenset(n for n, p in PERMISSIONS.items() if "operator" in p.parties),
)


def prepare(home: Path, packs: Sequence[Path], day: dt.date | None) -> dict[str, Any]:
    """Bring institutions, feeds and the newest snapshot up to date, and fill the seats."""
    del packs  # the settings of this process name them too
    at, today = clock.moment(), day or clock.today()
    feeds_mirror(at=at, today=today)  # registers the packs of a first start
    pack = pack_on(today)
    with acting(PREPARER):
        institutions = admit_institutions(pack, at=at)
    batches_mirror(home, at=at)
    folder = newest_snapshot(home)
    if folder is not None:
        snapshot_load(folder, at=at)
    with acting(PREPARER):
        return {"sign_ins": fill_seats(pack, institutions, home, at=at, today=today)}


def admit_institutions(pack: Pack, *, at: dt.datetime) -> dict[str, Institution]:
    """Admit every institution of the packs, a branch after its parent."""
    admitted: dict[str, Institution] = {}

    def admit(name: str) -> Institution:
        if name not in admitted:
            definition = pack.institutions[name]
            parent = admit(definition.branch_of) if definition.branch_of else None
            admitted[name] = institution_admit(
                PREPARER, at=at, definition=definition, parent=parent
            )
        return admitted[name]

    for name in pack.institutions:
        admit(name)
    return admitted


def newest_snapshot(home: Path) -> Path | None:
    """Give the published snapshot of the last batch, and of those the last by day and change."""
    folders = [f for f in (home / "snapshots").glob("*") if (f / "manifest.json").is_file()]
    return max(
        folders,
        key=lambda f: (
            (s := snapshot_files(f)).manifest["known"],
            s.manifest["asof"],
            f.stat().st_mtime_ns,
        ),
        default=None,
    )


def fill_seats(
    pack: Pack,
    institutions: dict[str, Institution],
    home: Path,
    *,
    at: dt.datetime,
    today: dt.date,
) -> list[dict[str, str]]:
    """Seat the people of a demonstration, and give one line per seat to sign in with."""
    passwords = _passwords(pack, home)
    snapshot = snapshot_in_use()
    lines = []
    for seat in pack.seats.values():
        subject = None
        if seat.subject is not None:
            subject = _subject(seat.subject, snapshot, at=at, today=today)
            if subject is None:
                continue  # no snapshot yet, or nobody that the offering is open to
        person = _person(seat, passwords[seat.sign_in], at=at)
        institution = institutions[seat.institution] if seat.institution else None
        membership_grant(
            PREPARER,
            at=at,
            person=person,
            role=seat.role,
            valid_from=today,
            institution=institution,
            subject=subject,
        )
        whom = institution.label_zh if institution else subject.name if subject else "平台"
        lines.append(
            {
                "sign_in": seat.sign_in,
                "password": passwords[seat.sign_in],
                "role": pack.roles[seat.role].label.zh,
                "for": whom,
            }
        )
    return lines


def _person(seat: Seat, password: str, *, at: dt.datetime) -> Person:
    found = Person.objects.filter(sign_in=seat.sign_in).first()
    return found or person_admit(
        PREPARER, at=at, sign_in=seat.sign_in, name=seat.name.zh, password=password
    )


def _subject(
    wanted: SeatSubject, snapshot: Snapshot | None, *, at: dt.datetime, today: dt.date
) -> Subject | None:
    """Admit the nth entity of a kind that an offering is open to, and link it."""
    if snapshot is None:
        return None
    rows = Profile.objects.filter(
        snapshot_id=snapshot.id, kind=wanted.kind, code__isnull=False, name__isnull=False
    )
    if wanted.open_to is not None:
        place = [each["id"] for each in snapshot.offerings].index(wanted.open_to)
        word, bit = divmod(place, matching.WORD_BITS)
        rows = rows.extra(where=["(yes[%s] >> %s) & 1 = 1"], params=[word + 1, bit])
    row = rows.order_by("entity")[wanted.nth : wanted.nth + 1].first()
    if row is None:
        return None
    return subject_admit(
        PREPARER,
        at=at,
        kind=wanted.kind,
        code=row.code,
        name=row.name or "",
        entity=row.entity,
        valid_from=today,
        fictional=True,
    )


def _passwords(pack: Pack, home: Path) -> dict[str, str]:
    """Give a password for every seat, made once; a new seat gets its own."""
    file = home / SEATS_FILE
    known: dict[str, str] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    wanted = {seat.sign_in for seat in pack.seats.values()} - set(known)
    if wanted:
        known |= {name: secrets.token_urlsafe(9) for name in sorted(wanted)}
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="utf-8") as written:
            json.dump(known, written, indent=1)
    return known
