"""The kinds of event a contract goes through, in the order they are taken on one day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """An event type; the smaller goes first where two fall on one time (ACTUS event sequence)."""

    IED = 20  # initial exchange
    FP = 30  # fee payment
    PR = 40  # principal redemption
    PI = 45  # principal increase
    PY = 60  # penalty payment
    PP = 70  # principal prepayment
    IP = 80  # interest payment
    IPCI = 90  # interest capitalisation
    CE = 100  # credit event
    RRF = 110  # rate reset, the rate known
    RR = 120  # rate reset, the rate observed
    PRF = 130  # fixing of the principal payment
    PRD = 150  # purchase
    TD = 170  # termination
    SC = 180  # scaling index revision
    IPCB = 190  # fixing of the interest calculation base
    MD = 200  # maturity
    XD = 210  # exercise
    STD = 220  # settlement
    AD = 950  # analysis


@dataclass(frozen=True, slots=True)
class Step:
    """One event of one contract, with everything that is known before the state is."""

    time: dt.datetime  # as shown, after any move to a business day
    day: int  # that interest is counted to
    kind: Kind
    value: float = 0.0  # the observed rate or index, or the amount that this kind needs
    fee_share: float = 0.0  # part of a fee period since the step before, for a fee in one sum
    exchange: float = 1.0  # to the settlement currency
    ladder: tuple[float, ...] = ()  # year fractions between the payments still to come
    is_shown: bool = True


@dataclass(frozen=True, slots=True)
class Opening:
    """The state of a contract on its status date."""

    notional: float = 0.0
    rate: float = 0.0
    accrued: float = 0.0
    fee_accrued: float = 0.0
    notional_scaling: float = 1.0
    interest_scaling: float = 1.0
    payment: float = 0.0
    base: float = 0.0
    performs: float = 1.0
