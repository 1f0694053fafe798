"""Drafts of changed packs: changed, compared, seen, published from a day on, run in shadow."""

from __future__ import annotations

import datetime as dt
import html
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client

from huoshui.kernel.errors import Refused
from huoshui.pipeline.requests import Request, archived, perform
from huoshui.policy.editing import thresholds_of
from huoshui.policy.loader import load
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.models import Job
from huoshui.web.sources.actions import candidates, comparing
from huoshui.web.sources.actions.mirroring import feeds_mirror
from huoshui.web.sources.actions.publishing import pack_publish
from huoshui.web.sources.actions.shadowing import shadow_begin, shadow_end
from huoshui.web.sources.models import (
    Batch,
    Candidate,
    Difference,
    DifferenceSeen,
    Disagreement,
    PackPublication,
)
from tests.web import given as parties
from tests.web.databases import AsRole
from tests.web.sources.given import AT, DAY, steward, worked

LOAN, PART = "innovation_points_loan", "value:least_points"
LATER = DAY + dt.timedelta(days=10)
Switch = Callable[[str], None]


def said(**more: Any) -> dict[str, Any]:
    return {
        "kind": "offerings",
        "id": LOAN,
        "part": PART,
        "day": DAY,
        "new": "55",
        "cite": "house#offer-terms",
        "reason": "too many defaults below 55",
        **more,
    }


def drafted(actor: Actor, *edits: dict[str, Any]) -> Candidate:
    with acting(actor):
        made = candidates.candidate_draft(actor, at=AT, today=DAY, name="Fewer points loans")
        for each in edits:
            made = candidates.edit_add(actor, at=AT, candidate=made.id, edit=each)
    return made


def points(roots: Any, day: dt.date = DAY) -> Decimal | None:
    return least(load(roots, asof=day))


def least(pack: Any) -> Decimal | None:
    return next(t.value for t in thresholds_of(pack, "offerings", LOAN) if t.part == PART)


def asked(actor: Actor, draft: Candidate) -> Difference:
    with acting(actor):
        made, _ = comparing.difference_ask(
            actor, at=AT, today=DAY, candidate=draft.id, language="en"
        )
    return made


def compared(actor: Actor, draft: Candidate, home: Path, switch_role: Switch) -> Difference:
    """Keep a real report of exactly these packs, as the job does."""
    made = asked(actor, draft)
    report = perform(
        Request(
            "diff",
            {
                "changed": str(archived(home, made.digest)[0].parent),
                "asof": made.asof.isoformat(),
                "known": made.known,
            },
        ),
        home=home,
        packs=archived(home, made.base),
    )
    switch_role("jobs")
    comparing.difference_keep(home, made.id, report, at=AT)
    switch_role("web")
    with acting(actor):
        return Difference.objects.get(id=made.id)


def given_as_compared(
    actor: Actor, draft: Candidate, home: Path, switch_role: Switch
) -> Difference:
    """Keep an empty report: who may publish what does not hang on what is in it."""
    made = asked(actor, draft)
    switch_role("jobs")
    comparing.difference_keep(home, made.id, {"moved": []}, at=AT)
    switch_role("web")
    with acting(actor):
        return Difference.objects.get(id=made.id)


def see(actor: Actor, found: Difference) -> None:
    with acting(actor):
        comparing.difference_see(actor, found, at=AT)


def publish(actor: Actor, draft: Candidate, day: dt.date = DAY) -> PackPublication:
    with acting(actor):
        return pack_publish(actor, at=AT, today=DAY, candidate=draft.id, day=day)


def test_a_change_is_kept_in_the_draft_and_nothing_of_it_is_in_force(home: Path) -> None:
    actor = steward()
    draft = drafted(actor, said())
    assert (draft.base, draft.digest == draft.base) == (pack_on(DAY).digest, False)
    assert points(archived(home, draft.digest)) == 55
    assert points(archived(home, draft.base)) == least(pack_on(DAY)) == 40
    (edit,) = draft.edits
    assert (edit["old"], edit["new"], edit["unit"]) == ("40", "55", "point")
    with acting(actor):
        assert list(
            Entry.objects.filter(object_id=str(draft.id)).values_list("action", flat=True)
        ) == [
            "pack.drafted",
            "pack.edited",
        ]


