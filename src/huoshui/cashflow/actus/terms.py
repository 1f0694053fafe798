"""What an ACTUS contract says, read from the official form where every value is text.

The names are those of the ACTUS dictionary in our letters: `cycleAnchorDateOfRateReset` is
`rate_reset_anchor`.  A term that is not there is None and the standard's default is taken where it
has one; a term that cannot be read is refused by its official name.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from huoshui.cashflow.businessday import CONVENTIONS as BUSINESS_DAYS
from huoshui.cashflow.businessday import Open, every_day, weekdays
from huoshui.cashflow.cycles import Cycle, cycle
from huoshui.kernel.errors import Refusal, Refused, Where

SIGNS: Mapping[str, int] = {
    **dict.fromkeys(("RPA", "CLO", "CNO", "COL", "LG", "BUY", "RFL", "RF"), 1),
    **dict.fromkeys(("RPL", "ST", "SEL", "PFL", "PF"), -1),
}
"""The contract role and whether its holder has a claim (1) or owes (-1)."""

DAY_COUNTS: Mapping[str, str] = {
    **{name: name for name in ("AA", "A360", "A365", "30E360ISDA", "30E360", "28E336")},
    "A/A": "AA",
    "A/AISDA": "AA",
    "A/360": "A360",
    "A/365": "A365",
    "30E/360ISDA": "30E360ISDA",
    "30E/360": "30E360",
    "28E/336": "28E336",
}
CALENDARS: Mapping[str, Open] = {
    "NC": every_day,
    "NoHoliday": every_day,
    "NoCalendar": every_day,
    "MF": weekdays,
    "MondayToFriday": weekdays,
}
TERM_TYPES = ("PAM", "LAM", "LAX", "NAM", "ANN", "CLM", "CEG")
"""The contract types that are computed here."""

_DEFAULT = "DF"
_ALIASES: Mapping[str, str] = {
    "scalingIndexAtStatusDate": "scalingIndexAtContractDealDate",
    "contractStatus": "contractPerformance",
}


class TermRefusal(Refusal):
    """Why the terms of a contract cannot be read or computed."""

    NO_TYPE = "The contract type {type} is not computed here.", "Use one of: {types}."
    MISSING = "A {type} contract needs {attribute}.", "Give {attribute}."
    NOT_A_TIME = "{attribute} is {text}, which is not a date.", "Write it as 2013-01-01T00:00:00."
    NOT_A_NUMBER = "{attribute} is {text}, which is not a number.", "Write it as 0.05 or 1000."
    NOT_A_LIST = "{attribute} is {text}, which is no list.", 'Write it as ["a", "b"] or "a, b".'
    NO_SUCH_WORD = "{attribute} is {text}, which it cannot be.", "Use one of: {words}."
    UNEVEN = "{attribute} has {count} entries, its anchor dates {expected}.", "Give one for each."
    NOT_OBSERVED = (
        "Nothing is observed of {code} on {on} or before.",
        "Give {code} under dataObserved.",
    )
    NEVER_REPAID = (
        "The payment {payment} does not cover the interest, so that no maturity follows from it.",
        "Give maturityDate, or a larger nextPrincipalRedemptionPayment.",
    )


@dataclass(frozen=True)
class Reference:
    """Another contract that this one names: by its id, or with its terms."""

    role: str  # COVE is what a guarantee covers
    contract_id: str
    terms: Terms | None = None
    market_object: str | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The terms of one contract."""

    type: str
    contract_id: str = ""
    sign: int = 1
    status_on: dt.datetime
    deal_on: dt.datetime | None = None
    currency: str = ""
    settlement_currency: str | None = None
    performance: str = "PF"

    exchange_on: dt.datetime | None = None
    matures_on: dt.datetime | None = None
    amortized_on: dt.datetime | None = None
    notional: float | None = None
    premium_discount: float = 0.0
    rate: float | None = None
    accrued: float | None = None
    day_count: str = "A365"
    business_days: str = "NULL"
    calendar: Open = every_day
    month_end: bool = False

    interest_anchor: dt.datetime | None = None
    interest_cycle: Cycle | None = None
    capitalized_until: dt.datetime | None = None
    redemption_anchor: dt.datetime | None = None
    redemption_cycle: Cycle | None = None
    payment: float | None = None
    base: str = "NT"
    base_amount: float | None = None
    base_anchor: dt.datetime | None = None
    base_cycle: Cycle | None = None

    rate_reset_anchor: dt.datetime | None = None
    rate_reset_cycle: Cycle | None = None
    rate_reset_object: str | None = None
    next_rate: float | None = None
    rate_spread: float = 0.0
    rate_multiplier: float = 1.0
    life_cap: float = math.inf
    life_floor: float = -math.inf
    period_cap: float = math.inf
    period_floor: float = math.inf  # as the largest fall, a number above zero

    fee_rate: float | None = None
    fee_basis: str = "N"
    fee_anchor: dt.datetime | None = None
    fee_cycle: Cycle | None = None
    fee_accrued: float | None = None

    scaling_effect: str = "OOO"
    scaling_object: str | None = None
    scaling_index: float = 1.0
    scaling_anchor: dt.datetime | None = None
    scaling_cycle: Cycle | None = None
    notional_scaling: float = 1.0
    interest_scaling: float = 1.0

    purchase_on: dt.datetime | None = None
    purchase_price: float = 0.0
    termination_on: dt.datetime | None = None
    termination_price: float = 0.0

    prepayment_effect: str = "N"
    prepayment_object: str | None = None
    option_anchor: dt.datetime | None = None
    option_cycle: Cycle | None = None
    penalty_type: str = "O"
    penalty_rate: float = 0.0
    notice: Cycle | None = None  # how long after it was called a call money falls due

    principal_anchors: tuple[dt.datetime, ...] = ()
    principal_cycles: tuple[Cycle, ...] = ()
    principal_payments: tuple[float, ...] = ()
    principal_ways: tuple[str, ...] = ()
    interest_anchors: tuple[dt.datetime, ...] = ()
    interest_cycles: tuple[Cycle, ...] = ()
    reset_anchors: tuple[dt.datetime, ...] = ()
    reset_cycles: tuple[Cycle, ...] = ()
    reset_rates: tuple[float, ...] = ()
    reset_ways: tuple[str, ...] = ()

    references: tuple[Reference, ...] = ()
    coverage: float = 1.0
    covered_events: tuple[str, ...] = (_DEFAULT,)
    exposure: str = "NO"
    settlement: Cycle | None = None
    exercised_on: dt.datetime | None = None
    exercise_amount: float = 0.0

    def need(self, attribute: str, value: Any) -> Any:
        """Give a value that the type cannot do without, or refuse by its official name."""
        if value is None:
            raise TermRefusal.MISSING.refuse(type=self.type, attribute=attribute)
        return value


