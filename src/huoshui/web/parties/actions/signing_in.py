"""Signing in: attempts are counted by name and by address, and too many close the door a while."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.auth import authenticate

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import NOBODY
from huoshui.web.parties.models import Person, SignInAttempt
from huoshui.web.parties.queries.actors import oneself
from huoshui.web.parties.rules.refusals import SignInRefusal


def sign_in(*, at: dt.datetime, name: str, password: str, address: str) -> Person:
    """Give the person of a name and a password, or refuse; every attempt is kept.

    Each attempt is written in a transaction of its own, so that refusing cannot undo it.
    """
    name = name.strip().lower()[:200]
    if _shut(name, address, at):
        raise SignInRefusal.TOO_MANY.refuse(minutes=settings.SIGN_IN_PAUSE_MINUTES)
    found = authenticate(None, username=name, password=password[:1000])
    with acting(NOBODY):
        SignInAttempt.objects.create(
            sign_in=name, address=address, at=at, succeeded=found is not None
        )
    if not isinstance(found, Person):
        raise SignInRefusal.WRONG.refuse()
    with acting(oneself(found)) as actor:
        entry_add(
            actor,
            at=at,
            action="person.signed_in",
            object_kind="person",
            object_id=str(found.id),
            payload={"address": address},
        )
    return found


def _shut(name: str, address: str, at: dt.datetime) -> bool:
    """Say whether too many attempts failed lately; a success does not wipe them out."""
    since = at - dt.timedelta(minutes=settings.SIGN_IN_PAUSE_MINUTES)
    failed = SignInAttempt.objects.filter(succeeded=False, at__gt=since)
    return (
        failed.filter(sign_in=name).count() >= settings.SIGN_IN_TRIES
        or failed.filter(address=address).count() >= settings.SIGN_IN_TRIES_OF_ADDRESS
    )
