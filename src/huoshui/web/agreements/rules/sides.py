"""What an act about a loan changes for the borrower, the lender and whoever stands by the loan.

Two states of the loan on the same day, without the act and with it, are told side by side, and
the two futures where what will be paid differs; what is the same in both is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from huoshui.web.agreements.rules.loan.state import LoanState
from huoshui.web.agreements.rules.relief import Effect, Future

Words = dict[str, str]
Kind = Literal["yuan", "day", "rate", "word", "count"]


@dataclass(frozen=True)
class Shift:
    """Something that is otherwise with the act than without it; null is unknown, or never."""

    label: Words
    kind: Kind
    before: object
    after: object


@dataclass(frozen=True)
class Sides:
    """What changes, for each side; nothing where a side has no rows."""

    borrower: tuple[Shift, ...]
    lender: tuple[Shift, ...]
    backers: tuple[Shift, ...]  # a guarantor, a pool: whoever bears a part of the loss

    @property
    def named(self) -> list[tuple[Words, tuple[Shift, ...]]]:
        """Name the sides."""
        return [
            ({"zh": "借款人", "en": "The borrower"}, self.borrower),
            ({"zh": "银行", "en": "The bank"}, self.lender),
            ({"zh": "担保或风险补偿方", "en": "Whoever stands by the loan"}, self.backers),
        ]


YES_NO: dict[bool, Words] = {
    True: {"zh": "是", "en": "yes"},
    False: {"zh": "否", "en": "no"},
}
_UNKNOWN_CLASS = {"zh": "未知", "en": "unknown"}


def sides(
    before: LoanState,
    after: LoanState,
    *,
    classes: tuple[Words | None, Words | None],
    effect: Effect | None = None,
) -> Sides:
    """Compare a loan with and without an act, on one day."""
    futures = (effect.without, effect.relieved) if effect else (None, None)
    told = [
        [list(side(state, future)) for side in (_borrower, _lender, _backers)]
        for state, future in zip((before, after), futures, strict=True)
    ]
    for side, name in zip(told, classes, strict=True):
        side[1].insert(0, ({"zh": "分类", "en": "class"}, "word", name or _UNKNOWN_CLASS))
    return Sides(*(_shifts(*pair) for pair in zip(*told, strict=True)))


Row = tuple[Words, Kind, object]


def _shifts(before: list[Row], after: list[Row]) -> tuple[Shift, ...]:
    return tuple(
        Shift(label, kind, one, other)
        for (label, kind, one), (_, _, other) in zip(before, after, strict=True)
        if one != other
    )


def _borrower(state: LoanState, future: Future | None) -> Iterator[Row]:
    yield {"zh": "当前应还（元）", "en": "due now, yuan"}, "yuan", state.due_fen
    yield {"zh": "结清所需（元）", "en": "settles it today, yuan"}, "yuan", state.payoff_fen
    yield {"zh": "待扣款（元）", "en": "paid in advance, yuan"}, "yuan", state.surplus_fen
    yield {"zh": "年利率", "en": "rate a year"}, "rate", state.annual_rate
    yield {"zh": "到期日", "en": "matures on"}, "day", state.matures_on
    if future is not None:
        yield (
            {"zh": "一年内要付（元）", "en": "pays within a year, yuan"},
            "yuan",
            (future.within_year_fen),
        )
        yield {"zh": "今后共付（元）", "en": "pays from now on, yuan"}, "yuan", future.paid_fen


def _lender(state: LoanState, future: Future | None) -> Iterator[Row]:
    grown = state.interest_due_fen + state.running_fen + state.penalty_fen + state.compound_fen
    on, beside = (grown, 0) if state.is_accruing else (0, grown)
    is_gone = state.written_off_on is not None
    yield {"zh": "继续计提", "en": "accrues"}, "word", YES_NO[state.is_accruing]
    yield (
        {"zh": "账上本金（元）", "en": "principal on the books, yuan"},
        "yuan",
        (state.principal_fen),
    )
    yield {"zh": "表内应收利息（元）", "en": "interest on the books, yuan"}, "yuan", on
    yield {"zh": "表外应收利息（元）", "en": "interest beside the books, yuan"}, "yuan", beside
    yield {"zh": "代垫费用（元）", "en": "costs to be repaid, yuan"}, "yuan", state.cost_fen
    yield {"zh": "已减免（元）", "en": "given up, yuan"}, "yuan", sum(state.waived.values())
    yield (
        {"zh": "已核销（元）", "en": "written off, yuan"},
        "yuan",
        (sum(state.written_off.values())),
    )
    if future is not None and not is_gone:
        yield (
            {"zh": "今后利息收入（元）", "en": "interest from now on, yuan"},
            "yuan",
            (future.interest_fen),
        )
        yield (
            {"zh": "按合同利率的现值（元）", "en": "worth at the contract rate, yuan"},
            "yuan",
            (future.value_fen),
        )


def _backers(state: LoanState, future: Future | None) -> Iterator[Row]:
    lost = state.written_off["principal"] - state.recovered["principal"]
    yield (
        {"zh": "尚在风险中的本金（元）", "en": "principal at risk, yuan"},
        "yuan",
        (state.principal_fen),
    )
    yield {"zh": "待分担的本金损失（元）", "en": "loss of principal to share, yuan"}, "yuan", lost
    if future is not None:
        yield {"zh": "担责至", "en": "stands by until"}, "day", future.ends_on
        yield (
            {"zh": "本金×天数（万元·天）", "en": "principal by days, 10,000 yuan days"},
            "count",
            (future.exposure_fen_days // 1_000_000),
        )