def test_changes_add_up_and_one_can_be_taken_out_again(home: Path) -> None:
    actor = steward()
    once = drafted(actor, said())
    longest = said(part="value:longest", new="24", reason="shorter")
    with acting(actor):
        both = candidates.edit_add(actor, at=AT, candidate=once.id, edit=longest)
        assert both.digest not in (once.digest, once.base)
        back = candidates.edit_remove(actor, at=AT, candidate=once.id, nth=1)
    assert (back.digest, len(back.edits)) == (once.digest, 1)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"cite": None}, "citation"),
        ({"cite": "house#nowhere"}, "leads nowhere"),
        ({"new": "many"}, "not a number"),
        ({"new": "40"}, "already"),
        ({"part": "value:no_such"}, "has no"),
        ({"day": dt.date(2023, 1, 1)}, "no value|has no|not after"),
        ({"reason": " "}, "said why"),
    ],
)
def test_what_the_editor_refuses_leaves_the_draft_as_it_was(
    home: Path, wrong: dict[str, Any], words: str
) -> None:
    actor = steward()
    draft = drafted(actor)
    with pytest.raises(Refused, match=words), acting(actor):
        candidates.edit_add(actor, at=AT, candidate=draft.id, edit=said(**wrong))
    with acting(actor):
        assert Candidate.objects.get(id=draft.id).edits == []


def test_nothing_is_published_that_was_not_seen_by_whoever_publishes_it(
    home: Path, set_aside: Actor, switch_role: Switch
) -> None:
    actor, other = set_aside, steward()
    draft = drafted(actor, said())
    with pytest.raises(Refused, match="not been worked out"):
        publish(actor, draft)
    found = given_as_compared(actor, draft, home, switch_role)
    see(other, found)
    with pytest.raises(Refused, match="has not looked"):
        publish(actor, draft)
    see(actor, found)
    with acting(actor):
        changed = candidates.edit_add(
            actor, at=AT, candidate=draft.id, edit=said(part="value:longest", new="24")
        )
    with pytest.raises(Refused, match="not been worked out"):
        publish(actor, changed)
    with acting(actor):
        candidates.edit_remove(actor, at=AT, candidate=draft.id, nth=1)
    with pytest.raises(Refused, match="which is past"):
        publish(actor, draft, DAY - dt.timedelta(days=1))
    made = publish(actor, draft)
    assert (made.digest, made.difference) == (draft.digest, found.id)
    assert least(pack_on(DAY)) == 55, "in force at once, without a restart"
    with acting(actor):
        (run,) = Job.objects.filter(task="sources.run")
        assert draft.digest in run.key
        entry = Entry.objects.get(action="pack.published")
        assert entry.object_id == draft.digest
    with pytest.raises(Refused, match="changes no more"):
        publish(actor, draft)


def test_packs_published_for_a_later_day_are_in_force_from_that_day(
    home: Path, set_aside: Actor, switch_role: Switch
) -> None:
    draft = drafted(set_aside, said(day=LATER))
    see(set_aside, given_as_compared(set_aside, draft, home, switch_role))
    publish(set_aside, draft, LATER)
    assert pack_on(DAY).digest == pack_on(LATER - dt.timedelta(days=1)).digest == draft.base
    assert pack_on(LATER).digest == draft.digest
    assert (least(pack_on(DAY)), least(pack_on(LATER))) == (40, 55)
    with acting(set_aside):
        assert not Job.objects.filter(task="sources.run").exists()
    early = drafted(set_aside, said(part="value:longest", new="24"))
    see(set_aside, given_as_compared(set_aside, early, home, switch_role))
    with pytest.raises(Refused, match="are to hold from"):
        publish(set_aside, early, DAY)


