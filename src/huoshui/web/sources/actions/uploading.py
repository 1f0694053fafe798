"""Files sent for a feed: checked, kept by their content, and taken in by a job."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from huoshui.policy.schema import Feed
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.models import Job
from huoshui.web.sources.actions.asking import asked_anew
from huoshui.web.sources.models import Upload
from huoshui.web.sources.rules import uploads
from huoshui.web.sources.rules.refusals import UploadRefusal

UPLOADS, INCOMING = "uploads", "incoming"
INGEST = "sources.ingest"


@dataclass(frozen=True)
class Received:
    """A file as it lies in the home for now."""

    path: Path
    name: str
    sha256: str
    bytes_count: int


def upload_take(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    feed: str,
    name: str,
    chunks: Iterable[bytes],
) -> tuple[Upload, Job]:
    """Take a file for a feed and ask for its rows to be taken in, or refuse it whole."""
    actor.need("feed.upload")
    definition = pack_on(today).feeds.get(feed)
    if definition is None:
        raise UploadRefusal.UNKNOWN_FEED.refuse(feed=feed)
    if definition.source.format == "postgresql":
        raise UploadRefusal.NOT_BY_FILE.refuse(feed=feed)
    received = _receive(settings.HUOSHUI_HOME, definition, uploads.file_name(name), chunks)
    try:
        return _keep(actor, received, at=at, feed=feed)
    finally:
        received.path.unlink(missing_ok=True)


def _receive(home: Path, feed: Feed, name: str, chunks: Iterable[bytes]) -> Received:
    """Write a file to the home as it comes, and refuse it as soon as it shows itself wrong."""
    folder = home / UPLOADS / INCOMING
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / uuid4().hex
    digest, count, head = hashlib.sha256(), 0, b""
    try:
        with path.open("wb") as file:
            for chunk in chunks:
                head = head or chunk[: uploads.HEAD_BYTES]
                count += len(chunk)
                if count > uploads.UPLOAD_BYTES_MOST:
                    most = uploads.UPLOAD_BYTES_MOST >> 20
                    raise UploadRefusal.TOO_LARGE.refuse(file=name, most=most)
                _check(feed, name, head, chunk)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not count:
            raise UploadRefusal.EMPTY.refuse(file=name)
        _check_workbook(feed, name, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Received(path, name, digest.hexdigest(), count)


def _check(feed: Feed, name: str, head: bytes, chunk: bytes) -> None:
    format = feed.source.format
    if not uploads.fits(format, head):
        raise UploadRefusal.WRONG_KIND.refuse(
            file=name, format=format, kind=uploads.looks_like(head)
        )
    if b"\x00" in chunk and not uploads.may_hold_zeros(head):
        raise UploadRefusal.WRONG_KIND.refuse(file=name, format=format, kind="binary")


def _check_workbook(feed: Feed, name: str, path: Path) -> None:
    """Refuse an archive that is no workbook, or that unpacks to more than may be sent."""
    if feed.source.format != "xlsx":
        return
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            unpacked = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile:
        names, unpacked = [], 0
    if not any(each.startswith("xl/workbook.") for each in names):
        raise UploadRefusal.WRONG_KIND.refuse(file=name, format="xlsx", kind="zip")
    if unpacked > uploads.UPLOAD_BYTES_MOST:
        raise UploadRefusal.TOO_LARGE.refuse(file=name, most=uploads.UPLOAD_BYTES_MOST >> 20)


def _keep(actor: Actor, received: Received, *, at: dt.datetime, feed: str) -> tuple[Upload, Job]:
    """Put a file in its place and ask for it to be taken in, unless its bytes were before."""
    assert actor.person is not None, "a person sends a file"
    stored_as = f"{UPLOADS}/{received.sha256}/{received.name}"
    with transaction.atomic():
        made = Upload(
            feed=feed,
            file_name=received.name,
            sha256=received.sha256,
            bytes_count=received.bytes_count,
            stored_as=stored_as,
            at=at,
            by=actor.person,
            by_name=actor.label,
        )
        # Two that send the same at once: the later waits here, and then sees the earlier's row.
        Upload.objects.bulk_create([made], ignore_conflicts=True)
        upload = Upload.objects.get(feed=feed, sha256=received.sha256)
        if upload.id != made.id and not _failed(upload):
            raise UploadRefusal.TAKEN_BEFORE.refuse(
                file=upload.file_name, day=upload.at.date().isoformat()
            )
        final: Path = settings.HUOSHUI_HOME / upload.stored_as
        final.parent.mkdir(parents=True, exist_ok=True)
        os.replace(received.path, final)
        args = {"upload": str(upload.id), "place": upload.stored_as, "feed": feed}
        job = asked_anew(actor, at=at, task=INGEST, args=args, key=str(upload.id))
        Upload.objects.filter(id=upload.id).update(job=job.id)
        upload.job = job.id
        entry_add(
            actor,
            at=at,
            action="upload.taken",
            object_kind="upload",
            object_id=upload.id,
            payload={
                "feed": feed,
                "file": upload.file_name,
                "sha256": upload.sha256,
                "bytes": upload.bytes_count,
                "job": str(job.id),
            },
        )
    return upload, job


def _failed(upload: Upload) -> bool:
    """Say whether taking in the file failed, so that it may be sent again."""
    return Job.objects.filter(id=upload.job, status__in=("failed", "dead")).exists()
