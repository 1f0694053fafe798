"""Tries this computation on files of the official ACTUS test cases.

A case passes where every event has the date and the type that is expected, in that order, and every
number that the case states agrees to 1e-6 or, where larger, a billionth of it: the cases themselves
are written to about ten digits.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from huoshui.cashflow.actus.engine import Happening, evaluate
from huoshui.cashflow.actus.guarantee import guarantee
from huoshui.cashflow.actus.observed import Observed, ObservedEvent
from huoshui.cashflow.actus.terms import read_number, read_terms, read_time
from huoshui.kernel.errors import Refusal, Refused, Where

ABSOLUTE, RELATIVE = 1e-6, 1e-9
"""How far a number may lie from the expected one."""

STATES: Mapping[str, str] = {
    "notionalPrincipal": "notional",
    "nominalInterestRate": "rate",
    "accruedInterest": "accrued",
    "feeAccrued": "fee_accrued",
    "notionalScalingMultiplier": "notional_scaling",
    "interestScalingMultiplier": "interest_scaling",
    "nextPrincipalRedemptionPayment": "payment",
    "interestCalculationBaseAmount": "base",
    "exerciseAmount": "exercise_amount",
}
"""Official name of a state -> ours."""


class FileRefusal(Refusal):
    """Why a file of cases cannot be tried."""

    UNREADABLE = "{path} cannot be read: {reason}.", "Give a JSON file of official ACTUS cases."
    NO_CASES = "{path} holds no cases.", "Give a JSON object of cases by their names."


@dataclass(frozen=True)
class Failure:
    """Where a case differs: the event, what it should be and what came out."""

    case: str
    event: str
    expected: Any
    got: Any


@dataclass(frozen=True)
class Tried:
    """How the cases of a file went."""

    passed: int
    failed: int
    failures: tuple[Failure, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give it as the command prints it."""
        return {
            "passed": self.passed,
            "failed": self.failed,
            "failures": [asdict(failure) for failure in self.failures],
        }


def try_file(path: Path) -> Tried:
    """Try every case of a file; one that cannot be read is a failure of that case alone."""
    try:
        cases = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FileRefusal.UNREADABLE.refuse(
            where=Where(str(path)), path=path, reason=error
        ) from None
    if isinstance(cases, list):
        cases = {str(each.get("identifier", n)): each for n, each in enumerate(cases)}
    if not isinstance(cases, dict) or not cases:
        raise FileRefusal.NO_CASES.refuse(where=Where(str(path)), path=path)
    found = {name: list(try_case(name, case)) for name, case in cases.items()}
    failed = sum(1 for failures in found.values() if failures)
    failures = tuple(failure for each in found.values() for failure in each)
    return Tried(len(found) - failed, failed, failures)


def try_case(name: str, case: Any) -> Iterator[Failure]:
    """Yield where a case differs from what is expected of it."""
    try:
        got = happenings(case)
        expected = case["results"]
        yield from _differences(name, expected, got)
    except Refused as refused:
        for problem in refused.problems:
            yield Failure(name, "the case", "a case that can be read", str(problem))
    except Exception as error:  # whatever a case holds, it fails alone
        reason = f"{type(error).__name__}: {error}"
        yield Failure(name, "the case", "the official form", reason)


def happenings(case: Mapping[str, Any]) -> list[Happening]:
    """Compute the events of a case in the official form."""
    terms = read_terms(case["terms"])
    until = str(case.get("to") or "").strip()
    end = read_time("to", until) if until else None
    observed = _observed(case)
    if terms.type == "CEG":
        return guarantee(terms, observed, end)
    return evaluate([terms], observed, end).of(0)


def _observed(case: Mapping[str, Any]) -> Observed:
    series = {}
    for code, data in (case.get("dataObserved") or {}).items():
        entries = [
            (read_time("timestamp", entry["timestamp"]), read_number("value", entry["value"]))
            for entry in data["data"]
        ]
        series[str(data.get("identifier", code))] = sorted(entries)
    events = tuple(
        ObservedEvent(
            read_time("time", event["time"]),
            str(event["type"]),
            str(event.get("contractId", event.get("contractID", ""))),
            read_number("value", event.get("value") or 0),
            {key: str(value) for key, value in (event.get("states") or {}).items()},
        )
        for event in case.get("eventsObserved") or ()
    )
    return Observed(series, events)


def _differences(
    case: str, expected: Sequence[Mapping[str, Any]], got: Sequence[Happening]
) -> Iterator[Failure]:
    for row, (wanted, event) in enumerate(zip_longest(expected, got), start=1):
        if wanted is None:
            assert event is not None, "one of the two is there"
            yield Failure(case, f"{row}", None, f"{event.time.isoformat()} {event.type}")
            return
        name = f"{row}: {wanted['eventDate']} {wanted['eventType']}"
        if event is None:
            yield Failure(case, name, wanted["eventType"], None)
            return
        came = f"{event.time.isoformat()} {event.type}"
        wanted_on = read_time("eventDate", wanted["eventDate"])
        if (wanted_on, wanted["eventType"]) != (event.time, event.type):
            yield Failure(case, name, f"{wanted_on.isoformat()} {wanted['eventType']}", came)
            return  # what follows is out of step and says nothing new
        yield from _numbers(case, name, wanted, event)


def _numbers(
    case: str, name: str, wanted: Mapping[str, Any], event: Happening
) -> Iterator[Failure]:
    for key, value in wanted.items():
        if key in ("eventDate", "eventType") or value is None or value == "":
            continue
        if key == "currency":
            if value != event.currency:
                yield Failure(case, f"{name}, currency", value, event.currency)
        elif key == "exerciseDate":
            due = read_time(key, value)
            came = event.states.get("exercised_on")
            if came != due.timestamp():
                said = dt.datetime.fromtimestamp(came).isoformat() if came else None  # noqa: DTZ006
                yield Failure(case, f"{name}, {key}", value, said)
        elif key == "payoff" or STATES.get(key) in event.states:
            number = event.payoff if key == "payoff" else event.states[STATES[key]]
            if not _agree(read_number(key, value), number):
                yield Failure(case, f"{name}, {key}", read_number(key, value), number)
        else:
            yield Failure(case, f"{name}, {key}", value, "a state that is not computed")


def _agree(expected: float, got: float) -> bool:
    return abs(expected - got) <= max(ABSOLUTE, RELATIVE * abs(expected))