def test_after_another_publication_a_draft_is_compared_anew_and_keeps_the_other_change(
    home: Path, set_aside: Actor, switch_role: Switch
) -> None:
    first = drafted(set_aside, said())
    second = drafted(set_aside, said(part="value:longest", new="24", reason="shorter"))
    for draft in (first, second):
        see(set_aside, given_as_compared(set_aside, draft, home, switch_role))
    publish(set_aside, first)
    with pytest.raises(Refused, match="published other packs"):
        publish(set_aside, second)
    see(set_aside, given_as_compared(set_aside, second, home, switch_role))
    publish(set_aside, second)
    pack = pack_on(DAY)
    found = {t.part: t.value for t in thresholds_of(pack, "offerings", LOAN)}
    assert (found[PART], found["value:longest"]) == (55, 24)


def test_of_two_that_publish_at_once_one_wins_and_the_other_is_told(
    home: Path, set_aside: Actor, switch_role: Switch
) -> None:
    actors = (set_aside, steward())
    drafts = [drafted(actors[0], said()), drafted(actors[1], said(part="value:longest", new="24"))]
    for actor, draft in zip(actors, drafts, strict=True):
        see(actor, given_as_compared(actor, draft, home, switch_role))
    together, outcomes = threading.Barrier(2), []

    def go(actor: Actor, draft: Candidate) -> None:
        try:
            with acting(actor):
                together.wait(30)
                pack_publish(actor, at=AT, today=DAY, candidate=draft.id, day=DAY)
            outcomes.append("published")
        except Refused as refused:
            outcomes.append(refused.problems[0].code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go, args=pair) for pair in zip(actors, drafts, strict=True)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(120)
    assert sorted(outcomes) == ["publish.newer", "published"] or sorted(outcomes) == [
        "publish.not_compared",
        "published",
    ], outcomes
    with acting(set_aside):
        assert PackPublication.objects.exclude(candidate=None).count() == 1


def test_folders_take_effect_by_themselves_only_until_somebody_has_published(
    home: Path, set_aside: Actor, switch_role: Switch, as_role: AsRole
) -> None:
    draft = drafted(set_aside, said())
    see(set_aside, given_as_compared(set_aside, draft, home, switch_role))
    publish(set_aside, draft)
    switch_role("jobs")
    feeds_mirror(at=AT, today=DAY)  # as a restart does
    switch_role("web")
    assert pack_on(DAY).digest == draft.digest
    with acting(set_aside):
        assert PackPublication.objects.count() == 2
        again = candidates.candidate_draft(
            set_aside, at=AT, today=DAY, name="Back to the folders", of_folders=True
        )
    assert (again.digest, again.base) == (draft.base, draft.digest)


@pytest.mark.usefixtures("set_aside")
def test_only_the_operator_sees_drafts_and_what_they_would_change(
    home: Path, as_role: AsRole
) -> None:
    drafted(steward(), said())
    web = as_role("web")
    for kind, count in (("institution", 0), ("subject", 0), ("person", 0), ("operator", 1)):
        web.execute("SELECT set_config('huoshui.kind', %s, true)", [kind])
        assert web.execute("SELECT count(*) FROM sources_candidate").fetchone() == (count,), kind


def signed_in(role: str = "platform_operator", language: str = "en") -> Client:
    client = Client()
    client.force_login(parties.seated(role, role).person)
    client.cookies["huoshui_language"] = language
    return client


