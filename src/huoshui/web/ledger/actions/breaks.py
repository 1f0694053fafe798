"""Work breaks off: take one on, explain it, propose how to settle it, have another confirm.

Whoever proposed something does not confirm it.  Every deed stands beside the break and in the
record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.audit.rules.words import deeds_named
from huoshui.web.ledger.actions.matching import (
    breaks_close,
    deeds_note,
    hold,
    match_loose,
    match_write,
    reconcile,
)
from huoshui.web.ledger.models import Break, MatchItem, StatementLine
from huoshui.web.ledger.queries.cash import cash_unmatched
from huoshui.web.ledger.queries.workers import workers
from huoshui.web.ledger.rules.breaks import CLOSED, DEEDS, TAKEN_APART, BreakRefusal
from huoshui.web.ledger.rules.matching import Pair, Place

deeds_named("break", DEEDS)

WORK, CONFIRM = "statement.take", "break.confirm"


@transaction.atomic(savepoint=False)
def break_take(actor: Actor, *, at: dt.datetime, wanted: int) -> Break:
    """Take a break on, or put it back where it was one's own."""
    actor.need(WORK)
    found = break_held(wanted)
    is_own = found.assignee == actor.person
    found.assignee = None if is_own else actor.person
    found.assignee_name = "" if is_own else actor.name
    found.save(update_fields=["assignee", "assignee_name"])
    _tell(actor, at=at, about=found, deed="let_go" if is_own else "taken")
    return found


@transaction.atomic(savepoint=False)
def break_assign(actor: Actor, *, at: dt.datetime, today: dt.date, wanted: int, to: UUID) -> Break:
    """Give a break to a colleague who works breaks off."""
    actor.need(WORK if actor.may(WORK) else CONFIRM)
    found = break_held(wanted)
    name = workers(actor, permission=WORK, day=today).get(to)
    if name is None:
        raise BreakRefusal.NOT_A_COLLEAGUE.refuse()
    found.assignee, found.assignee_name = to, name
    found.save(update_fields=["assignee", "assignee_name"])
    _tell(actor, at=at, about=found, deed="assigned", said={"to": name})
    return found


@transaction.atomic(savepoint=False)
def break_explain(actor: Actor, *, at: dt.datetime, wanted: int, words: str) -> Break:
    """Say what a break comes from; it stays open until it is settled."""
    actor.need(WORK)
    found = break_held(wanted)
    if not words.strip():
        raise BreakRefusal.NO_WORDS.refuse()
    found.explanation = words.strip()[:2000]
    found.save(update_fields=["explanation"])
    _tell(actor, at=at, about=found, deed="explained", said={"words": found.explanation})
    return found


@transaction.atomic(savepoint=False)
def close_propose(actor: Actor, *, at: dt.datetime, wanted: int) -> Break:
    """Propose to close a break of a loan as explained; money on one side only is not closed so."""
    found = break_held(wanted)
    if found.side != "core":
        raise BreakRefusal.STILL_APART.refuse()
    if not found.explanation:
        raise BreakRefusal.NO_WORDS.refuse()
    return propose(actor, at=at, about=found, what={"what": "close"})


@transaction.atomic(savepoint=False)
def match_propose(
    actor: Actor,
    *,
    at: dt.datetime,
    wanted: int,
    lines: Sequence[int],
    places: Sequence[Place],
    code: str,
) -> Break:
    """Propose to match a break with lines and transfers that come to the same on both sides."""
    found = break_held(wanted)
    what = {"what": "match", "lines": sorted(set(lines)), "cash": sorted(set(places)), "code": code}
    _amounts_of(actor, found, what)
    return propose(actor, at=at, about=found, what=what)


def propose(actor: Actor, *, at: dt.datetime, about: Break, what: Mapping[str, Any]) -> Break:
    """Put a proposal to a break that the caller holds; one at a time."""
    actor.need(WORK)
    if about.proposal is not None:
        raise BreakRefusal.PROPOSED_ALREADY.refuse()
    about.proposal = {**what, "by": actor.name}
    about.proposed_by = actor.person
    about.save(update_fields=["proposal", "proposed_by"])
    _tell(actor, at=at, about=about, deed="proposed", said=what)
    return about


@transaction.atomic(savepoint=False)
def proposal_decline(actor: Actor, *, at: dt.datetime, wanted: int) -> Break:
    """Send a proposal back; whoever made it may take it back as well."""
    found = break_held(wanted)
    if found.proposal is None:
        raise BreakRefusal.NOTHING_PROPOSED.refuse()
    if found.proposed_by != actor.person:
        actor.need(CONFIRM)
    found.proposal = found.proposed_by = None
    found.save(update_fields=["proposal", "proposed_by"])
    _tell(actor, at=at, about=found, deed="declined")
    return found