def day_of(time: dt.datetime) -> dt.date:
    """Give the day that interest is counted to: a day's last second is the next day's beginning."""
    return (time + dt.timedelta(seconds=1)).date()


def read_terms(raw: Mapping[str, Any]) -> Terms:
    """Read a contract in the official form, or raise `Refused` with every fault found."""
    known = {_ALIASES.get(name, name): _stripped(value) for name, value in raw.items()}
    kind = known.get("contractType")
    if kind not in TERM_TYPES:
        raise TermRefusal.NO_TYPE.refuse(
            type=kind, types=", ".join(TERM_TYPES), where=Where(field="contractType")
        )
    made: dict[str, Any] = {"type": kind}
    faults: list[Refused] = []
    for attribute, (name, reader) in _READERS.items():
        value = known.get(attribute)
        if value is None:
            continue
        try:
            made[name] = reader(attribute, value)
        except Refused as refused:
            faults.append(refused)
    if faults:
        raise Refused(*(problem for fault in faults for problem in fault.problems))
    if "status_on" not in made:
        raise TermRefusal.MISSING.refuse(type=kind, attribute="statusDate")
    return Terms(**made)


def read_time(attribute: str, value: Any) -> dt.datetime:
    """Read a date with its time of day; 24:00 is the next day's beginning."""
    text = str(value)
    is_midnight = "T24:00" in text
    try:
        time = dt.datetime.fromisoformat(text.replace("T24:00", "T00:00"))
    except ValueError:
        raise TermRefusal.NOT_A_TIME.refuse(
            attribute=attribute, text=text, where=Where(field=attribute)
        ) from None
    return time + dt.timedelta(days=1) if is_midnight else time


