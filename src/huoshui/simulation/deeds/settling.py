"""Settle the people of a region: officers of its banks, owners of its firms, accounts at banks.

Done once, before the first day, by the jobs role as a first start of the platform does.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.conf import settings

from huoshui.matching import Asked, Limits, automatic
from huoshui.pipeline.requests import snapshot_folders
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Role
from huoshui.simulation.deeds.orders import at_of, day_of, told
from huoshui.web.agreements.rules.limits import limit_terms_of
from huoshui.web.agreements.rules.terms import lending_of, terms_of
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on, plan_of
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.queries.reading import reading_of
from huoshui.web.insights.actions.loading import snapshot_load
from huoshui.web.ledger.actions.statements import bank_account_add
from huoshui.web.ledger.queries.cash import cash_codes
from huoshui.web.parties.actions.admissions import membership_grant, person_admit, subject_admit
from huoshui.web.parties.models import Institution, Person
from huoshui.web.project.prepare import PREPARER, admit_institutions, newest_snapshot
from huoshui.web.sources.actions.mirroring import batches_mirror, feeds_mirror

WAN = 1_000_000
"""Ten thousand yuan in fen."""

FIRMS_EACH = 20
"""So many firms have one owner: admitting a person takes a third of a second."""


def settle(order: dict[str, Any]) -> dict[str, Any]:
    """Choose banks and firms by the seed and seat their people; tell all that a story needs."""
    today = day_of(order["today"])
    _prepare(order)
    pack, chance = pack_on(today), random.Random(f"{order['seed']} settling")
    offerings, limits = _offerings(pack), _offerings(pack, as_limits=True)
    wanted = sorted({each["institution"] for each in offerings})
    several = [each for each in wanted if len(_of(offerings, each)) > 2]  # not all are personal
    kinds = [{each["institution"] for each in limits}]
    if order["floats"]:
        kinds.append({each["institution"] for each in offerings if each["reference"]})
    chosen = _chosen(chance, several, kinds, order["banks"])
    rows = _rows()
    chance.shuffle(rows)
    with acting(PREPARER):
        firms = _firms(order, pack, rows[: order["firms"]])
        banks = [_bank(order, pack, each, n) for n, each in enumerate(chosen)]
    for bank in banks:
        for name, known in (("offerings", offerings), ("limits", limits)):
            bank[name] = [
                {**each, "approved": _approved(pack, each, rows[: order["firms"]])}
                for each in _of(known, bank["code"])
                if not reading_of(pack, each["offering"]).personal
            ]
    return {"banks": banks, "firms": firms}


def _prepare(order: dict[str, Any]) -> None:
    """Register the packs, admit the institutions, and load the snapshot, as a first start does."""
    at, today, home = at_of(order), day_of(order["today"]), Path(settings.HUOSHUI_HOME)
    feeds_mirror(at=at, today=today)
    with acting(PREPARER):
        admit_institutions(pack_on(today), at=at)
    batches_mirror(home, at=at)
    folder = newest_snapshot(home)
    assert folder is not None, "a region has one"
    snapshot_load(folder, at=at)


def _of(offerings: Iterable[dict[str, Any]], institution: str) -> list[dict[str, Any]]:
    return [each for each in offerings if each["institution"] == institution]


def _chosen(
    chance: random.Random, several: list[str], kinds: list[set[str]], wanted: int
) -> list[str]:
    """Choose so many banks, among them one of each kind as far as they go."""
    found: list[str] = []
    for kind in [*kinds, *[set(several)] * wanted][:wanted]:
        found.append(chance.choice([each for each in several if each in kind - set(found)]))
    return found


def _reference(pack: Pack, offering: str) -> str | None:
    """Name what the rate of an offering's loans follows; null: it stays."""
    lending = lending_of(pack, offering)
    return lending.floating.reference if lending and lending.floating else None


