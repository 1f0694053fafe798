"""What each event does to a loan on its day.

A payment on a loan that was, as it turns out, written off before is a recovery, and a recovery on
one that was not is a payment: what is found out later changes what money was for, not that it came.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import singledispatch

from huoshui.policy.schema.allocation import Claim
from huoshui.web.agreements.rules.loan import events as ev
from huoshui.web.agreements.rules.loan.state import half_up
from huoshui.web.agreements.rules.loan.walk import Walk


@singledispatch
def happen(act: ev.Act, walk: Walk) -> None:
    """Let an event happen; the forms that change nothing of a loan need no deed."""


@happen.register
def _draw(act: ev.Draw, walk: Walk) -> None:
    walk.drawn_on, walk.drawn, walk.undue = walk.day, act.amount_fen, act.amount_fen
    walk.planner = walk.planner.drawn(walk.day, act.amount_fen, act.plan)
    walk.matures_on = act.matures_on or walk.matures_on
    walk.book("draw_renewal" if act.renews else "draw", act.amount_fen)
    walk.plan, walk.is_smooth = walk.laid(walk.day), True


@happen.register
def _fee(act: ev.Fee, walk: Walk) -> None:
    walk.cost += act.amount_fen
    walk.book("charge_cost", act.amount_fen)
    walk.use_surplus()


@happen.register(ev.SetRate)
@happen.register(ev.CutRate)
def _rate(act: ev.SetRate | ev.CutRate, walk: Walk) -> None:
    walk.change_rate(act.annual_rate, act.until)


@happen.register
def _extend(act: ev.Extend, walk: Walk) -> None:
    walk.matures_on = max(walk.matures_on, act.matures_on)  # it never makes a loan shorter
    if act.annual_rate is None:
        walk.replan()
    else:
        walk.change_rate(act.annual_rate, None)


@happen.register
def _holiday(act: ev.Holiday, walk: Walk) -> None:
    if not walk.plan:
        return
    walk.matures_on = max(walk.matures_on, act.matures_on or walk.matures_on)
    resting = [each for each in walk.plan if each.rests or each.period_until <= act.until]
    rests, opening = [], walk.undue
    for each in resting:
        rests.append(replace(each, principal_fen=0, opening_fen=opening, rests=True))
    start = rests[-1].period_until if rests else walk.plan[0].period_from
    if start >= walk.matures_on:  # found out later: nothing is left after the rest
        rests, start = rests[:-1], rests[-1].period_from
    walk.replace_plan([*rests, *walk.laid(start)])


@happen.register
def _judge(act: ev.Judge, walk: Walk) -> None:
    walk.judged.update(act.given)


@happen.register
def _set_class(act: ev.SetClass, walk: Walk) -> None:
    walk.class_set = act.name


@happen.register
def _stop(act: ev.StopAccrual, walk: Walk) -> None:
    walk.hold_accrual(by_hand=True)


@happen.register
def _resume(act: ev.ResumeAccrual, walk: Walk) -> None:
    walk.hold_accrual(by_hand=False)


@happen.register
def _waive(act: ev.Waive, walk: Walk) -> None:
    left = act.amount_fen
    if act.claim == "interest":
        for each in walk.owed:
            part = min(left, each.interest_left)
            if part:
                walk.settle("interest", part, each)
                left -= part
        left -= settle_running(walk, left)
    else:
        open_ = {
            "cost": walk.cost,
            "penalty": walk.penalty_left,
            "compound": walk.compound_left,
        }[act.claim]
        part = min(left, open_)
        walk.settle(act.claim, part, None)
        left -= part
    walk.waived[act.claim] += act.amount_fen - left
    walk.book(f"waive_{act.claim}", act.amount_fen - left)
    walk.check_spell()


def settle_running(walk: Walk, amount_fen: int) -> int:
    """Take an amount off interest that is not due yet, as far as it goes; give what was taken."""
    taken = min(amount_fen, walk.running_left)
    from_carried = min(taken, walk.carried)
    walk.carried -= from_carried
    walk.settled += taken - from_carried
    return taken


@happen.register
def _pay(act: ev.Pay, walk: Walk) -> None:
    receive(walk, act.amount_fen)
    if walk.written_off_on is not None:
        recover(walk, act.amount_fen)
    else:
        walk.surplus += walk.take(act.amount_fen)


def receive(walk: Walk, amount_fen: int) -> None:
    """Note money that came in."""
    walk.received += amount_fen
    walk.book("receive", amount_fen)


@happen.register
def _prepay(act: ev.Prepay, walk: Walk) -> None:
    receive(walk, act.amount_fen)
    if walk.written_off_on is not None:
        recover(walk, act.amount_fen)
        return
    rest = walk.take(act.amount_fen)
    interest = settle_running(walk, rest)
    walk.repaid["interest"] += interest
    walk.book("repay_interest", interest)
    principal = min(rest - interest, walk.undue)
    walk.repaid["principal"] += principal
    walk.book("repay_principal", principal)
    walk.surplus += rest - interest - principal
    _lessen(walk, principal, act.mode)


def _lessen(walk: Walk, principal_fen: int, mode: ev.Mode) -> None:
    """Take principal off what is not due yet, and lay the instalments left anew."""
    if not principal_fen:
        return
    walk.undue -= principal_fen
    if mode == "shorten" and walk.undue and not walk.plan[0].rests:
        running = walk.plan[0]
        kept = walk.planner.kept(running)
        walk.replace_plan(walk.laid(running.period_from, kept_fen=kept))
        walk.matures_on = walk.plan[-1].period_until
    else:
        walk.replan()


@happen.register
def _renew(act: ev.Renew, walk: Walk) -> None:
    left = act.amount_fen
    for each in walk.owed:
        part = min(left, each.principal_left)
        if part:
            walk.settle("principal", part, each)
            left -= part
    principal = min(left, walk.undue)
    left -= principal
    walk.renewed += act.amount_fen - left
    walk.book("renew_principal", act.amount_fen - left)
    if left:  # the new loan paid more than this one owed, as it turned out
        receive(walk, left)
        walk.surplus += left
    walk.renewals.append(act.keeps_class)
    _lessen(walk, principal, "lower")
    walk.check_spell()


@happen.register
def _refund(act: ev.Refund, walk: Walk) -> None:
    """Send a surplus back; what was not a surplus, as it turned out, is owed again."""
    walk.refunded += act.amount_fen
    walk.book("refund", act.amount_fen)
    short = max(0, act.amount_fen - walk.surplus)
    walk.surplus = max(0, walk.surplus - act.amount_fen)
    walk.cost += short
    walk.refunded_unduly += short
    walk.book("charge_refund", short)


@happen.register
def _write_off(act: ev.WriteOff, walk: Walk) -> None:
    if walk.written_off_on is not None:
        return
    walk.note_days()
    walk.written_off_order = walk.contract.order(walk.overdue_days)
    late = sum(each.principal_left for each in walk.owed if each.is_late)
    walk.book("overdue", -late)
    open_: dict[Claim, int] = {
        "cost": walk.cost,
        "penalty": walk.penalty_left,
        "compound": walk.compound_left,
        "interest": sum(each.interest_left for each in walk.owed) + walk.running_left,
        "principal": sum(each.principal_left for each in walk.owed) + walk.undue,
    }
    for claim, amount in open_.items():
        walk.written_off[claim] += amount
        walk.book(f"write_off_{claim}", amount)
    for each in walk.owed:
        each.principal_left = each.interest_left = 0
    walk.cost, walk.undue, walk.plan = 0, 0, []
    walk.penalty_settled, walk.compound_settled = half_up(walk.penalty), half_up(walk.compound)
    walk.running, walk.settled, walk.carried = Fraction(0), 0, 0
    walk.written_off_on = walk.day


@happen.register
def _recover(act: ev.Recover, walk: Walk) -> None:
    receive(walk, act.amount_fen)
    if walk.written_off_on is None:
        walk.surplus += walk.take(act.amount_fen)
    else:
        recover(walk, act.amount_fen)


def recover(walk: Walk, amount_fen: int) -> None:
    """Set money against what was written off; what is more than that is a surplus."""
    assert walk.written_off_order is not None, "a loan that is written off has its order"
    for claim in walk.written_off_order.claims:
        part = min(amount_fen, walk.written_off[claim] - walk.recovered[claim])
        walk.recovered[claim] += part
        walk.book(f"recover_{claim}", part)
        amount_fen -= part
    walk.surplus += amount_fen
