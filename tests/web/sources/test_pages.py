"""The operator's pages of what comes in, read and used as a browser does, in both languages."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.models import Job
from huoshui.web.sources.models import Quarantined
from tests.web import given as parties
from tests.web.sources.given import FEED, listed, steward, table


def signed_in(role: str = "platform_operator", language: str = "zh") -> Client:
    seat = parties.seated(role, role)
    client = Client()
    client.force_login(seat.person)
    client.cookies["huoshui_language"] = language
    return client


def text(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.content.decode()[:3000]
    return html.unescape(response.content.decode())


PAGES = {
    "/feeds": ("经营异常名录", "List of abnormal operation"),
    "/feeds?state=late": ("逾期", "Late"),
    f"/feeds/{FEED}": ("不是有效日期", "no day"),
    "/batches": ("list.csv", "list.csv"),
    "/quarantine": ("不是有效日期", "no day"),
    f"/quarantine/rows?feed={FEED}&reason=feed.not_a_day": ("批次 1 第 2 行", "batch 1, row 2"),
    "/quarantine/1/2": ("2026-02-30", "2026-02-30"),
    "/runs": ("发起计算", "Ask for a run"),
    "/packs": ("发布记录", "Publications"),
    "/jobs": ("任务", "Jobs"),
    "/jobs/dead": ("死信", "Dead letters"),
    "/inbox": ("消息", "Inbox"),
}


@pytest.mark.usefixtures("set_aside")
def test_every_page_is_shown_in_both_languages() -> None:
    for place, language in enumerate(("zh", "en")):
        client = signed_in(language=language)
        for path, words in PAGES.items():
            assert words[place] in text(client, path), path


def test_a_file_sent_with_the_form_leads_to_its_job(home: Path) -> None:
    client = signed_in()
    file = SimpleUploadedFile("list.csv", table([listed(1)]))
    answer = client.post(f"/feeds/{FEED}/upload", {"file": file})
    with acting(parties.OPERATOR):
        job = Job.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/jobs/{job.id}")
    page = text(client, f"/jobs/{job.id}")
    assert 'hx-trigger="every 2s"' in page
    assert "排队中" in page


def test_a_wrong_file_is_refused_on_the_form_itself(home: Path) -> None:
    client = signed_in()
    for file, words in (
        (SimpleUploadedFile("list.csv", b"\x89PNG\r\n\x1a\n"), "不是 csv 格式"),
        (None, "未选择文件"),
    ):
        answer = client.post(f"/feeds/{FEED}/upload", {"file": file} if file else {})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert "上传并接入" in answer.content.decode()


def test_a_refused_repair_keeps_what_was_typed(set_aside: Actor) -> None:
    client = signed_in()
    path = "/quarantine/1/2/repair"
    with acting(set_aside):
        raw = Quarantined.objects.get().raw
    form = {f"raw:{name}": value or "" for name, value in raw.items()}
    answer = client.post(path, form)
    assert answer.status_code == 422
    assert "没有任何修改" in answer.content.decode()
    answer = client.post(path, form | {"raw:列入日期": "2026-02-27", "raw:无此列": "x"})
    assert (answer.status_code, "2026-02-27" in answer.content.decode()) == (422, True)
    answer = client.post(path, form | {"raw:列入日期": "2026-02-27"})
    assert answer.status_code == 302


def test_unknown_feeds_rows_and_jobs_are_not_found(home: Path) -> None:
    client = signed_in()
    for path in ("/feeds/unheard_of", "/quarantine/9/9", f"/jobs/{steward().person}"):
        text(client, path, 404)


@pytest.mark.usefixtures("set_aside")
def test_whoever_lacks_the_permission_meets_a_closed_door() -> None:
    client = signed_in("auditor")
    for path in ("/feeds", "/quarantine", "/quarantine/1/2", "/runs"):
        text(client, path, 403)
    answer = client.post("/sandbox/draft")
    assert answer.status_code == 403


@pytest.mark.usefixtures("set_aside")
def test_a_run_asked_twice_is_one_job() -> None:
    client = signed_in()
    first, second = client.post("/runs/ask"), client.post("/runs/ask")
    assert first.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert first.headers["Location"].startswith("/jobs/")
