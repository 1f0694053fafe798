"""Uncertain pairs are listed, shown part by part and decided, by whom it may concern only."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.models import Job
from huoshui.web.insights.actions.deciding import pair_decide
from huoshui.web.insights.actions.loading import snapshot_load
from huoshui.web.insights.models import IdentityDecision, Resemblance, Snapshot
from huoshui.web.insights.queries.pairs import Wanted, pairs, pairs_count
from huoshui.web.insights.rules.waterfall import signed
from tests.web import given as parties
from tests.web.databases import AsRole
from tests.web.insights.pairing import PARTS, PHONE, REPRESENTATIVE, Doubt, doubted, weight_of

WEAK = {"region": ("different", "琼湖市", "云梦市")}
DOUBTS = (
    Doubt("恒达新材料", "E1", "恒信新材料有限公司", facts=9, waiting={"loan": 7, "award": 2}),
    Doubt("恒达新材料", "E2", "恒达建材有限公司", facts=9, parts=WEAK),
    Doubt("宏图电子", "E3", "宏途电子有限公司", facts=4, parts=WEAK),
    Doubt("远山茶叶", "E4", "远山茶业有限公司", facts=1, status="linked"),
    Doubt("青禾种业", "E5", "青和种业有限公司", facts=2, status="decided_different"),
)
FIRST, RIVAL = DOUBTS[:2]


@pytest.fixture
def doubtful(
    folder: Path,
    tmp_path: Path,
    switch_role: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Snapshot:
    """A snapshot with records in doubt, loaded; Django is the web role."""
    from django.conf import settings

    packs = folder.parent.parent / "packs"
    if packs.is_dir():
        copytree(packs, tmp_path / "packs")
    monkeypatch.setattr(settings, "HUOSHUI_HOME", tmp_path)
    monkeypatch.setattr(settings, "HUOSHUI_DAY", str(parties.DAY))
    switch_role("jobs")
    snapshot = snapshot_load(doubted(folder, tmp_path, DOUBTS), at=parties.AT)
    switch_role("web")
    return snapshot


def signed_in(role: str, *, language: str = "zh", bank: Any = None) -> Client:
    seat = parties.seated(role, role, institution=bank)
    client = Client()
    client.force_login(seat.person)
    client.cookies["huoshui_language"] = language
    return client


def text(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.content.decode()[:3000]
    return html.unescape(response.content.decode())


def decided(actor: Actor, of: Doubt, word: str, *, seen: int = 0, why: str = "核对公示") -> Any:
    with acting(actor):
        return pair_decide(
            actor,
            at=parties.AT,
            today=parties.DAY,
            pair=UUID(of.id),
            word=word,
            reason=why,
            seen=seen,
        )


def refused(actor: Actor, of: Doubt, word: str, **more: Any) -> str:
    with pytest.raises(Refused) as caught:
        decided(actor, of, word, **more)
    return caught.value.problems[0].code


def names(found: list[Resemblance]) -> list[str]:
    return [each.entity for each in found]


def test_a_list_is_narrowed_by_status_weight_facts_and_name(doubtful: Snapshot) -> None:
    def asked(**wanted: Any) -> list[str]:
        with acting(parties.OPERATOR):
            found = names(pairs(parties.OPERATOR, doubtful, Wanted(**wanted)))
            assert pairs_count(parties.OPERATOR, doubtful, Wanted(**wanted)) == len(found)
        return found

    assert set(asked()[:2]) == {"E1", "E2"}
    assert asked()[2:] == ["E3"]
    assert asked(status="linked") == ["E4"]
    assert len(asked(status=None)) == len(DOUBTS)
    assert asked(order="weight")[0] == "E1"
    assert asked(weight_least=weight_of(PARTS) - 0.1) == ["E1"]
    assert asked(facts_least=5, search="建材") == ["E2"]
    assert asked(status=None, search="E5") == ["E5"]


def test_pages_of_a_list_go_through_every_pair_once(doubtful: Snapshot) -> None:
    wanted, met = Wanted(status=None), []
    with acting(parties.OPERATOR):
        while found := pairs(parties.OPERATOR, doubtful, wanted):
            met.append(found[0].entity)
            wanted = Wanted(status=None, after=(found[0].facts, found[0].pair))
    assert sorted(met) == sorted(d.entity for d in DOUBTS)
    assert met[-1] == "E4"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_drawing_and_the_table_say_the_same_figures(doubtful: Snapshot, language: str) -> None:
    page = text(signed_in("data_steward", language=language), f"/identity/{FIRST.id}")
    drawn = re.findall(r'class="fall-bits"[^>]*>([^<]+)<', page)
    table = page.split("<table")[1].split("</table>")[0]
    bits = re.findall(r'<td class="num">([+−][\d.]+|0\.0)</td><td class="num">', table)
    assert drawn[:-1] == bits
    assert len(bits) == 1 + len(PARTS)
    assert drawn[-1] == signed(weight_of(PARTS))
    assert "<title id=" in page
    assert "<desc id=" in page
    assert {"zh": "等待", "en": "What waits"}[language] in page or language == "zh"


def test_what_tells_of_persons_is_masked_for_whoever_may_not_decide(doubtful: Snapshot) -> None:
    auditor = text(signed_in("auditor"), f"/identity/{FIRST.id}")
    assert REPRESENTATIVE not in auditor
    assert PHONE not in auditor
    assert "欧＊＊＊" in auditor
    assert "/decide" not in auditor
    steward = text(signed_in("data_steward"), f"/identity/{FIRST.id}")
    assert REPRESENTATIVE in steward
    with acting(parties.OPERATOR):
        read = Entry.objects.filter(action="identity.read")
        assert [(e.object_id, e.actor.split("(")[1]) for e in read] == [(FIRST.id, "data_steward)")]


def test_only_whom_it_concerns_sees_a_pair_or_a_decision(
    doubtful: Snapshot, as_role: AsRole
) -> None:
    bank = parties.institution("huoshui_rural_bank")
    officer = signed_in("bank_officer", bank=bank)
    text(officer, "/identity", 403)
    text(officer, f"/identity/{FIRST.id}", 403)
    auditor = signed_in("auditor")
    answer = auditor.post(f"/identity/{FIRST.id}/decide", {"word": "same", "reason": "x"})
    assert answer.status_code == 403
    steward = parties.seated("steward", "data_steward").actor
    decided(steward, FIRST, "same")
    web = as_role("web")
    for kind, seen in (("institution", 0), ("subject", 0), ("person", 0), ("operator", 1)):
        web.execute("SELECT set_config('huoshui.kind', %s, true)", [kind])
        for table, most in (("insights_resemblance", 5), ("insights_identitydecision", 1)):
            row = web.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert row == (seen * most,), (kind, table)


def test_a_decision_is_one_line_one_entry_and_one_job(doubtful: Snapshot, tmp_path: Path) -> None:
    steward = parties.seated("steward", "data_steward").actor
    first, again = (decided(steward, FIRST, "same") for _ in range(2))
    assert first.id == again.id
    (file,) = (tmp_path / "reviews").iterdir()
    assert file.name == f"identity_review-{FIRST.id}-1.jsonl"
    (line,) = file.read_text("utf-8").splitlines()
    said = json.loads(line)
    assert (said["subject_name"], said["entity_code"], said["is_same"]) == (FIRST.name, "E1", True)
    assert (said["decided_on"], said["reason"]) == (str(parties.DAY), "核对公示")
    with acting(steward):
        (entry,) = Entry.objects.filter(action="identity.decided")
        assert (entry.object_id, entry.reason) == (FIRST.id, "核对公示")
        (job,) = Job.objects.filter(task="sources.identity")
    assert job.args["place"] == f"reviews/{file.name}"


def test_whoever_was_overtaken_reads_the_other_word_before_deciding_again(
    doubtful: Snapshot,
) -> None:
    one, two = signed_in("data_steward"), signed_in("platform_operator")
    place = f"/identity/{FIRST.id}/decide"
    assert one.post(place, {"word": "same", "reason": "地址一致", "seen": "0"}).status_code == 302
    answer = two.post(place, {"word": "different", "reason": "法人不同", "seen": "0"})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "pair.said_meanwhile" in page
    assert "地址一致" in page
    assert "法人不同" in page, "what was typed stays"
    (seen,) = re.findall(r'name="seen" value="(\d+)"', page)
    knowingly = {"word": "different", "reason": "法人不同", "seen": seen}
    assert two.post(place, knowingly).status_code == 302
    with acting(parties.OPERATOR):
        words = IdentityDecision.objects.order_by("n").values_list("n", "word")
        assert list(words) == [(1, "same"), (2, "different")]


def test_a_record_is_one_entity_and_only_what_holds_is_taken_back(doubtful: Snapshot) -> None:
    steward = parties.seated("steward", "data_steward").actor
    assert refused(steward, FIRST, "taken_back") == "pair.nothing_said"
    decided(steward, FIRST, "same")
    assert refused(steward, RIVAL, "same") == "pair.other_same"
    assert refused(steward, FIRST, "same", seen=1, why="再说一遍") == "pair.said_already"
    decided(steward, FIRST, "taken_back", seen=1)
    decided(steward, RIVAL, "same")
    decided(steward, DOUBTS[4], "taken_back")  # decided by a fact from elsewhere


def test_a_word_without_a_reason_or_on_no_pair_is_refused(doubtful: Snapshot) -> None:
    steward = parties.seated("steward", "data_steward").actor
    assert refused(steward, FIRST, "same", why="  ") == "pair.no_reason"
    assert refused(steward, FIRST, "maybe") == "pair.no_word"
    assert refused(steward, Doubt("无此记录", "E9", "无"), "same") == "pair.no_such_pair"


def test_a_snapshot_without_pairs_says_so(loaded: Snapshot) -> None:
    page = text(signed_in("data_steward", language="en"), "/identity?q=nothing")
    assert "No such pair" in page or "Nothing is in doubt" in page
