"""`huoshui cashflow actus|schedule`: try official ACTUS cases, lay a loan's schedule."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from huoshui.cashflow.actus.official import try_file
from huoshui.cashflow.businessday import CONVENTIONS
from huoshui.cashflow.calendar import calendar_of
from huoshui.cashflow.daycount import CONVENTIONS as DAY_COUNTS
from huoshui.cashflow.loans import Instalment, LoanTerms, Method, schedule
from huoshui.cashflow.prepayment import Keep, Prepaid, prepaid
from huoshui.cashflow.rates import Fixed, Floating, Pricing, Rates, Reset
from huoshui.cli import output, place
from huoshui.kernel import money
from huoshui.policy.loader import load

_SHOWN = ("n", "due on", "principal", "interest", "payment", "owed after", "rate")


class Sum(click.ParamType):
    """A sum of money in yuan, as people write it: 120000, 12万, 1,234.56."""

    name = "sum"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Read it to fen."""
        if isinstance(value, int):
            return value
        try:
            found = money.parse(value)
        except money.NotAnAmount:
            self.fail(f"{value!r} is no amount of yuan, such as 120000 or 12万", param, ctx)
        if found.currency != money.HOME:
            self.fail(f"{value!r} is not in yuan", param, ctx)
        return found.minor


class Part(click.ParamType):
    """A rate a year in per cent."""

    name = "percent"

    def convert(self, value: Any, param: Any, ctx: Any) -> Decimal:
        """Read it as a part of one."""
        if isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value).removesuffix("%")) / 100
        except InvalidOperation:
            self.fail(f"{value!r} is no rate in per cent, such as 4.35", param, ctx)


class Step(click.ParamType):
    """A day and a sum repaid on it, DAY:SUM."""

    name = "day:sum"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[dt.date, int]:
        """Read both."""
        if isinstance(value, tuple):
            return value
        day, colon, sum_ = str(value).partition(":")
        if not colon:
            self.fail(f"{value!r} is not of the form 2026-05-03:30000", param, ctx)
        return place.Day().convert(day, param, ctx), Sum().convert(sum_, param, ctx)


@click.group("cashflow")
def cashflow() -> None:
    """Contract terms to dated flows: ACTUS cases, and loan schedules to the fen."""


@cashflow.command("actus")
@click.argument("file", type=click.Path(path_type=Path))
@output.as_json
def actus(file: Path, as_json: bool) -> int:
    """Compute every case of FILE, in the form of the official ACTUS tests, and compare."""
    tried = try_file(file)
    if as_json:
        output.show_json(tried.to_dict())
    else:
        output.say(f"{file}: {tried.passed} passed, {tried.failed} failed")
        rows = [(each.case, each.event, each.expected, each.got) for each in tried.failures]
        if rows:
            output.table("Where they differ", ("case", "event", "expected", "got"), rows)
    return output.DOES_NOT_HOLD if tried.failed else output.DONE


