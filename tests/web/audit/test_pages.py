"""The pages of the record: each sees their own, the operator all; a proof is drawn and true."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.test import Client

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.models import Entry
from huoshui.web.audit.rules import witness
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.delivery import tasks
from huoshui.web.delivery.models import Job
from huoshui.web.project.database import Database, Role
from tests.web import given as parties
from tests.web.audit import given
from tests.web.audit.given import KEY, entry, sealed

OPERATOR, AUDITOR, STEWARD = "platform_operator", "auditor", "data_steward"


@pytest.fixture(autouse=True)
def day(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "HUOSHUI_DAY", str(parties.DAY))


def signed_in(role: str, *, language: str = "zh") -> Client:
    seated = parties.seated(role, role)
    client = Client()
    client.force_login(seated.person)
    client.cookies["huoshui_language"] = language
    return client


def text(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


@pytest.mark.parametrize(("language", "words"), [("zh", "存证"), ("en", "The record")])
def test_the_operator_sees_every_entry_in_either_language(language: str, words: str) -> None:
    number = entry(reason="评分达标 <b>x</b>")
    page = text(signed_in(OPERATOR, language=language), "/record")
    assert words in page
    assert f'href="/record/{number}"' in page
    assert "评分达标 &lt;b&gt;x&lt;/b&gt;" in page


def test_the_list_is_narrowed_by_its_form_and_paged() -> None:
    client = signed_in(OPERATOR)
    numbers = [entry(object_kind="need", object_id=f"N-{n}") for n in range(51)]
    page = text(client, "/record?object_kind=need")
    assert page.count("<code title=") >= 50
    following = re.search(r'href="([^"]+)" rel="next"', page)
    assert following
    last = text(client, following.group(1).replace("&amp;", "&"))
    assert f'href="/record/{numbers[0]}"' in last
    assert f'href="/record/{numbers[1]}"' not in last
    assert "没有符合条件" in text(client, "/record?object_kind=need&object_id=none")


@pytest.mark.parametrize(
    "query",
    ["since=nonsense", "until=9999-12-31", "before=x", "before=-1", "actor=%00", "action=%"],
)
def test_nonsense_in_the_address_narrows_nothing_and_breaks_nothing(query: str) -> None:
    text(signed_in(OPERATOR), f"/record?{query}")


def test_an_entry_shows_its_payload_and_the_way_up_to_a_signed_root(
    tmp_path: Path, switch_role: Callable[[Role], None]
) -> None:
    client = signed_in(OPERATOR)
    numbers = [entry(), entry(), entry()]
    assert "尚未封存" in text(client, f"/record/{numbers[1]}")
    switch_role("jobs")
    sealed(tmp_path / "seals.jsonl")
    switch_role("web")
    page = text(client, f"/record/{numbers[1]}")
    assert "300000000" in page
    assert "内容与摘要相符" in page
    assert '<svg class="ladder"' in page
    seal = witness.seals(tmp_path / "seals.jsonl")[0]
    assert seal.root.hex() in page
    assert f"共 {seal.entries} 条" in page


def test_an_entry_that_is_not_there_is_a_refusal_however_large_its_number() -> None:
    number = entry(subject=None, institution=None)
    client = signed_in(OPERATOR)
    text(client, f"/record/{number}")
    text(client, f"/record/{10**15}", 404)
    text(client, f"/record/{10**30}", 404)


def test_who_does_not_read_the_record_is_refused_and_that_is_recorded() -> None:
    client = signed_in(STEWARD)
    text(client, "/record", 403)
    text(client, "/record/seals", 403)
    with acting(given.OPERATOR):
        assert Entry.objects.filter(action="refused", object_id="/record").count() == 1


def test_without_signing_in_there_is_only_the_way_to_sign_in() -> None:
    for path in ("/record", "/record/seals", "/record/1"):
        response = Client().get(path)
        assert response.status_code == 302
        assert "sign-in" in response.headers["Location"]


def test_the_operator_erases_a_payload_for_a_reason_and_the_page_says_so() -> None:
    number = entry()
    client = signed_in(OPERATOR)
    refused = client.post(f"/record/{number}/erase", {"reason": "  "})
    assert refused.status_code == 422
    assert "删除须说明理由" in refused.content.decode()
    assert "300000000" in text(client, f"/record/{number}")
    done = client.post(f"/record/{number}/erase", {"reason": "当事人申请"})
    assert done.status_code == 302
    page = text(client, f"/record/{number}")
    assert "300000000" not in page
    assert "详情已删除" in page
    assert "当事人申请" in page
    again = client.post(f"/record/{number}/erase", {"reason": "twice"})
    assert again.status_code == 422


def test_an_auditor_reads_but_erases_nothing() -> None:
    number = entry()
    client = signed_in(AUDITOR)
    assert "永久删除详情" not in text(client, f"/record/{number}")
    assert client.post(f"/record/{number}/erase", {"reason": "x"}).status_code == 403
    assert "300000000" in text(client, f"/record/{number}")


def test_verifying_is_asked_as_a_job_and_what_was_found_is_recorded(
    monkeypatch: pytest.MonkeyPatch, switch_role: Callable[[Role], None]
) -> None:
    from django.conf import settings

    monkeypatch.setenv("HUOSHUI_RECORD_KEY", KEY.hex())
    entry()
    client = signed_in(AUDITOR)
    assert "立即校验" in text(client, "/record/seals")
    asked = client.post("/record/verify")
    assert asked.status_code == 302
    switch_role("jobs")
    sealed(settings.HUOSHUI_HOME / witness.FILE)
    tasks.keep_time(lambda: given.AT)
    with acting(SYSTEM):
        job = Job.objects.get(task="audit.verify")
    tasks.perform(str(job.id))
    with acting(SYSTEM):
        job.refresh_from_db()
        told = Entry.objects.get(action="record.verified")
    assert (job.status, job.problem) == ("done", None)
    assert job.result is not None
    assert job.result["holds"] is True
    assert job.result["link"] == f"/record/{told.id}"
    switch_role("web")
    page = text(client, "/record/seals")
    assert "成立 holds" in page
    assert (settings.HUOSHUI_HOME / witness.KEY_FILE).read_text().strip() in page
    assert client.get("/record/verify").status_code == 405


def test_the_command_line_verifies_and_exports_what_the_other_verifier_reads(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huoshui.web.project import recorded

    entry()
    monkeypatch.setattr(recorded, "_database", lambda home: nullcontext(database))
    file = tmp_path / "record.jsonl"
    recorded.exported(tmp_path, file)
    assert len(file.read_text("utf-8").splitlines()) == 2
    found = recorded.verified(tmp_path)
    assert (found["holds"], found["entries"]) == (True, 1)
    done = subprocess.run(
        [sys.executable, str(given.VERIFIER), str(file), "--key", KEY.hex()],
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout)["entries"] == 1