def _offerings(pack: Pack, *, as_limits: bool = False) -> list[dict[str, Any]]:
    """Give the loans of banks that firms may apply for, or those that are granted as limits."""
    return [
        {
            "offering": name, "institution": said.institution, "purpose": said.purposes[0],
            "method": terms["method"],
            "reference": _reference(pack, name), "is_automatic": said.automatic is not None,
            "conditions": [each.id for each in said.conditions],
        }
        for name, said in sorted(pack.offerings.items())
        if said.institution is not None
        and "firm" in said.applicants
        and pack.institutions[said.institution].kind == "bank"
        and (terms := terms_of(pack, name)) is not None
        and (limit_terms_of(pack, name) is not None) == as_limits  # drawn by loans of their own
    ]  # fmt: skip


def _rows() -> list[dict[str, Any]]:
    (folder,) = snapshot_folders(settings.HUOSHUI_HOME)
    profiles = pq.read_table(folder / "profile.parquet").to_pylist()
    entities = pq.read_table(folder / "entity.parquet").to_pylist()
    named = {
        each["entity"]: {"code": each["code"], "name": each["name"]}
        for each in entities
        if each["kind"] == "firm" and each["code"] and each["name"]
    }
    firms = [{**row, **named[row["entity"]]} for row in profiles if row["entity"] in named]
    return sorted(firms, key=lambda row: str(row["entity"]))


def _approved(pack: Pack, offering: dict[str, Any], rows: list[dict[str, Any]]) -> list[int]:
    """Give the firms that an offering's own rule approves, by their place."""
    if not offering["is_automatic"]:
        return []
    asked = Asked(20 * WAN, 12, offering["purpose"])
    plan, limits = plan_of(pack), Limits(0, 0, 10**12)
    return [
        n
        for n, row in enumerate(rows)
        if automatic(
            pack, offering["offering"], row, asked, limits, asof=pack.asof, plan=plan
        ).outcome
        == "approve"
    ]


def _role(pack: Pack, party: str, *needed: str) -> Role:
    """Give the role that may do what is needed, by what the packs permit it."""
    return next(
        role for role in pack.roles.values() if role.party == party and set(needed) <= set(role.may)
    )


def _seated(order: dict[str, Any], pack: Pack, role: Role, name: str, **party: Any) -> Actor:
    at, today = at_of(order), day_of(order["today"])
    person = Person.objects.filter(sign_in=name).first() or person_admit(
        PREPARER, at=at, sign_in=name, name=name, password=f"{name} {order['seed']}"
    )
    membership_grant(PREPARER, at=at, person=person, role=role.id, valid_from=today, **party)
    return Actor(
        role.party, name, person=person.id, role=role.id, permissions=frozenset(role.may),
        **{kind: each.id for kind, each in party.items()},
    )  # fmt: skip


def _firms(order: dict[str, Any], pack: Pack, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    role = _role(pack, "subject", "case.submit", "case.accept", "consent.give")
    found = []
    for n, row in enumerate(rows):
        subject = subject_admit(
            PREPARER, at=at_of(order), kind="firm", code=row["code"], name=row["name"],
            entity=str(row["entity"]), valid_from=day_of(order["today"]), fictional=True,
        )  # fmt: skip
        owner = _seated(order, pack, role, f"owner-{n // FIRMS_EACH}", subject=subject)
        found.append({"name": row["name"], "owner": told(owner)})
    return found


def _bank(order: dict[str, Any], pack: Pack, code: str, n: int) -> dict[str, Any]:
    bank = Institution.objects.get(code=code)
    works = _role(pack, "institution", "loan.service", "case.take", "statement.take")
    confirms = _role(
        pack, "institution", "loan.relieve", "case.approve", "break.confirm", "facility.adjust"
    )
    officer = _seated(order, pack, works, f"officer-{n}", institution=bank)
    approver = _seated(order, pack, confirms, f"approver-{n}", institution=bank)
    account = {"number": f"62170000{n:08d}", "bank": f"Bank {n}", "code": cash_codes(pack)[0]}
    with acting(approver):
        kept = bank_account_add(
            approver, at=at_of(order), institution=bank.id, pack=pack,
            bank_code=f"3095840{n:05d}", **account,
        )  # fmt: skip
    return {
        "code": code, "institution": str(bank.id), "officer": told(officer),
        "approver": told(approver), "account": {**account, "id": kept.pk},
    }  # fmt: skip


DEEDS = {"settle": settle}
