"""What end of day goes by, and whether what it keeps is what the folds say."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import groupby
from typing import Any
from uuid import UUID

from huoshui.policy.pack import Pack
from huoshui.web.agreements.models import Agreement, AgreementEvent, BookPart, LoanOutlook
from huoshui.web.agreements.queries.loans import Loan, loan_of, reclassing_of
from huoshui.web.agreements.rules.loan.classing import CLASSES, UPGRADES, WORDS
from huoshui.web.agreements.rules.loan.keeping import COLUMNS, outlook_of
from huoshui.web.agreements.rules.loan.outlook import Outlook, outlook
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor


def rules_of(pack: Pack) -> str:
    """Hash what a loan's outlook follows from beside its events: calendars and tables of classes.

    A value that takes effect by its day changes it, too.
    """
    if "agreements.rules" not in pack.remembered:
        tables = [pack.tables[name] for name in (CLASSES, UPGRADES)]
        in_force = [
            [str(max((day for day in dated if day <= pack.asof), default=None))]
            for table in tables
            for dated in table.values.values()
        ]
        models = [*tables, pack.vocabularies[WORDS], *pack.calendars.values()]
        said = json.dumps([[each.model_dump_json() for each in models], in_force])
        pack.remembered["agreements.rules"] = sha256(said.encode()).hexdigest()
    return str(pack.remembered["agreements.rules"])


def events_of(agreements: Sequence[Agreement]) -> dict[UUID, list[AgreementEvent]]:
    """Read all events of agreements at once, in the order of their numbers."""
    rows = AgreementEvent.objects.filter(agreement__in=agreements).order_by("agreement_id", "n")
    return {id: list(events) for id, events in groupby(rows, key=lambda row: row.agreement_id)}


def outlook_faults(viewer: Actor, *, today: dt.date) -> Iterator[str]:
    """Name the loans whose outlook is not what their fold gives on the day it was looked at."""
    pack = pack_on(today)
    rows = LoanOutlook.objects.filter(part__isnull=False).select_related("agreement", "part")
    for row in rows.order_by("id").iterator():
        loan = loan_of(viewer, row.agreement, today=today)
        if loan is None or _seen(loan, row, pack) != outlook_of(
            {name: getattr(row, name) for name in COLUMNS}
        ):
            yield row.ref


def _seen(loan: Loan, row: LoanOutlook, pack: Pack) -> Outlook | None:
    walk = loan.walked(row.looked_on)
    asked_on = reclassing_of(pack).change(walk.state()).asked_on
    days = [each.on for each in loan.after(row.looked_on)][:1] + ([asked_on] if asked_on else [])
    found = outlook(walk, wakes_by=min(days, default=None))
    return None if found is None else found.turned(max(row.part.booked_until, row.looked_on))


def nights_left(viewer: Actor, *, asof: dt.date) -> int:
    """Count the nights that are to be booked until a day, each part's by itself."""
    parts = BookPart.objects.filter(booked_until__lt=asof)
    return sum((asof - until).days for until in parts.values_list("booked_until", flat=True))


def loans_held(viewer: Actor) -> list[dict[str, Any]]:
    """Name the loans that end of day holds back, each with what keeps it from being booked."""
    rows = LoanOutlook.objects.filter(part__isnull=True).order_by("ref")
    return [
        {"ref": row.ref, "booked_until": str(row.agreement.booked_until), "problems": [row.held]}
        for row in rows.select_related("agreement")
    ]
