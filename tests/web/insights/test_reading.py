"""Rows come back as they were published, to whom they belong and to nobody else."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from huoshui import explain, matching, ratings
from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.insights import queries
from huoshui.web.insights.actions.reading import read_under_consent
from huoshui.web.insights.models import Evidence, Profile, Snapshot
from huoshui.web.insights.rules.behind import PERSONAL, PUBLIC
from tests.web.databases import AsRole
from tests.web.insights.given import AT, LATER, OPERATOR, Parties, rows_of


def reads(as_role: AsRole) -> list[tuple[Any, ...]]:
    return (
        as_role("owner")
        .execute("SELECT consent_id, items, what FROM parties_consentread ORDER BY id")
        .fetchall()
    )


def test_every_row_comes_back_as_it_was_published(loaded: Snapshot, folder: Path) -> None:
    published = rows_of(folder)
    assert len(published) >= 200
    with acting(OPERATOR):
        for row in published:
            found = queries.row_of(OPERATOR, entity=row["entity"])
            assert found == row
            assert [type(found[name]) for name in row] == [type(row[name]) for name in row]


def test_what_is_explained_here_is_what_the_published_row_explains(
    loaded: Snapshot, folder: Path
) -> None:
    pack, plan = queries.pack_of(loaded), queries.plan_of(loaded)

    def told(row: Any) -> bytes:
        traces = matching.explain_one(pack, row, asof=pack.asof, plan=plan)
        said = [explain.offering_report(pack, trace, row) for trace in traces]
        said += [
            explain.rating_report(pack, ratings.explain(pack, name, row, asof=pack.asof), row)
            for name in pack.ratings
        ]
        return json.dumps(said, ensure_ascii=False).encode()

    with acting(OPERATOR):
        for row in rows_of(folder)[::12]:
            assert told(queries.row_of(OPERATOR, entity=row["entity"])) == told(row)


def test_verdict_words_are_those_that_were_published(loaded: Snapshot, folder: Path) -> None:
    published = {row["entity"]: row for row in rows_of(folder, "verdicts")}
    with acting(OPERATOR):
        for held in Profile.objects.filter(snapshot_id=loaded.id):
            row = published.pop(held.entity)
            assert held.yes == [v for name, v in row.items() if name.startswith("yes_")]
            assert held.no == [v for name, v in row.items() if name.startswith("no_")]
    assert published == {}


def test_evidence_is_as_published_and_says_who_an_entity_is(loaded: Snapshot, folder: Path) -> None:
    published = rows_of(folder, "evidence")
    entity = next(row for row in rows_of(folder, "entity") if row["name"] and row["code"])
    with acting(OPERATOR):
        assert Evidence.objects.filter(snapshot_id=loaded.id).count() == len(published)
        known = queries.known_of(OPERATOR, entity=entity["entity"])
        assert known is not None
        assert known.who["name"] == entity["name"]
        assert known.who["established_on"] == entity["established_on"]
        held = queries.evidence(OPERATOR, entity["entity"])
    expected = [r for r in published if r["entity"] == entity["entity"]]
    assert {(i, e.feed, e.facts, e.source_row) for i, es in held.items() for e in es} == {
        (r["item"], r["feed"], r["facts"], r["source_row"]) for r in expected
    }


def test_a_subject_sees_its_own_row_and_nobody_elses(
    loaded: Snapshot, folder: Path, parties: Parties
) -> None:
    first, second = (row["entity"] for row in rows_of(folder)[:2])
    owner = parties.subject(first)
    with acting(owner):
        assert queries.row_of(owner, subject=owner.subject) is not None
        assert queries.row_of(owner, entity=second) is None
        assert queries.evidence(owner, second) == {}
        assert [p.entity for p in Profile.objects.all()] == [first]
        assert set(Evidence.objects.values_list("entity", flat=True)) <= {first}


def test_nobody_and_institutions_see_no_row(
    loaded: Snapshot, folder: Path, parties: Parties
) -> None:
    bank = parties.institution("demo_bank_one")
    owner = parties.subject(rows_of(folder)[0]["entity"], findable=True)
    with acting(bank):
        assert Profile.objects.count() == 0
        assert Evidence.objects.count() == 0
        assert queries.row_of(bank, subject=owner.subject) is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM insights_profile")
        assert cursor.fetchone() == (0,)


def test_a_consent_opens_its_items_and_public_ones_and_no_other_column(
    loaded: Snapshot, folder: Path, parties: Parties, as_role: AsRole
) -> None:
    row = rows_of(folder)[5]
    owner, bank = parties.subject(row["entity"]), parties.institution("demo_bank_one")
    consent = parties.consent(owner, bank, ["income_statement", "loan"])
    with acting(bank):
        read = read_under_consent(bank, consent=consent, at=AT, what="a test")
    asks = loaded.items
    for name, (_, _, items) in loaded.columns.items():
        open_ = all(asks[i] == PUBLIC or i in ("income_statement", "loan") for i in items)
        assert (name in read.row) is open_
        assert (name in read.withheld) is not open_
        if open_:
            assert read.row[name] == row[name]
    assert "revenue_fen" in read.row
    assert "tax_paid_12m_fen" in read.withheld
    assert reads(as_role) == [(consent, ["income_statement", "loan"], "a test")]


def test_a_read_is_on_the_record_of_both_sides(
    loaded: Snapshot, folder: Path, parties: Parties
) -> None:
    owner = parties.subject(rows_of(folder)[5]["entity"])
    bank, other = parties.institution("demo_bank_one"), parties.institution("demo_bank_two")
    consent = parties.consent(owner, bank, ["loan"])
    with acting(bank):
        read_under_consent(bank, consent=consent, at=AT, what="a case")
    for viewer, sees in ((owner, 1), (bank, 1), (other, 0)):
        with acting(viewer):
            found = Entry.objects.filter(action="consent.read", object_id=str(consent))
            assert found.count() == sees


def test_what_is_withheld_does_not_leave_the_database(
    loaded: Snapshot, folder: Path, parties: Parties
) -> None:
    row = max(rows_of(folder), key=lambda r: sum(v is not None for v in r.values()))
    owner, bank = parties.subject(row["entity"]), parties.institution("demo_bank_one")
    consent = parties.consent(owner, bank, ["loan"])
    with acting(bank), connection.cursor() as cursor:
        cursor.execute(
            "SELECT whole, fraction, flag, word, day, may FROM insights_read(%s, %s, '', '', %s)",
            [[consent], AT, loaded.id],
        )
        whole, fraction, flag, word, day, may = cursor.fetchone()
    arrays = {"whole": whole, "fraction": fraction, "flag": flag, "word": word, "day": day}
    withheld = {n: c for n, c in loaded.columns.items() if n not in may}
    assert sum(row[name] is not None for name in withheld) > 20, "there is something to withhold"
    assert {arrays[array][place] for array, place, _ in withheld.values()} == {None}


def test_personal_items_need_the_persons_own_consent(
    loaded: Snapshot, folder: Path, parties: Parties
) -> None:
    row = rows_of(folder)[5]
    owner, bank = parties.subject(row["entity"]), parties.institution("demo_bank_one")
    personal = [i for i, asked in loaded.items.items() if asked == PERSONAL]
    column = next(n for n, c in loaded.columns.items() if set(c[2]) & set(personal))
    assert personal
    firms = parties.consent(owner, bank, ["loan", *personal])
    persons = parties.consent(owner, bank, ["loan", *personal], personal=True)
    with acting(bank):
        by_firm = read_under_consent(bank, consent=firms, at=AT, what="firm")
        by_person = read_under_consent(bank, consent=persons, at=AT, what="person")
        both = read_under_consent(bank, consent=[firms, persons], at=AT, what="both")
    assert column in by_firm.withheld
    assert "loans_balance_fen" in by_firm.row
    assert column in by_person.row
    assert "loans_balance_fen" in by_person.withheld, "a person does not consent for the firm"
    assert column in both.row
    assert "loans_balance_fen" in both.row


@pytest.mark.parametrize(
    "ended", ["withdrawn", "expired to the second", "not yet given", "another bank's", "unknown"]
)
def test_a_consent_that_does_not_hold_is_refused_and_nothing_is_written_down(
    loaded: Snapshot, folder: Path, parties: Parties, as_role: AsRole, ended: str
) -> None:
    owner = parties.subject(rows_of(folder)[5]["entity"])
    bank, other = parties.institution("demo_bank_one"), parties.institution("demo_bank_two")
    a_moment = dt.timedelta(microseconds=1)
    good = parties.consent(owner, bank, ["loan"], until=AT + a_moment)
    bad = {
        "withdrawn": lambda: parties.consent(owner, bank, ["loan"], withdrawn=AT - a_moment),
        "expired to the second": lambda: parties.consent(owner, bank, ["loan"], until=AT),
        "not yet given": lambda: parties.consent(owner, bank, ["loan"], at=AT + LATER / 2),
        "another bank's": lambda: parties.consent(owner, other, ["loan"]),
        "unknown": lambda: owner.subject,
    }[ended]()
    with acting(bank):
        for wanted in ([bad], [good, bad]):
            with pytest.raises(Refused) as refused:
                read_under_consent(bank, consent=wanted, at=AT, what="x")
            assert refused.value.problems[0].code == "insight.no_consent"
        assert read_under_consent(bank, consent=good, at=AT, what="x").row
    assert len(reads(as_role)) == 1


def test_consents_of_two_subjects_are_not_read_together(
    loaded: Snapshot, folder: Path, parties: Parties, as_role: AsRole
) -> None:
    bank = parties.institution("demo_bank_one")
    owners = [parties.subject(row["entity"]) for row in rows_of(folder)[:2]]
    both = [parties.consent(owner, bank, ["loan"]) for owner in owners]
    with acting(bank), pytest.raises(Refused):
        read_under_consent(bank, consent=both, at=AT, what="x")
    assert reads(as_role) == []


def test_prospects_are_of_ones_own_offering_and_of_who_agreed_to_be_found(
    loaded: Snapshot, folder: Path, parties: Parties
) -> None:
    with acting(OPERATOR):
        counts = {c.offering: c for c in loaded.counts.all()}
    offering = max(counts, key=lambda name: counts[name].yes)
    position = [o["id"] for o in loaded.offerings].index(offering)
    yes, _ = matching.decoded(_verdicts(folder), position)
    entities = _verdicts(folder)["entity"].to_pylist()
    open_to = [e for e, is_open in zip(entities, yes, strict=True) if is_open]
    closed_to = [e for e, is_open in zip(entities, yes, strict=True) if not is_open]
    assert len(open_to) > 5
    for entity in (*open_to[:4], *closed_to[:3]):
        parties.subject(entity, findable=True)
    parties.subject(open_to[4], findable=False)
    mine = parties.institution(counts[offering].institution)
    other = parties.institution("demo_somebody_else")
    with acting(mine):
        found = queries.prospects(mine, offering)
        assert {p.entity for p in found} == set(open_to[:4])
        assert [p.sort_key for p in found] == sorted(p.sort_key for p in found)
        first = queries.prospects(mine, offering, at_most=2)
        rest = queries.prospects(
            mine, offering, after=(first[-1].sort_key, first[-1].entity), at_most=9
        )
        assert first + rest == found
        assert queries.reach(mine, offering) == queries.Reach(counts[offering].yes, 4)
    with acting(other):
        assert queries.prospects(other, offering) == []
        assert queries.reach(other, offering) is None
        assert loaded.counts.count() == 0


def _verdicts(folder: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(folder / "verdicts.parquet")
