"""A bank proposes a tailored product; the office asks, checks, lists or refuses; nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from huoshui.kernel.errors import Refused
from huoshui.policy.machine import MoveRefusal
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.actions.documents import document_add
from huoshui.web.cases.actions.listings import listing_propose
from huoshui.web.cases.actions.moving import case_move
from huoshui.web.cases.models import Case, Document, Move
from huoshui.web.cases.queries.cases import listings, moves_now
from huoshui.web.delivery.models import Outgoing
from tests.doors.given import PDF, signed_in
from tests.web.cases.given import BANK, TODAY, WAN, Stage, permissions, seen
from tests.web.insights.given import AT

SAID = {
    "name": "专精特新信用贷",
    "kind": "loan",
    "amount_fen": 500 * WAN,
    "rate_bp": 385,
    "months": 36,
    "purposes": ["working_capital"],
    "security": ["credit"],
    "conditions": "专精特新中小企业，近一年无失信记录。",
}
OTHER_BANK = "huoshui_rural_bank"


def office_code() -> str:
    return next(o.listing.listed_by for o in pack_on(TODAY).offerings.values() if o.listing)


class Sides:
    """The bank's head, the office's clerk and head."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.bank = self.at(BANK, "bank_head")
        self.clerk = self.at(office_code(), "office_clerk")
        self.head = self.at(office_code(), "office_head")
        stage.parties.owner.execute(
            "UPDATE parties_institution SET kind = 'government' WHERE code = %s", [office_code()]
        )

    def at(self, code: str, role: str) -> Actor:
        actor = self.stage.parties.institution(code)
        return replace(actor, role=role, permissions=permissions(role))

    def proposed(self, **more: Any) -> Case:
        with acting(self.bank):
            said = {"key": str(uuid4()), "office": office_code(), "fields": SAID, **more}
            return listing_propose(self.bank, at=AT, today=TODAY, **said)

    def move(self, who: Actor, case: Case, move: str, **said: Any) -> Case:
        with acting(who):
            return case_move(who, at=AT, today=TODAY, case=case.id, move=move, **said).case

    def paper(self, who: Actor, case: Case) -> Document:
        with acting(who):
            return document_add(
                who, at=AT, today=TODAY, case=case.id, kind="product_rules",
                name="rules.pdf", body=PDF,
            )  # fmt: skip


@pytest.fixture
def sides(stage: Stage) -> Sides:
    return Sides(stage)


def test_a_product_goes_from_proposal_to_list_and_every_move_is_recorded(sides: Sides) -> None:
    case = sides.proposed()
    assert case.subject_id is None
    assert case.about_id == sides.bank.institution
    reason = next(iter(pack_on(TODAY).vocabularies["listing_change"].entries))
    sides.move(sides.clerk, case, "ask", fields={"question": "请写明担保方式"}, reasons=[reason])
    changed = {**SAID, "months": 24}
    sides.move(sides.bank, case, "change", fields=changed)
    sides.paper(sides.bank, case)
    sides.move(sides.clerk, case, "check", fields={"opinion": "内部意见"})
    done = sides.move(sides.head, case, "list", fields={"listed_on": TODAY.isoformat()})
    assert done.state == "listed"
    for side in (sides.bank, sides.clerk):
        with acting(side):
            made = list(Move.objects.filter(case=case).order_by("n").values_list("move", "by_kind"))
            assert [m for m, _ in made] == ["propose", "ask", "change", "check", "list"]
            assert Document.objects.filter(case=case).count() == 1
    with acting(replace(sides.head, kind="operator", institution=None)):
        entries = list(
            Entry.objects.filter(object_id=str(case.id)).values_list("action", flat=True)
        )
    recorded = [a for a in entries if a.startswith("product_listing.")]
    assert sorted(recorded) == sorted(f"product_listing.{m}" for m, _ in made)
    assert "document.added" in entries


def test_the_same_proposal_posted_twice_is_one(sides: Sides) -> None:
    key = str(uuid4())
    assert sides.proposed(key=key).id == sides.proposed(key=key).id


def test_the_same_office_person_cannot_check_and_list(sides: Sides) -> None:
    case = sides.proposed()
    sides.paper(sides.bank, case)
    both = replace(
        sides.clerk, permissions=permissions("office_clerk") | permissions("office_head")
    )
    sides.move(both, case, "check")
    with pytest.raises(Refused) as refused:
        sides.move(both, case, "list", fields={"listed_on": TODAY.isoformat()})
    assert MoveRefusal.SAME_PERSON.code in {p.code for p in refused.value.problems}
    assert sides.move(sides.head, case, "refuse", reasons=_a("listing_refusal")).state == "refused"


