"""Whom and what a simulation knows: its banks, firms and loans, and how deeds are done and told.

Deeds are told to a process and judged by what they were expected to come to.  Whether that process
is killed meanwhile changes nothing of the story: chance for killing is a stream of its own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from huoshui.simulation.books import Fault, LoanBook
from huoshui.simulation.process import Helper

FAILURES_MOST = 20


@dataclass
class Bank:
    """A bank with its people and its account, as settling told of it."""

    n: int
    said: dict[str, Any]
    opening_fen: int
    charges_fen: int = 0  # what the bank took of its own accord, and was booked
    told_until: str = ""

    @property
    def account(self) -> str:
        """Give the number of its account."""
        return str(self.said["account"]["number"])

    @property
    def people(self) -> dict[str, Any]:
        """Give its officer and its approver, as orders name them."""
        return {name: self.said[name] for name in ("officer", "approver")}


@dataclass
class Life:
    """A loan: who has it, how its borrower is, and how far it got."""

    name: str
    bank: Bank
    firm: int
    offering: dict[str, Any]
    temper: str
    amount_fen: int
    months: int
    agreement: str = ""
    ref: str = ""
    conditions: list[str] = field(default_factory=list)
    stage: str = "agreed"  # agreed, secured, ready, drawn, over
    bad_after: str = ""  # from when on nothing is paid any more
    secured: str = ""
    seen: dict[str, Any] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)  # what happens once in its life
    rate_bp: str = ""
    signed_on: str = ""
    line: str = ""  # the limit that it was drawn under
    book: LoanBook = field(default_factory=LoanBook)


@dataclass
class Line:
    """A limit that a firm was granted, as it was sent."""

    name: str
    bank: Bank
    firm: int
    offering: dict[str, Any]
    agreement: str
    ref: str
    conditions: list[str]
    agreed_fen: int
    until: dt.date  # the last day of its term
    limits: list[tuple[str, int]] = field(default_factory=list)  # from which day, how much
    stage: str = "agreed"  # agreed, ready
    is_frozen: bool = False
    is_cancelled: bool = False
    draws: int = 0
    seen: dict[str, Any] = field(default_factory=dict)


class World:
    """All that is there, and the one way in which something is done."""

    def __init__(self, seed: int, *, kill: bool) -> None:
        self.seed, self.kill = seed, kill
        self.banks: list[Bank] = []
        self.firms: list[dict[str, Any]] = []
        self.loans: list[Life] = []
        self.lines: list[Line] = []
        self.faults: list[Fault] = []
        self.failures: list[dict[str, Any]] = []
        self.failed = 0
        self.actions: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.month, self.today, self.second = 0, dt.date.min, 0
        self.officers: Helper
        self.bank: Helper
        self.keys = 0
        self.kills: Counter[str] = Counter()
        self._chances: dict[str, random.Random] = {}
        self._story = hashlib.sha256()

    def chance(self, concern: str) -> random.Random:
        """Give the stream of chance of a concern, which no other concern draws from."""
        if concern not in self._chances:
            self._chances[concern] = random.Random(f"{self.seed} {concern}")
        return self._chances[concern]

    @property
    def firms_used(self) -> set[int]:
        """Give the firms that borrow already."""
        return {each.firm for each in self.loans} | {each.firm for each in self.lines}

    @property
    def story(self) -> str:
        """Give a digest of all that was done and came of it."""
        return self._story.hexdigest()[:16]

    def key(self) -> str:
        """Give a key that was not used."""
        self.keys += 1
        return f"K{self.keys:06d}"

    def ask(self, order: dict[str, Any]) -> dict[str, Any]:
        """Ask the officers' process; it may be killed over it."""
        self.second += 1
        order = {"today": str(self.today), "second": self.second, **order}
        chance = self.chance("killing officers")
        if self.kill and chance.random() < KILLED:
            self.kills["officers"] += 1
            return self.officers.ask_killed(order, after=chance.random() * 0.12)
        return self.officers.ask(order)

    def do(
        self, what: str, order: dict[str, Any], *, expect: Collection[str] = (), may: bool = False
    ) -> Any | None:
        """Do a deed; give what came of it, or None where it was refused.

        `expect` are the refusals of which one must come; with `may`, one may come instead of an
        answer.
        """
        answer = self.ask(order)
        codes = answer.get("refused", [])
        self.actions[what] += 1
        self.refusals.update(codes[:1])
        body = order["body"] if isinstance(order.get("body"), dict) else None
        told = [str(self.today), what, order.get("loan"), body, codes]
        self._story.update(json.dumps(told, default=str, sort_keys=True).encode())
        if "error" in answer:
            self.fail("unexpected", what=what, order=_short(order), got=answer["error"][-1500:])
        elif codes and codes[0] not in expect:
            self.fail("unexpected", what=what, order=_short(order), got=answer["said"])
        elif not codes and expect and not may:
            self.fail("not_refused", what=what, order=_short(order), expected=sorted(expect))
        return answer.get("ok")

    def fail(self, check: str, **said: Any) -> None:
        """Note what failed, with enough to find it."""
        self.failed += 1
        if len(self.failures) < FAILURES_MOST:
            self.failures.append(
                {"check": check, "month": self.month, "day": str(self.today), **said}
            )


KILLED = 0.02
"""How often the officers' process is killed over a deed."""


def _short(order: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in order.items()
        if name not in ("by", "officer", "approver", "owner") and len(str(value)) < 400
    }
