"""The pages say what is known, what is not and why, in both languages, to whom it belongs."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from huoshui import matching
from huoshui.policy.pack import Pack
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.delivery.models import Job
from huoshui.web.delivery.tasks import DEEDS
from huoshui.web.insights import queries
from huoshui.web.insights.actions.loading import snapshot_load
from huoshui.web.insights.models import Snapshot
from huoshui.web.insights.rules.facts import ROWS_MOST, facts_of_item
from huoshui.web.insights.rules.sheet import sheet, state_of
from huoshui.web.parties.models import Subject
from huoshui.web.project.database import Role
from tests.web import given as parties
from tests.web.insights.given import rows_of

PAGES = ("/profile", "/profile?show=missing", "/profile?show=late", "/scores", "/offers")


@pytest.fixture(autouse=True)
def _day(database: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "HUOSHUI_DAY", str(parties.DAY))


@pytest.fixture
def pack(folder: Path) -> Pack:
    return pack_on(parties.DAY)


@pytest.fixture
def firm(folder: Path) -> dict[str, Any]:
    """The published row of the firm that most is known of."""
    return max(rows_of(folder), key=lambda r: (sum(v is not None for v in r.values()), r["entity"]))


def signed_in(
    role: str, *, language: str = "zh", subject: Subject | None = None, bank: Any = None
) -> Client:
    seat = parties.seated(role, role, subject=subject, institution=bank)
    client = Client()
    client.force_login(seat.person)
    client.cookies["huoshui_language"] = language
    return client


def owner_of(entity: str | None, *, language: str = "zh") -> Client:
    subject = parties.subject("试验企业", "91990000TEST0001X", entity=entity)
    return signed_in("firm_owner", subject=subject, language=language)


def text(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.content.decode()[:3000]
    return html.unescape(response.content.decode())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_of_a_subject_is_shown_in_either_language(
    loaded: Snapshot, firm: dict[str, Any], pack: Pack, language: str
) -> None:
    client = owner_of(firm["entity"], language=language)
    shown = {path: text(client, path) for path in PAGES}
    for category in pack.categories.values():
        is_asked = any(
            i.about == "subject" for i in pack.items.values() if i.category == category.id
        )
        assert (getattr(category.label, language) in shown["/profile"]) == is_asked
    for rating in pack.ratings.values():
        assert getattr(rating.label, language) in shown["/scores"]
    for offering in pack.offerings.values():
        assert getattr(offering.label, language) in shown["/offers"]
    words = {"zh": "不是违约概率", "en": "not a probability of default"}[language]
    assert words in shown["/scores"]


def test_every_offering_has_its_page_with_citations_and_what_will_be_read(
    loaded: Snapshot, firm: dict[str, Any], pack: Pack
) -> None:
    client = owner_of(firm["entity"])
    plan = queries.plan_of(loaded)
    for name in list(pack.offerings)[::6]:
        page = text(client, f"/offers/{name}")
        assert page.count('class="clause clause-') == len(plan.clauses[name])
        assert page.count('class="cite ') >= len(plan.clauses[name])
        with acting(SYSTEM):
            own, personal = queries.items_asked(loaded, name)
        for item in (*own, *personal):
            assert pack.items[item].label.zh in page
    text(client, "/offers/there_is_no_such_offering", 404)


def test_offers_are_sorted_into_open_undecided_and_closed_as_the_snapshot_says(
    loaded: Snapshot, firm: dict[str, Any], pack: Pack
) -> None:
    page = text(owner_of(firm["entity"]), "/offers")
    traces = matching.explain_one(pack, firm, asof=pack.asof)
    before, rest = page.split('id="waiting"')
    waiting, closed = rest.split('id="closed"')
    sides = {"yes": before.split('id="open"')[1], "unknown": waiting, "no": closed}
    for trace in traces:
        assert f"/offers/{trace.offering}" in sides[trace.verdict]
        for clause in trace.failing:
            assert clause.say.zh.split("{")[0] in closed
    ranked = [o.offering for o in matching.offers(pack, firm, asof=pack.asof, traces=traces)]
    places = [sides["yes"].index(f'href="/offers/{name}"') for name in ranked]
    assert places == sorted(places)


def test_offers_are_narrowed_by_kind_shelf_and_purpose(
    loaded: Snapshot, firm: dict[str, Any], pack: Pack
) -> None:
    client = owner_of(firm["entity"])
    page = text(client, "/offers?kind=loan&zone=sci_tech&purpose=research")
    for offering in pack.offerings.values():
        wanted = (
            offering.kind == "loan"
            and "sci_tech" in offering.zones
            and "research" in offering.purposes
        )
        assert (f'href="/offers/{offering.id}"' in page) is wanted
    text(client, "/offers?kind=%00&zone=<script>&purpose=' or 1=1")


def test_a_subject_without_a_row_is_told_why_and_what_to_do(
    database: object, switch_role: Callable[[Role], None], folder: Path
) -> None:
    client = owner_of(None)
    for path in ("/profile", "/scores", "/offers", "/offers/angel_equity"):
        assert "平台还没有发布计算结果" in text(client, path)
    switch_role("jobs")
    snapshot_load(folder, at=parties.AT)
    switch_role("web")
    assert "尚未与数据中的企业关联" in text(client, "/profile")
    other = parties.subject("另一企业", "91990000TEST0002X", entity="code:nobody")
    assert "当前快照中没有您的数据" in text(signed_in("firm_clerk", subject=other), "/profile")


def test_banks_and_operators_have_no_such_pages_and_subjects_none_of_theirs(
    loaded: Snapshot, firm: dict[str, Any], pack: Pack
) -> None:
    code = next(o.institution for o in pack.offerings.values() if o.kind == "loan")
    bank = signed_in("bank_officer", bank=parties.institution(code))
    owner = owner_of(firm["entity"])
    for path in ("/profile", "/scores"):
        text(bank, path, 404)
    text(bank, "/offers", 403)
    text(bank, "/snapshots", 403)
    text(owner, "/snapshots", 403)
    text(owner, "/prospects/angel_equity", 403)


def test_the_operator_compares_two_snapshots(loaded: Snapshot, pack: Pack) -> None:
    page = text(signed_in("platform_operator"), "/snapshots")
    assert loaded.name in page
    assert "在用" in page
    for offering in pack.offerings.values():
        assert offering.label.zh in page


def test_prospects_are_paged_by_name_and_tell_the_register_only(
    loaded: Snapshot, folder: Path, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huoshui.web.insights.pages import prospects as page_of

    monkeypatch.setattr(page_of, "PAGE", 2)
    with acting(parties.OPERATOR):
        best = max(loaded.counts.all(), key=lambda c: c.yes)
    position = [o["id"] for o in loaded.offerings].index(best.offering)
    import pyarrow.parquet as pq

    words = pq.read_table(folder / "verdicts.parquet")
    yes, _ = matching.decoded(words, position)
    entities = [e for e, y in zip(words["entity"].to_pylist(), yes, strict=True) if y][:5]
    for n, entity in enumerate(entities):
        made = parties.subject(f"企业{n}", f"91990000TEST100{n}X", entity=entity)
        with acting(parties.OPERATOR):
            Subject.objects.filter(id=made.id).update(findable_since=parties.AT)
    bank = signed_in("bank_officer", bank=parties.institution(best.institution))
    names = {r["entity"]: r["name"] for r in rows_of(folder, "entity")}
    path, met = f"/prospects/{best.offering}", []
    for _ in range(3):
        page = text(bank, path)
        met += [e for e in entities if f"{names[e]}</th>" in page]
        if 'rel="next"' not in page:
            break
        path = f"/prospects/{best.offering}" + page.split('" rel="next"')[0].split('href="')[-1]
    assert sorted(met) == sorted(entities)
    others = next(o.id for o in pack.offerings.values() if o.institution != best.institution)
    text(bank, f"/prospects/{others}", 404)


def test_asking_for_the_rows_behind_twice_is_one_job_and_shows_file_and_row(
    loaded: Snapshot, firm: dict[str, Any], switch_role: Callable[[Role], None]
) -> None:
    client = owner_of(firm["entity"])
    first = client.post("/profile/rows", {"item": "tax_payment"})
    again = client.post("/profile/rows", {"item": "tax_payment"})
    assert first.status_code == 302
    assert first.url == again.url
    assert client.post("/profile/rows", {"item": "no_such_item"}).status_code == 404
    assert "排队中" in text(client, first.url)
    switch_role("jobs")
    with acting(SYSTEM):
        (job,) = Job.objects.filter(task="insights.facts")
    result = DEEDS[job.task].work(job, at=parties.AT, tell=lambda *_: None)
    assert result["total"] > 5
    assert {f["feed"] for f in result["facts"]}
    assert all(f["source_file"] and f["source_row"] and f["figures"] for f in result["facts"])
    with acting(SYSTEM):
        Job.objects.filter(id=job.id).update(status="done", result=result)
    switch_role("web")
    page = text(client, first.url)
    fact = result["facts"][0]
    assert f"{fact['source_file']}:{fact['source_row']}" in page
    other = parties.subject("另一企业", "91990000TEST0002X", entity="code:nobody")
    text(signed_in("firm_clerk", subject=other), first.url, 404)


def test_only_the_first_rows_of_many_are_kept_and_all_are_counted(pack: Pack) -> None:
    name = next(i.id for i in pack.indicators.values() if i.measure and i.measure.item == "loan")
    facts = [
        {
            "feed": "f", "source_file": "x.csv", "source_row": n, "batch": 1,
            "holds_from": "2026-01-01", "holds_until": None, "balance_fen": n,
        }
        for n in range(ROWS_MOST + 7)
    ]  # fmt: skip
    found = facts_of_item(pack, [{"indicator": name, "facts": facts}], "loan")
    assert found["total"] == ROWS_MOST + 7
    assert len(found["facts"]) == ROWS_MOST
    assert found["columns"] == ["balance_fen"]


def test_an_item_is_late_by_its_feed_and_not_by_the_subjects_own_last_fact(pack: Pack) -> None:
    item, today = pack.items["tax_payment"], parties.DAY
    on_time = today - dt.timedelta(days=item.fresh_days)
    a_day = dt.timedelta(days=1)
    assert state_of(item, has_facts=True, feed_newest=on_time, today=today) == "fresh"
    assert state_of(item, has_facts=True, feed_newest=on_time - a_day, today=today) == "late"
    assert state_of(item, has_facts=False, feed_newest=on_time, today=today) == "missing"
    register = pack.items["title"]
    assert state_of(register, has_facts=False, feed_newest=today, today=today) == "none"
    assert state_of(register, has_facts=False, feed_newest=None, today=today) == "missing"


def test_a_sheet_has_every_item_and_every_indicator_once(pack: Pack, firm: dict[str, Any]) -> None:
    sheets = sheet(pack, firm, {}, {}, today=parties.DAY)
    told = sorted(item.id for item in pack.items.values() if item.about == "subject")
    assert sorted(i.item.id for s in sheets for i in s.items) == told
    assert sorted(f.report["column"] for s in sheets for f in s.figures) == sorted(pack.indicators)
    assert all(f.items for s in sheets for f in s.figures)