@cashflow.command("schedule")
@click.option("--principal", type=Sum(), required=True, help="Yuan, such as 120000 or 12万.")
@click.option("--drawn", type=place.Day(), required=True, help="The day of the draw.")
@click.option("--matures", type=place.Day(), required=True, help="The day of maturity.")
@click.option(
    "--method",
    type=click.Choice([method.value for method in Method]),
    default=Method.LEVEL_PAYMENT.value,
    show_default=True,
)
@click.option("--rate", type=Part(), help="A fixed rate a year in per cent.")
@click.option("--reference", help="A reference rate of the packs, such as lpr_1y.")
@click.option("--margin-bp", type=int, default=0, show_default=True, help="On the reference.")
@click.option(
    "--reset", type=click.Choice([reset.value for reset in Reset]), default="anniversary",
    show_default=True, help="When the reference rate is taken up anew.",
)  # fmt: skip
@click.option("--day-count", type=click.Choice(DAY_COUNTS), default="A360", show_default=True)
@click.option("--cycle", type=click.IntRange(0), help="Months between payments; 0: one payment.")
@click.option("--pay-day", type=click.IntRange(1, 31), help="Day of the month; none: the draw's.")
@click.option("--business-days", type=click.Choice(CONVENTIONS), default="NULL", show_default=True)
@click.option("--calendar", default="china", show_default=True, help="A calendar of the packs.")
@click.option("--provisional", is_flag=True, help="Go beyond the years that were announced.")
@click.option("--interest-free-days", type=click.IntRange(0), default=0, show_default=True)
@click.option("--step", "plan", type=Step(), multiple=True, help="Of a stepped loan: DAY:SUM.")
@click.option("--prepay", type=Step(), help="Pay principal back early: DAY:SUM.")
@click.option(
    "--keep", type=click.Choice([keep.value for keep in Keep]), default=Keep.TERM.value,
    show_default=True, help="What stays as it was after --prepay.",
)  # fmt: skip
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@place.packs_option
@place.asof_option
@output.as_json
def schedule_(
    principal: int, drawn: dt.date, matures: dt.date, method: str, rate: Decimal | None,
    reference: str | None, margin_bp: int, reset: str, day_count: str, cycle: int | None,
    pay_day: int | None, business_days: str, calendar: str, provisional: bool,
    interest_free_days: int, plan: tuple[tuple[dt.date, int], ...],
    prepay: tuple[dt.date, int] | None, keep: str, as_csv: bool,
    packs: tuple[Path, ...], asof: dt.date, as_json: bool,
) -> None:  # fmt: skip
    """Lay a loan's schedule: what is repaid when, to the fen."""
    if (rate is None) == (reference is None):
        raise click.UsageError("Give either --rate or --reference.")
    pack = load(packs, asof=asof)
    found = calendar_of(pack, calendar)
    pricing: Pricing = Floating(reference or "", margin_bp, Reset(reset))
    if rate is not None:
        pricing = Fixed(rate)
    terms = LoanTerms(
        principal_fen=principal,
        drawn_on=drawn,
        matures_on=matures,
        method=Method(method),
        rate=pricing,
        day_count=day_count,
        cycle=cycle,
        pay_day=pay_day,
        business_days=business_days,
        calendar=found.provisional() if provisional else found,
        interest_free_days=interest_free_days,
        plan=plan,
    )
    rates = Rates.of(pack)
    laid = schedule(terms, rates=rates)
    early = None
    if prepay is not None:
        day, fen = prepay
        early = prepaid(terms, on=day, principal_fen=fen, keep=Keep(keep), rates=rates)
        laid = (*(each for each in laid if each.period_until <= day), *early.remaining)
    if as_json:
        output.show_json(_answer(laid, early))
    elif as_csv:
        _write_csv(laid)
    else:
        _show(laid, early)


def _answer(laid: Sequence[Instalment], early: Prepaid | None) -> dict[str, Any]:
    total = sum(each.interest_fen for each in laid) + (early.interest_fen if early else 0)
    answer: dict[str, Any] = {
        "instalments": [_row(each) for each in laid],
        "principal_fen": sum(each.principal_fen for each in laid),
        "interest_fen": total,
    }
    if early is not None:
        answer["prepaid"] = {
            "on": early.on,
            "principal_fen": early.principal_fen,
            "interest_fen": early.interest_fen,
        }
    return answer


def _row(each: Instalment) -> dict[str, Any]:
    return {**vars(each), "payment_fen": each.payment_fen}


def _write_csv(laid: Sequence[Instalment]) -> None:
    rows = [_row(each) for each in laid]
    writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _show(laid: Sequence[Instalment], early: Prepaid | None) -> None:
    rows = [
        (
            str(each.n),
            f"{each.due_on}{' (provisional)' if each.is_provisional else ''}",
            money.written(each.principal_fen),
            money.written(each.interest_fen),
            money.written(each.payment_fen),
            money.written(each.closing_fen),
            f"{each.annual_rate:%}",
        )
        for each in laid
    ]
    output.table("Schedule (yuan)", _SHOWN, rows)
    if early is not None:
        paid, due = money.written(early.principal_fen), money.written(early.interest_fen)
        output.say(f"Paid early on {early.on}: {paid} of principal, with {due} of its interest")
    output.say(f"Interest in all: {money.written(int(_answer(laid, early)['interest_fen']))}")