@transaction.atomic(savepoint=False)
def proposal_confirm(actor: Actor, *, at: dt.datetime, wanted: int) -> Break:
    """Do what another proposed: match, or close."""
    found = confirmable(actor, wanted)
    what = found.proposal
    if what["what"] == "match":
        _match(actor, at=at, about=found, what=what)
    else:
        assert what["what"] == "close", "agreements confirm what is theirs"
        breaks_close(actor, at=at, breaks=[found], deed="closed")
    _tell(actor, at=at, about=found, deed="confirmed", said=what)
    return found


def confirmable(actor: Actor, wanted: int) -> Break:
    """Give a break whose proposal the actor may confirm, held; four eyes look at it."""
    actor.need(CONFIRM)
    found = break_held(wanted)
    if found.proposal is None:
        raise BreakRefusal.NOTHING_PROPOSED.refuse()
    if found.proposed_by == actor.person:
        raise BreakRefusal.FOUR_EYES.refuse(name=found.proposal["by"])
    return found


def break_confirmed(actor: Actor, *, at: dt.datetime, about: Break) -> None:
    """Note that what was proposed was done, and forget the proposal; the caller did it."""
    what = about.proposal
    Break.objects.filter(pk=about.pk).update(proposal=None, proposed_by=None)
    _tell(actor, at=at, about=about, deed="confirmed", said=what)


def break_held(wanted: int) -> Break:
    """Give an open break, held until the transaction ends."""
    found: Break | None = Break.objects.select_for_update(no_key=True).filter(pk=wanted).first()
    if found is None:
        raise BreakRefusal.UNKNOWN.refuse()
    if found.state == CLOSED:
        raise BreakRefusal.CLOSED.refuse()
    return found


@transaction.atomic(savepoint=False)
def match_undo(
    actor: Actor, *, at: dt.datetime, institution: UUID, line: int, code: str, why: str
) -> None:
    """Take a match apart that was wrong: its lines and transfers are breaks again.

    It is done by whoever confirms, since a wrong match hides a break.
    """
    actor.need(CONFIRM)
    if not why.strip():
        raise BreakRefusal.NO_WORDS.refuse()
    hold(institution, code)
    item = MatchItem.objects.filter(institution_id=institution, line_id=line).first()
    if item is None:
        raise BreakRefusal.NOT_MATCHED.refuse()
    items = match_loose(actor, at=at, match=item.match_id, code=code, kind=TAKEN_APART)
    entry_add(
        actor, at=at, action="reconciliation.undone", object_kind="match",
        object_id=item.match_id, institution=institution, reason=why[:200],
        payload={"items": [[i.line_id, i.voucher_id, i.n, i.amount_fen] for i in items]},
    )  # fmt: skip


def _match(actor: Actor, *, at: dt.datetime, about: Break, what: Mapping[str, Any]) -> None:
    amounts = _amounts_of(actor, about, what)
    pair = Pair("by_hand", tuple(what["lines"]), tuple((v, n) for v, n in what["cash"]))
    match_write(
        actor, at=at, institution=about.institution_id, pairs=[pair], amounts=amounts,
        why=about.explanation,
    )  # fmt: skip
    # Others may have been ambiguous because of these.
    reconcile(actor, at=at, institution=about.institution_id, code=what["code"])


def _amounts_of(
    actor: Actor, about: Break, what: Mapping[str, Any]
) -> tuple[dict[int, int], dict[Place, int]]:
    """Give the amounts of what is to be matched; all of it must be open and come to the same."""
    institution = about.institution_id
    held = hold(institution, what["code"])
    rows = StatementLine.objects.filter(institution_id=institution, id__in=what["lines"])
    matched = set(
        MatchItem.objects.filter(line_id__in=what["lines"]).values_list("line_id", flat=True)
    )
    lines = {row.id: row.amount_fen for row in rows if row.id not in matched}
    moved = cash_unmatched(actor, institution=institution, code=what["code"], after=held.through)
    cash = {each.cash.place: each.cash.amount_fen for each in moved}
    places = [(voucher, n) for voucher, n in what["cash"]]
    gone = [str(x) for x in what["lines"] if x not in lines]
    gone += [f"{voucher}/{n}" for voucher, n in places if (voucher, n) not in cash]
    own = about.line_id in what["lines"] or (about.voucher_id, about.n) in places
    if gone or not own:
        raise BreakRefusal.NOT_TO_MATCH.refuse(what=", ".join(gone) or str(about.pk))
    chosen = {place: cash[place] for place in places}
    if sum(lines.values()) != sum(chosen.values()):
        raise BreakRefusal.SUMS_DIFFER.refuse(
            lines_fen=sum(lines.values()), cash_fen=sum(chosen.values())
        )
    return lines, chosen


def _tell(
    actor: Actor,
    *,
    at: dt.datetime,
    about: Break,
    deed: str,
    said: Mapping[str, Any] | None = None,
) -> None:
    deeds_note(actor, at=at, breaks=[about], deed=deed, said=said)
    entry_add(
        actor, at=at, action=f"break.{deed}", object_kind="break", object_id=about.pk,
        institution=about.institution_id, payload={"kind": about.kind, **(said or {})},
    )  # fmt: skip
