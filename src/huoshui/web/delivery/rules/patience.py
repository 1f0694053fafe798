"""How often something is tried again, how long is waited in between, and when it is given up.

>>> [wait_seconds(n, first=5, most=3600) for n in (1, 2, 3, 20)]
[5, 10, 20, 3600]
"""

from __future__ import annotations

DEED_ATTEMPTS_MOST = 5
"""A deed that broke off five times needs a person; the waits before that add up to five minutes,
which outlasts a restart of the database or of the machine."""

DEED_WAIT_FIRST_SECONDS, DEED_WAIT_MOST_SECONDS = 10, 600

WEBHOOK_ATTEMPTS_MOST = 12
"""Twelve attempts span some six hours: longer than a receiver's ordinary maintenance at night."""

WEBHOOK_WAIT_FIRST_SECONDS, WEBHOOK_WAIT_MOST_SECONDS = 5, 3600

WEBHOOK_PATIENCE_SECONDS = 10
"""A receiver that has not answered by then is tried again; it knows a repeat by its key."""

WEBHOOK_LEASE_SECONDS = 60
"""Set before sending: were the relay killed meanwhile, the message falls due again after this."""

RELAYED_MOST, POSTED_MOST = 200, 20
"""Of each channel at one go, so that a slow receiver never keeps the inboxes waiting long."""

PROGRESS_WAIT_SECONDS = 0.5
"""Progress is written at most twice a second; people look no faster."""


def wait_seconds(attempts: int, *, first: int, most: int) -> int:
    """Give how long to wait after so many attempts: twice as long each time, up to `most`."""
    return min(most, first << min(attempts - 1, 30))


def deed_wait(attempts: int) -> int | None:
    """Give the wait before a deed is tried again, or None where it is given up."""
    if attempts >= DEED_ATTEMPTS_MOST:
        return None
    return wait_seconds(attempts, first=DEED_WAIT_FIRST_SECONDS, most=DEED_WAIT_MOST_SECONDS)


def webhook_wait(attempts: int) -> int | None:
    """Give the wait before a webhook is tried again, or None where it is given up."""
    if attempts >= WEBHOOK_ATTEMPTS_MOST:
        return None
    first, most = WEBHOOK_WAIT_FIRST_SECONDS, WEBHOOK_WAIT_MOST_SECONDS
    return wait_seconds(attempts, first=first, most=most)
