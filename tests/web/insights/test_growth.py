"""The growth path, what stands between, subsidies on either side, and the list of products."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from huoshui import explain, matching
from huoshui.matching.subsidies import subsidy_names
from huoshui.policy.pack import Pack
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.insights import queries
from huoshui.web.insights.models import Paid, Snapshot, Unasked
from huoshui.web.insights.queries.growth import places
from huoshui.web.insights.rules.rungs import drawn
from huoshui.web.parties.models import Subject
from tests.web import given as parties
from tests.web.insights.given import rows_of
from tests.web.insights.test_pages import owner_of, signed_in, text


@pytest.fixture(autouse=True)
def _day(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "HUOSHUI_DAY", str(parties.DAY))


@pytest.fixture
def pack(loaded: Snapshot) -> Pack:
    return queries.pack_of(loaded)


@pytest.fixture
def climber(folder: Path, pack: Pack) -> dict[str, Any]:
    """A firm that holds one title and not all."""
    held = [t.held for t in pack.titles.values() if t.held]
    rows = rows_of(folder)
    return max(rows, key=lambda r: (sum(r[h] is False for h in held), any(r[h] for h in held)))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_path_shows_every_title_where_the_packs_put_it(
    loaded: Snapshot, climber: dict[str, Any], pack: Pack, language: str
) -> None:
    page = text(owner_of(climber["entity"], language=language), "/growth")
    policy = queries.policy_of(loaded)
    report: Any = explain.growth_report(pack, climber, pack.asof, rules=policy.rules)
    drawing = page.split('class="path-drawing"')[1].split('<section class="section">')[0]
    for name, title in pack.titles.items():
        assert f'href="/titles/{name}"' in drawing
        assert getattr(title.label, language) in drawing
    for rung in report["titles"]:
        if rung["whynot"] is None or rung["verdict"] == "yes":
            continue
        card = page.split(f'id="title-{rung["title"]}"')[1].split("</article>")[0]
        assert rung["whynot"]["earliest"]["sentence"][language] in card
        for offer in rung["opens"][:5]:
            assert offer["label"][language] in card
    layers = [t.layer for t in pack.titles.values() if t.layer is not None]
    assert drawing.count('class="path-layer"') >= len(set(layers))


def test_the_drawing_and_the_report_agree_on_where_the_firm_stands(
    loaded: Snapshot, folder: Path, pack: Pack
) -> None:
    policy = queries.policy_of(loaded)
    for row in rows_of(folder)[::60]:
        report: Any = explain.growth_report(
            pack, row, pack.asof, rules=policy.rules, plan=policy.plan
        )
        found = places(policy, row)
        assert {n for n, p in found.items() if p == "held"} == set(report["held"])
        assert {n for n, p in found.items() if p in ("met", "next", "open")} == set(report["next"])
        assert {n for n, p in found.items() if p == "met"} == {
            r["title"] for r in report["titles"] if r["is_next"] and r["verdict"] == "yes"
        }
        shown = drawn(pack, found)
        numbers = [layer.number for layer in shown.layers]
        assert numbers == sorted(numbers)
        steps = [s.title for layer in shown.layers for s in layer.steps]
        steps += [s.title for s in (*shown.follows, *shown.apart)]
        assert sorted(steps) == sorted(pack.titles)


def test_a_titles_page_says_what_stands_between_and_where_evidence_comes_from(
    loaded: Snapshot, climber: dict[str, Any], pack: Pack
) -> None:
    client = owner_of(climber["entity"])
    policy = queries.policy_of(loaded)
    for name in list(pack.titles)[::3]:
        page = text(client, f"/titles/{name}")
        why: Any = explain.whynot_report(
            pack, "titles", name, climber, pack.asof, rules=policy.rules
        )
        assert page.count('class="clause clause-') == len(why["clauses"])
        if why["verdict"] == "yes":
            assert "条件已全部满足" in page
            continue
        assert why["earliest"]["sentence"]["zh"] in page
        for change in why["nearest"]["changes"]:
            assert change["sentence"]["zh"] in page
        for missing in why["unknown"]:
            assert missing["evidence"]["zh"] in page
            assert all(source["owner"]["zh"] in page for source in missing["from"])
    text(client, "/titles/no_such_title", 404)


def test_the_page_of_a_closed_offering_has_the_nearest_way_and_the_list_has_none(
    loaded: Snapshot, climber: dict[str, Any], pack: Pack
) -> None:
    client = owner_of(climber["entity"])
    policy = queries.policy_of(loaded)
    traces = matching.explain_one(pack, climber, asof=pack.asof, plan=policy.plan)
    closed = [t.offering for t in traces if t.verdict == "no"][:2]
    opened = [t.offering for t in traces if t.verdict == "yes"][:1]
    assert closed
    for name in closed:
        why: Any = explain.whynot_report(
            pack, "offerings", name, climber, pack.asof, rules=policy.rules
        )
        page = text(client, f"/offers/{name}").split('id="why"')[1]
        assert why["earliest"]["sentence"]["zh"] in page
        ways = [c["sentence"]["zh"] for c in why["nearest"]["changes"]]
        assert all(way in page for way in ways or [why["nearest"]["sentence"]["zh"]])
    for name in opened:
        assert 'id="why"' not in text(client, f"/offers/{name}")
    assert "最近的路径" not in text(client, "/offers")


def test_a_firm_sees_its_claims_as_the_core_works_them_out_from_the_published_tables(
    loaded: Snapshot, folder: Path, pack: Pack
) -> None:
    unasked = pq.read_table(folder / "unasked.parquet").to_pylist()
    paid = pq.read_table(folder / "paid.parquet").to_pylist()
    assert unasked
    assert paid
    both = {r["entity"] for r in unasked} & {r["entity"] for r in paid}
    entity = min(both or {r["entity"] for r in unasked})
    page = text(owner_of(entity), "/subsidies")
    for row in unasked:
        if row["entity"] == entity:
            card = page.split(f'href="/offers/{row["offering"]}"')[1].split("</article>")[0]
            assert "免申即享" in card
            assert f"{row['amount_fen'] / 100:,.2f}" in card
    before = page.split("已兑付</h2>")[1]
    for row in paid:
        if row["entity"] == entity:
            assert row["paid_on"].isoformat() in before


def test_what_is_due_unasked_is_taken_over_row_by_row_and_seen_by_its_own_subject_only(
    loaded: Snapshot, folder: Path
) -> None:
    with acting(parties.OPERATOR):
        for model, name in ((Unasked, "unasked"), (Paid, "paid")):
            table = pq.read_table(folder / f"{name}.parquet")
            columns = table.column_names
            held = {tuple(r) for r in model.objects.values_list(*columns)}
            assert held == {tuple(r[c] for c in columns) for r in table.to_pylist()}
    first, other = sorted({r["entity"] for r in rows_of(folder, "unasked")})[:2]
    subject = parties.subject("甲", "91990000TEST0005X", entity=first)
    actor = parties.seated("wang", "firm_owner", subject=subject).actor
    with acting(actor):
        assert set(Unasked.objects.values_list("entity", flat=True)) == {first}
        assert not Paid.objects.exclude(entity=first).exists()
    assert other != first


def test_an_office_sees_sums_of_its_own_programmes_and_names_only_of_the_findable(
    loaded: Snapshot, folder: Path, pack: Pack
) -> None:
    rows = rows_of(folder, "unasked")
    public = [r for r in rows if not r["needs_consent"]]
    code, offering = public[0]["institution"], public[0]["offering"]
    payees = sorted({r["entity"] for r in public if r["offering"] == offering})
    for n, entity in enumerate(payees[:2]):
        made = parties.subject(f"企业{n}", f"91990000TEST100{n}X", entity=entity)
        if n == 0:
            with acting(parties.OPERATOR):
                Subject.objects.filter(id=made.id).update(findable_since=parties.AT)
    office = signed_in("office_clerk", bank=parties.institution(code))
    page = text(office, "/programmes")
    for name in subsidy_names(pack):
        own = pack.offerings[name].institution == code
        assert (pack.offerings[name].label.zh in page) is own
    mine = [r for r in rows if r["institution"] == code]
    assert f"<b>{len(mine):,}</b>" in page
    assert f"<b>{sum(r['needs_consent'] for r in mine):,}</b>" in page
    listed = text(office, f"/programmes/{offering}")
    names = {r["entity"]: r["name"] for r in rows_of(folder, "entity")}
    shown = [e for e in payees if f">{names[e]}</th>" in listed]
    assert shown == payees[:1]
    for row in rows:
        if row["needs_consent"] and row["institution"] == code:
            private = text(office, f"/programmes/{row['offering']}")
            assert "没有可以列名的主体" in private
            break
    others = next(n for n in subsidy_names(pack) if pack.offerings[n].institution != code)
    text(office, f"/programmes/{others}", 404)


def test_a_bank_has_no_programmes_page_and_an_office_no_growth_path(
    loaded: Snapshot, pack: Pack
) -> None:
    bank_code = next(o.institution for o in pack.offerings.values() if o.kind == "loan")
    bank = signed_in("bank_officer", bank=parties.institution(bank_code))
    text(bank, "/programmes", 403)
    text(bank, "/growth", 403)
    text(bank, "/subsidies", 403)
    office_code = next(o.institution for o in pack.offerings.values() if o.subsidy)
    office = signed_in("office_head", bank=parties.institution(office_code))
    text(office, "/programmes")
    text(office, "/growth", 403)
    text(office, "/titles/high_tech", 403)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_list_of_products_counts_and_names_every_listing_and_nothing_else(
    loaded: Snapshot, climber: dict[str, Any], language: str
) -> None:
    page = text(owner_of(climber["entity"], language=language), "/registry")
    pack = pack_on(date(2026, 11, 20))
    head, rest = page.split('id="policy"')
    policy, tailored = rest.split('id="tailored"')
    sides = {"policy": policy, "tailored": tailored}
    listed = [o for o in pack.offerings.values() if o.listing is not None]
    for kind, side in sides.items():
        mine = [o for o in listed if o.listing and o.listing.kind == kind]
        assert f"<b>{len(mine)}</b>" in head
        assert side.count('<th scope="row">') == len(mine)
        for offering in mine:
            assert getattr(offering.label, language) in side
            assert offering.listing
            assert offering.listing.listed_on.isoformat() in side