def read_number(attribute: str, value: Any) -> float:
    """Read a number, which may be padded text."""
    try:
        number = float(str(value).strip())
    except ValueError:
        number = math.nan
    if isinstance(value, bool) or not math.isfinite(number):
        raise TermRefusal.NOT_A_NUMBER.refuse(
            attribute=attribute, text=value, where=Where(field=attribute)
        )
    return number


def _stripped(value: Any) -> Any:
    if isinstance(value, str):
        value = value.strip()
        return None if value in ("", "NULL", "null", "None") else value
    return value


def _text(_: str, value: Any) -> str:
    return str(value)


def _cycle(_: str, value: Any) -> Cycle:
    return cycle(str(value))


def _period(_: str, value: Any) -> Cycle:
    return cycle(str(value), may_stand=True)


def _word(words: Mapping[str, Any]) -> Callable[[str, Any], Any]:
    def read(attribute: str, value: Any) -> Any:
        if str(value) not in words:
            raise TermRefusal.NO_SUCH_WORD.refuse(
                attribute=attribute,
                text=value,
                words=", ".join(words),
                where=Where(field=attribute),
            )
        return words[str(value)]

    return read


def _listed(attribute: str, value: Any) -> list[Any]:
    """Read a list: a list proper, or text between commas with or without brackets."""
    if isinstance(value, list | tuple):
        return [item.strip() if isinstance(item, str) else item for item in value]
    if isinstance(value, str | int | float):
        return [part.strip() for part in str(value).strip("[] ").split(",") if part.strip()]
    raise TermRefusal.NOT_A_LIST.refuse(attribute=attribute, text=value)


def _many(reader: Callable[[str, Any], Any]) -> Callable[[str, Any], tuple[Any, ...]]:
    def read(attribute: str, value: Any) -> tuple[Any, ...]:
        return tuple(reader(attribute, item) for item in _listed(attribute, value))

    return read


def _references(attribute: str, value: Any) -> tuple[Reference, ...]:
    listed: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
    found = []
    for entry in listed:
        if not isinstance(entry, Mapping):
            raise TermRefusal.NOT_A_LIST.refuse(attribute=attribute, text=entry)
        role = str(entry.get("referenceRole", entry.get("role", "COVE")))
        what = entry.get("object", {})
        if isinstance(what, Mapping) and "contractType" in what:
            market = what.get("marketObjectCode")
            terms = read_terms({**what, "contractRole": what.get("contractRole", "RPA")})
            found.append(Reference(role, terms.contract_id, terms, market))
        elif isinstance(what, Mapping):
            market = what.get("marketObjectCode")
            found.append(Reference(role, str(what.get("contractIdentifier", "")), None, market))
        else:
            found.append(Reference(role, str(what)))
    return tuple(found)