def text(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.content.decode()[:3000]
    return html.unescape(response.content.decode())


def test_an_operator_goes_from_a_draft_to_its_publication_by_the_pages(
    home: Path, set_aside: Actor, switch_role: Switch
) -> None:
    client = signed_in()
    assert "Drafts" in text(client, "/sandbox")
    place = client.post("/sandbox/draft", {"name": "Fewer points"}).headers["Location"]
    assert "Innovation points loan" in text(client, f"{place}?q=points loan")
    form = f"{place}/change/offerings/{LOAN}"
    assert "house#offer-terms" in text(client, form)
    typed = {"part": PART, "value": "55", "day": "2026-11-20", "cite": "x#y", "reason": "risk"}
    refused = client.post(f"{form}/do", typed)
    page = html.unescape(refused.content.decode())
    assert (refused.status_code, "leads nowhere" in page) == (422, True)
    assert 'value="55"' in page
    assert "risk" in page
    answer = client.post(f"{form}/do", typed | {"cite": "house#offer-terms"})
    assert answer.headers["Location"] == place
    assert client.post(f"{place}/publish", {"day": "2026-11-20"}).status_code == 422
    found = client.post(f"{place}/compare").headers["Location"]
    assert "Waiting" in text(client, found)
    with acting(set_aside):
        job = Job.objects.get(task="sources.difference")
    assert DifferenceSeen.objects.count() == 0
    switch_role("jobs")
    worked(job)
    switch_role("web")
    with acting(set_aside):
        job.refresh_from_db()
        assert job.status == "done", job.problem
    page = text(client, found)
    assert "Innovation points loan" in page
    assert "house's own" in page
    listed = client.get(f"{found}/list")
    assert b"subject" in b"".join(listed.streaming_content)  # type: ignore[attr-defined]
    assert client.post(f"{place}/publish", {"day": "2026-11-20"}).headers["Location"] == "/packs"
    assert "Difference" in text(client, "/packs")
    for language in ("zh", "en"):
        client.cookies["huoshui_language"] = language
        for path in ("/sandbox", place, found, f"{place}/disagreements"):
            text(client, path)


@pytest.mark.usefixtures("set_aside")
def test_whoever_lacks_the_permission_meets_a_closed_door() -> None:
    draft = drafted(steward(), said())
    client = signed_in("auditor")
    for path in ("/sandbox", f"/sandbox/{draft.id}", f"/sandbox/{draft.id}/disagreements"):
        text(client, path, 403)
    assert client.post(f"/sandbox/{draft.id}/publish", {"day": "2026-11-20"}).status_code == 403


def test_a_later_run_computes_the_draft_in_shadow_too(
    home: Path, set_aside: Actor, switch_role: Switch
) -> None:
    from huoshui.web.sources.actions.running import run_ask

    draft = drafted(set_aside, said(kind="titles", **TITLE))
    with acting(set_aside):
        shadow_begin(set_aside, at=AT, today=DAY, candidate=draft.id)
    other = drafted(set_aside, said())
    with pytest.raises(Refused, match="runs in shadow already"), acting(set_aside):
        shadow_begin(set_aside, at=AT, today=DAY, candidate=other.id)
    with pytest.raises(Refused, match="must stay as it is"), acting(set_aside):
        candidates.edit_remove(set_aside, at=AT, candidate=draft.id, nth=0)
    with acting(set_aside):
        run = run_ask(set_aside, at=AT, today=DAY)
    assert run.args["shadow"] == draft.digest
    switch_role("jobs")
    worked(run)
    switch_role("web")
    with acting(set_aside):
        run.refresh_from_db()
        assert run.status == "done", run.problem
        held = Disagreement.objects.filter(kind="match").count()
        (kept,) = home.glob("snapshots/*/shadow-*.json")
        assert f'"rows": {held}' in kept.read_text("utf-8")
        assert shadow_end(set_aside, at=AT, candidate=draft.id).state == "drafted"


TITLE = {"id": "srdi", "part": "value:least_years", "new": "20", "cite": "house#offer-terms"}


def test_a_difference_is_worked_out_over_the_facts_known(
    home: Path, set_aside: Actor, switch_role: Switch
) -> None:
    draft = drafted(set_aside, said())
    found = compared(set_aside, draft, home, switch_role)
    assert found.result["packs"] == {"before": draft.base, "after": draft.digest}
    (changed,) = found.result["definitions"]
    assert (changed["id"], changed["change"]) == (LOAN, "changed")
    with acting(set_aside):
        assert found.known == Batch.objects.order_by("-number").first().number  # type: ignore[union-attr]
        assert Candidate.objects.get(id=draft.id).state == "compared"
        assert isinstance(found.id, UUID)
