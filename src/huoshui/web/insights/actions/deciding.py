"""A person's word on a pair: kept, recorded, and sent on as a fact that later runs rest on.

The word itself changes no link.  It is written as one line of the feed of such decisions, and a
job takes that line in and asks for a run; so it can be replayed, and taken back, like any fact.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction

from huoshui.kernel.errors import Where
from huoshui.policy.schema import Feed
from huoshui.web.audit.actions.record import entry_add
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.delivery.actions.jobs import job_ask
from huoshui.web.insights.models import IdentityDecision, Resemblance
from huoshui.web.insights.queries.pairs import pair_of, said_same, words_on
from huoshui.web.insights.queries.snapshots import snapshot_latest
from huoshui.web.insights.rules.pairs import WORDS
from huoshui.web.insights.rules.refusals import PairRefusal

FEED, REVIEWS = "identity_review", "reviews"

TAKE = "sources.identity"
"""The job that takes a decision in and asks for a run; `sources` does it, standing beside us."""

_SAYING = 0x70616972  # the lock on a record's name: one says something of it at a time

IS_SAME = {"same": True, "different": False, "taken_back": None}


def pair_decide(
    actor: Actor,
    *,
    at: dt.datetime,
    today: dt.date,
    pair: UUID,
    word: str,
    reason: str,
    seen: int,
) -> IdentityDecision:
    """Say a word on a pair of the snapshot in use.

    `seen` is how many words on it the person had before them; where somebody said another since,
    it is refused, and said again knowingly or not at all.  The same sent twice is said once.
    """
    actor.need("identity.review")
    snapshot = snapshot_latest()
    found = pair_of(actor, snapshot, pair)
    if found is None:
        raise PairRefusal.NO_SUCH_PAIR.refuse()
    if word not in WORDS:
        raise PairRefusal.NO_WORD.refuse(where=Where(field="word"))
    if not reason.strip():
        raise PairRefusal.NO_REASON.refuse(where=Where(field="reason"))
    feed = pack_on(today).feeds.get(FEED)
    if feed is None:
        raise PairRefusal.NO_FEED.refuse(feed=FEED)
    with transaction.atomic():
        _alone_with(found)
        said = words_on(pair)
        repeated = _repeated(actor, said, word, reason.strip(), seen)
        if repeated is not None:
            return repeated
        _check(found, said, word, seen)
        decision = _kept(
            actor,
            found,
            feed,
            at=at,
            today=today,
            word=word,
            reason=reason.strip(),
            snapshot=snapshot.name,
        )
        _record(actor, decision, rule=snapshot.pack_digest, at=at)
    return decision


def _alone_with(found: Resemblance) -> None:
    """Wait until nobody else is saying something of the same record."""
    with connection.cursor() as cursor:
        named = f"{found.subject_code or ''}/{found.subject_name or ''}"
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_SAYING, named])


def _repeated(
    actor: Actor, said: list[IdentityDecision], word: str, reason: str, seen: int
) -> IdentityDecision | None:
    """Give the last word if it is this very one, sent twice by the same person."""
    if not said or said[0].n != seen + 1:
        return None
    last = said[0]
    is_same = (last.by, last.word, last.reason) == (actor.person, word, reason)
    return last if is_same else None


def _check(found: Resemblance, said: list[IdentityDecision], word: str, seen: int) -> None:
    """Refuse what somebody else overtook, what is said already, and what contradicts itself."""
    last = said[0] if said else None
    if last is not None and last.n != seen:
        raise PairRefusal.SAID_MEANWHILE.refuse(
            name=last.by_name,
            said=WORDS[last.word]["en"].lower(),
            zh_said=WORDS[last.word]["zh"],
            day=last.decided_on.isoformat(),
            reason=last.reason,
        )
    standing = last.word if last is not None else _standing(found)
    if word == "taken_back" and standing in (None, "taken_back"):
        raise PairRefusal.NOTHING_SAID.refuse(where=Where(field="word"))
    if last is not None and word == last.word:
        raise PairRefusal.SAID_ALREADY.refuse(where=Where(field="word"), name=last.by_name)
    if word != "same":
        return
    for other in said_same(found.subject_name, found.subject_code):
        if other.pair != found.pair:
            raise PairRefusal.OTHER_SAME.refuse(
                where=Where(field="word"), other=other.candidate_name or other.entity
            )


def _standing(found: Resemblance) -> str | None:
    """Give the word that the facts hold of a pair that nobody said anything of on this platform."""
    return {"decided_same": "same", "decided_different": "different"}.get(found.status)


def _kept(
    actor: Actor,
    found: Resemblance,
    feed: Feed,
    *,
    at: dt.datetime,
    today: dt.date,
    word: str,
    reason: str,
    snapshot: str,
) -> IdentityDecision:
    """Write the line, ask for it to be taken in, and keep the word."""
    assert actor.person is not None, "a person decides"
    n = IdentityDecision.objects.filter(pair=found.pair).count() + 1
    stored_as = f"{REVIEWS}/{FEED}-{found.pair}-{n}.jsonl"
    decision = IdentityDecision(
        pair=found.pair,
        n=n,
        subject_code=found.subject_code,
        subject_name=found.subject_name,
        entity=found.entity,
        candidate_name=found.candidate_name,
        word=word,
        reason=reason,
        snapshot=snapshot,
        decided_on=today,
        at=at,
        by=actor.person,
        by_name=actor.label,
        stored_as=stored_as,
    )
    _write(Path(settings.HUOSHUI_HOME) / stored_as, _line(feed, decision))
    args = {"place": stored_as, "feed": FEED, "decision": str(decision.id)}
    decision.job = job_ask(actor, at=at, task=TAKE, args=args, key=f"{found.pair}/{n}").id
    decision.save(force_insert=True)
    return decision


def _line(feed: Feed, decision: IdentityDecision) -> str:
    """Write a word as the feed reads it; its number keeps a word said anew from being the old."""
    said = {
        "entity_code": decision.entity,
        "is_same": IS_SAME[decision.word],
        "decided_on": decision.decided_on.isoformat(),
        "decided_by": decision.by_name,
        "decision_reason": decision.reason,
    }
    line: dict[str, Any] = {"pair": str(decision.pair), "n": decision.n}
    if feed.subject.code:
        line[feed.subject.code] = decision.subject_code
    if feed.subject.name:
        line[feed.subject.name] = decision.subject_name
    for name, value in said.items():
        column = feed.columns.get(name)
        if column is not None and column.source:
            line[column.source] = value
    return json.dumps(line, ensure_ascii=False)


def _write(path: Path, line: str) -> None:
    """Write a file whole or not at all; one of a transaction that failed gives way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{uuid4().hex}")
    with staged.open("w", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(staged, path)


def _record(actor: Actor, decision: IdentityDecision, *, rule: str, at: dt.datetime) -> None:
    entry_add(
        actor,
        at=at,
        action="identity.decided",
        object_kind="pair",
        object_id=decision.pair,
        rule=rule,
        reason=decision.reason,
        payload={
            "record": decision.subject_code or decision.subject_name,
            "entity": decision.entity,
            "word": decision.word,
            "n": decision.n,
            "snapshot": decision.snapshot,
            "file": decision.stored_as,
            "job": str(decision.job),
        },
    )


@transaction.atomic
def persons_read(actor: Actor, *, at: dt.datetime, pair: UUID, parts: list[str]) -> None:
    """Record that somebody saw what a pair tells of persons."""
    entry_add(
        actor,
        at=at,
        action="identity.read",
        object_kind="pair",
        object_id=pair,
        payload={"parts": parts},
    )
