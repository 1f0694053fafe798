"""Jobs whose worker died, or whose place in the queue was lost, are put back into the queue."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM
from huoshui.web.delivery.actions.jobs import PERFORM, job_defer, lock_number

HEARTBEAT_MOST_SECONDS = 30
"""Three of a worker's heartbeats; one that has missed them is dead or cut off."""

_STRANDED = f"""
SELECT j.id, j.status FROM delivery_job j
WHERE j.status IN ('asked', 'running') AND NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs q LEFT JOIN procrastinate_workers w ON w.id = q.worker_id
    WHERE q.task_name = '{PERFORM}' AND q.args ->> 'job_id' = j.id::text
      AND (q.status = 'todo' OR (q.status = 'doing' AND j.status = 'asked'
           AND w.last_heartbeat > now() - interval '{HEARTBEAT_MOST_SECONDS} seconds')))
ORDER BY j.asked_at
"""
# A job that is asked may be on its way into a living worker.  One that is running is held by its
# worker's connection (`jobs.job_held`), and is stranded as soon as that is gone.

_FORGOTTEN = f"""
DELETE FROM procrastinate_jobs
WHERE task_name = '{PERFORM}' AND args ->> 'job_id' = %s AND status = 'doing'
"""


def stalled_retry() -> list[UUID]:
    """Put every stranded job back into the queue; give which."""
    retried = []
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(_STRANDED)
        for id, status in cursor.fetchall():
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(id)])
            if status == "running" and not cursor.fetchone()[0]:
                continue
            cursor.execute(_FORGOTTEN, [str(id)])
            job_defer(id)
            retried.append(id)
    return retried