def _a(vocabulary: str) -> list[str]:
    return [next(iter(pack_on(TODAY).vocabularies[vocabulary].entries))]


def test_nothing_is_listed_without_the_rules_of_the_product(sides: Sides) -> None:
    case = sides.proposed()
    sides.move(sides.clerk, case, "check")
    with pytest.raises(Refused):
        sides.move(sides.head, case, "list", fields={"listed_on": TODAY.isoformat()})
    sides.paper(sides.bank, case)
    listed = sides.move(sides.head, case, "list", fields={"listed_on": TODAY.isoformat()})
    assert listed.state == "listed"
    with pytest.raises(Refused):
        sides.paper(sides.bank, case)


def test_each_role_has_its_own_moves_and_no_other(sides: Sides) -> None:
    case = sides.proposed()

    def open_to(who: Actor) -> set[str]:
        with acting(who):
            return {o.name for o in moves_now(who, case, at=AT, today=TODAY)}

    assert open_to(sides.bank) == {"withdraw"}
    assert open_to(sides.clerk) == {"ask", "check"}
    assert open_to(sides.head) == set()
    with pytest.raises(Refused):
        sides.move(sides.bank, case, "check")
    with pytest.raises(Refused):
        sides.move(sides.clerk, case, "withdraw", reasons=_a("withdraw_reason"))
    assert sides.move(sides.bank, case, "withdraw", reasons=_a("withdraw_reason")).state == (
        "withdrawn"
    )


def test_another_bank_and_a_firm_see_nothing_of_a_proposal(sides: Sides, stage: Stage) -> None:
    case = sides.proposed()
    document = sides.paper(sides.bank, case)
    for other in (sides.at(OTHER_BANK, "bank_head"), stage.owner()):
        with acting(other):
            assert not Case.objects.filter(id=case.id).exists()
            assert not Move.objects.filter(case_id=case.id).exists()
            assert not Document.objects.filter(id=document.id).exists()
            assert case.id not in {c.id for c in listings(other)}
            with pytest.raises(Refused):
                case_move(other, at=AT, today=TODAY, case=case.id, move="withdraw")
    assert seen(sides.clerk, case).state == "proposed"


def test_only_a_bank_proposes_and_only_to_an_office_that_keeps_a_list(sides: Sides) -> None:
    with pytest.raises(Refused):
        sides.proposed(office=BANK)  # no such office
    posing = replace(
        sides.clerk, permissions=sides.clerk.permissions | frozenset({"listing.propose"})
    )
    with acting(posing), pytest.raises(Refused):
        listing_propose(
            posing, at=AT, today=TODAY, key=str(uuid4()), office=office_code(), fields=SAID
        )


def test_the_other_side_is_told_of_each_move(sides: Sides) -> None:
    case = sides.proposed()
    sides.move(sides.clerk, case, "check")
    found = sides.stage.parties.owner.execute(
        "SELECT topic, institution_id FROM delivery_outgoing WHERE channel = 'inbox' "
        "AND topic LIKE 'product_listing.%%' ORDER BY at, topic DESC"
    ).fetchall()
    assert Outgoing._meta.db_table == "delivery_outgoing"
    assert ("product_listing.propose", sides.clerk.institution) in found


def test_the_pages_of_a_proposal_in_the_roles_of_both_sides(sides: Sides, stage: Stage) -> None:
    bank = signed_in(stage, sides.bank, "bank_head")
    form = bank.get("/listings/new")
    assert form.status_code == 200
    assert SAID["name"] not in form.content.decode()
    typed = {
        "key": str(uuid4()), "office": office_code(), "name": SAID["name"], "kind": "loan",
        "amount_fen": "500", "rate_bp": "3.85", "months": "36", "purposes": "working_capital",
        "security": "credit", "conditions": SAID["conditions"],
    }  # fmt: skip
    refused = bank.post("/listings/propose", {**typed, "name": ""})
    assert refused.status_code == 422 or "form" in refused.content.decode()
    posted = bank.post("/listings/propose", typed)
    assert posted.status_code == 302, posted.content.decode()[:2000]
    clerk = signed_in(stage, sides.clerk, "office_clerk")
    listed = clerk.get("/listings").content.decode()
    assert SAID["name"] in listed
    page = clerk.get(posted.url).content.decode()
    assert 'id="act-check"' in page
    assert 'id="act-ask"' in page
    assert 'id="act-withdraw"' not in page
    stranger = signed_in(stage, sides.at(OTHER_BANK, "bank_head"), "bank_head")
    assert stranger.get(posted.url).status_code == 404
    assert SAID["name"] not in stranger.get("/listings").content.decode()
    owner = signed_in(stage, stage.owner(), "firm_owner")
    assert owner.get("/listings").status_code == 403
