"""A file is taken whole, once, for the feed that reads it; anything else is refused clearly."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections

from huoshui.kernel.errors import Refused
from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.models import Job
from huoshui.web.sources.models import Batch, FeedState, Upload
from huoshui.web.sources.rules import uploads
from tests.web.sources.given import FEED, files_under, listed, steward, table, uploaded, worked

Switch = Callable[[str], None]


def test_a_file_becomes_a_batch_and_its_feed_is_fresh_again(
    home: Path, switch_role: Switch
) -> None:
    actor = steward()
    upload, job = uploaded(actor, table([listed(1), listed(2, "2026-11-15")]))
    switch_role("jobs")
    worked(job)
    switch_role("web")
    with acting(actor):
        done = Job.objects.get(id=job.id)
        assert done.status == "done", done.problem
        (batch,) = Batch.objects.all()
        assert (batch.number, batch.feed, batch.rows_in, batch.rows_new) == (1, FEED, 2, 2)
        feed = FeedState.objects.get(feed=FEED)
        assert (feed.rows, feed.last_batch, feed.newest_true_on.isoformat()) == (2, 1, "2026-11-15")
        assert feed.last_known_at is not None
    assert files_under(home / "uploads") == [f"{upload.sha256}/list.csv"]


def zipped(*names: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return kept.getvalue()


PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
REFUSED = {
    "a picture called a table": (FEED, PNG, "list.csv", "upload.wrong_kind"),
    "a table with zero bytes far behind": (
        FEED,
        table([listed(n) for n in range(2000)]) + b"\x00",
        "list.csv",
        "upload.wrong_kind",
    ),
    "a web page": (FEED, b"<!DOCTYPE html><p>Sign in", "list.csv", "upload.wrong_kind"),
    "an archive called a workbook": ("patents", zipped("a.txt"), "p.xlsx", "upload.wrong_kind"),
    "a table where lines of JSON are read": (
        "rd_projects",
        b"a,b\n1,2\n",
        "p.jsonl",
        "upload.wrong_kind",
    ),
    "nothing": (FEED, b"", "list.csv", "upload.empty"),
    "a feed that is none": ("unheard_of", b"a\n", "list.csv", "upload.unknown_feed"),
}


@pytest.mark.parametrize("case", REFUSED, ids=list(REFUSED))
def test_what_is_no_file_of_the_feed_is_refused_and_nothing_is_kept(home: Path, case: str) -> None:
    feed, content, name, code = REFUSED[case]
    actor = steward()
    if feed == "patents":
        from huoshui.web.audit.queries.packs import pack_on
        from tests.web.sources.given import DAY

        workbooks = [f.id for f in pack_on(DAY).feeds.values() if f.source.format == "xlsx"]
        feed = workbooks[0]
    with pytest.raises(Refused) as refused:
        uploaded(actor, content, feed=feed, name=name)
    assert refused.value.problems[0].code == code
    assert refused.value.problems[0].zh is not None
    assert files_under(home) == []
    with acting(actor):
        assert not Upload.objects.exists()
        assert not Job.objects.exists()


def test_a_file_that_is_too_large_is_refused_as_it_comes(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "UPLOAD_BYTES_MOST", 100_000)
    with pytest.raises(Refused, match="larger than"):
        uploaded(steward(), table([listed(n) for n in range(3000)]))
    assert files_under(home) == []


def test_a_name_cannot_lead_out_of_its_folder(home: Path) -> None:
    upload, _ = uploaded(steward(), table([listed(1)]), name="../../../../tmp/列表\x00.csv")
    assert upload.file_name == "列表.csv"
    assert files_under(home) == [f"uploads/{upload.sha256}/列表.csv"]


def test_whoever_may_not_upload_is_refused(home: Path) -> None:
    auditor = Actor("operator", "孙审", person=steward().person, permissions=frozenset())
    with pytest.raises(Refused, match=r"feed\.upload"):
        uploaded(auditor, table([listed(1)]))


def test_the_same_bytes_again_are_refused_saying_when_they_came(home: Path) -> None:
    first, job = uploaded(steward(), table([listed(1)]), name="a.csv")
    with pytest.raises(Refused, match=r"as a\.csv on 2026-11-20") as refused:
        uploaded(steward(), table([listed(1)]), name="b.csv")
    assert refused.value.problems[0].code == "upload.taken_before"
    with acting(steward()):
        assert list(Upload.objects.values_list("id", "job")) == [(first.id, job.id)]


def test_two_who_send_the_same_at_once_make_one_upload_and_one_job(home: Path) -> None:
    ready, ended = threading.Barrier(2), []

    def send() -> None:
        try:
            ready.wait()
            ended.append(uploaded(steward(), table([listed(1)]))[1].id)
        except Refused as refused:
            ended.append(refused.problems[0].code)
        finally:
            connections.close_all()

    senders = [threading.Thread(target=send) for _ in range(2)]
    for each in senders:
        each.start()
    for each in senders:
        each.join()
    assert ended.count("upload.taken_before") == 1
    with acting(steward()):
        assert [job.id for job in Job.objects.all()] == [x for x in ended if not isinstance(x, str)]
        assert Upload.objects.count() == 1
    assert len(files_under(home)) == 1


def test_a_file_refused_whole_fails_its_job_and_may_be_sent_again(
    home: Path, switch_role: Switch
) -> None:
    actor, content = steward(), table([listed(1)], "代码,企业名称,列入编号,原因,日期,移出日期")
    _, job = uploaded(actor, content)
    switch_role("jobs")
    worked(job)
    switch_role("web")
    with acting(actor):
        failed = Job.objects.get(id=job.id)
        assert failed.status == "failed"
        assert failed.problem["code"].startswith("feed.")
        assert not Batch.objects.exists()
    _, again = uploaded(actor, content)
    assert again.id != job.id
