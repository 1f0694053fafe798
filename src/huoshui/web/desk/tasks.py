"""What the operator asks the jobs process across apps: whether the record holds."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.queries.verification import record_findings
from huoshui.web.audit.rules import witness
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.audit.rules.digests import public_key
from huoshui.web.delivery.models import Job
from huoshui.web.delivery.tasks import Tell, deed

VERIFY = "audit.verify"
FINDINGS_KEPT = 200


@deed(VERIFY, zh="校验存证", en="Verify the record")
def verify(job: Job, *, at: dt.datetime, tell: Tell) -> Mapping[str, Any]:
    """Check the whole record against its seals and the witness, and record what was found."""
    keys = [public_key(bytes.fromhex(os.environ["HUOSHUI_RECORD_KEY"]))]
    with acting(SYSTEM):
        found = record_findings(keys=keys, file=settings.HUOSHUI_HOME / witness.FILE, tick=tell)
    counts = {
        "entries": found.entries,
        "seals": found.seals,
        "unsealed": found.unsealed,
        "findings": len(found.findings),
    }
    said = found.to_dict()
    with acting(SYSTEM):
        number = entry_add(
            SYSTEM,
            at=at,
            action="record.verified",
            object_kind="record",
            object_id=job.id,
            reason="成立 holds" if found.holds else "不成立 DOES NOT HOLD",
            payload={**counts, "holds": found.holds, "found": said["findings"][:FINDINGS_KEPT]},
        )
    return {**counts, "holds": found.holds, "link": reverse("audit:entry", args=[number])}