_Reader = Callable[[str, Any], Any]
_READERS: Mapping[str, tuple[str, _Reader]] = {
    "contractID": ("contract_id", _text),
    "contractRole": ("sign", _word(SIGNS)),
    "statusDate": ("status_on", read_time),
    "contractDealDate": ("deal_on", read_time),
    "currency": ("currency", _text),
    "settlementCurrency": ("settlement_currency", _text),
    "contractPerformance": ("performance", _text),
    "initialExchangeDate": ("exchange_on", read_time),
    "maturityDate": ("matures_on", read_time),
    "amortizationDate": ("amortized_on", read_time),
    "notionalPrincipal": ("notional", read_number),
    "premiumDiscountAtIED": ("premium_discount", read_number),
    "nominalInterestRate": ("rate", read_number),
    "accruedInterest": ("accrued", read_number),
    "dayCountConvention": ("day_count", _word(DAY_COUNTS)),
    "businessDayConvention": (
        "business_days",
        _word({**{name: name for name in BUSINESS_DAYS}, "NOS": "NULL", "NONE": "NULL"}),
    ),
    "calendar": ("calendar", _word(CALENDARS)),
    "endOfMonthConvention": ("month_end", _word({"SD": False, "EOM": True})),
    "cycleAnchorDateOfInterestPayment": ("interest_anchor", read_time),
    "cycleOfInterestPayment": ("interest_cycle", _cycle),
    "capitalizationEndDate": ("capitalized_until", read_time),
    "cycleAnchorDateOfPrincipalRedemption": ("redemption_anchor", read_time),
    "cycleOfPrincipalRedemption": ("redemption_cycle", _cycle),
    "nextPrincipalRedemptionPayment": ("payment", read_number),
    "interestCalculationBase": (
        "base",
        _word({name: name for name in ("NT", "NTIED", "NTL")}),
    ),
    "interestCalculationBaseAmount": ("base_amount", read_number),
    "cycleAnchorDateOfInterestCalculationBase": ("base_anchor", read_time),
    "cycleOfInterestCalculationBase": ("base_cycle", _cycle),
    "cycleAnchorDateOfRateReset": ("rate_reset_anchor", read_time),
    "cycleOfRateReset": ("rate_reset_cycle", _cycle),
    "marketObjectCodeOfRateReset": ("rate_reset_object", _text),
    "nextResetRate": ("next_rate", read_number),
    "rateSpread": ("rate_spread", read_number),
    "rateMultiplier": ("rate_multiplier", read_number),
    "lifeCap": ("life_cap", read_number),
    "lifeFloor": ("life_floor", read_number),
    "periodCap": ("period_cap", read_number),
    "periodFloor": ("period_floor", read_number),
    "feeRate": ("fee_rate", read_number),
    "feeBasis": ("fee_basis", _word({"A": "A", "N": "N"})),
    "cycleAnchorDateOfFee": ("fee_anchor", read_time),
    "cycleOfFee": ("fee_cycle", _cycle),
    "feeAccrued": ("fee_accrued", read_number),
    "scalingEffect": ("scaling_effect", _text),
    "marketObjectCodeOfScalingIndex": ("scaling_object", _text),
    "scalingIndexAtContractDealDate": ("scaling_index", read_number),
    "cycleAnchorDateOfScalingIndex": ("scaling_anchor", read_time),
    "cycleOfScalingIndex": ("scaling_cycle", _cycle),
    "notionalScalingMultiplier": ("notional_scaling", read_number),
    "interestScalingMultiplier": ("interest_scaling", read_number),
    "purchaseDate": ("purchase_on", read_time),
    "priceAtPurchaseDate": ("purchase_price", read_number),
    "terminationDate": ("termination_on", read_time),
    "priceAtTerminationDate": ("termination_price", read_number),
    "prepaymentEffect": ("prepayment_effect", _word({"N": "N", "A": "A", "M": "M"})),
    "objectCodeOfPrepaymentModel": ("prepayment_object", _text),
    "cycleAnchorDateOfOptionality": ("option_anchor", read_time),
    "cycleOfOptionality": ("option_cycle", _cycle),
    "penaltyType": ("penalty_type", _word({name: name for name in "OANI"})),
    "penaltyRate": ("penalty_rate", read_number),
    "xDayNotice": ("notice", _period),
    "arrayCycleAnchorDateOfPrincipalRedemption": ("principal_anchors", _many(read_time)),
    "arrayCycleOfPrincipalRedemption": ("principal_cycles", _many(_cycle)),
    "arrayNextPrincipalRedemptionPayment": ("principal_payments", _many(read_number)),
    "arrayIncreaseDecrease": ("principal_ways", _many(_word({"INC": "INC", "DEC": "DEC"}))),
    "arrayCycleAnchorDateOfInterestPayment": ("interest_anchors", _many(read_time)),
    "arrayCycleOfInterestPayment": ("interest_cycles", _many(_cycle)),
    "arrayCycleAnchorDateOfRateReset": ("reset_anchors", _many(read_time)),
    "arrayCycleOfRateReset": ("reset_cycles", _many(_cycle)),
    "arrayRate": ("reset_rates", _many(read_number)),
    "arrayFixedVariable": (
        "reset_ways",
        _many(_word({"F": "F", "FIX": "F", "V": "V", "VAR": "V"})),
    ),
    "contractStructure": ("references", _references),
    "coverageOfCreditEnhancement": ("coverage", read_number),
    "creditEventTypeCovered": ("covered_events", _many(_text)),
    "guaranteedExposure": ("exposure", _word({name: name for name in ("NO", "NI", "MV")})),
    "settlementPeriod": ("settlement", _period),
    "exerciseDate": ("exercised_on", read_time),
    "exerciseAmount": ("exercise_amount", read_number),
}
"""Official name -> the field of `Terms` and how its text is read."""
