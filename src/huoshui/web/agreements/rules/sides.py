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
        if one != other and other is not None
    )


def _yuan(zh: str, en: str, fen: int) -> Row:
    return {"zh": f"{zh}（元）", "en": f"{en}, yuan"}, "yuan", fen


def _borrower(state: LoanState, future: Future | None) -> Iterator[Row]:
    gone = sum(state.written_off.values()) - sum(state.recovered.values())
    is_gone = state.written_off_on is not None  # then it is owed as before, and due as it comes
    yield (*_yuan("当前应还", "due now", 0)[:2], None if is_gone else state.due_fen)
    yield _yuan("全部欠款", "owes in all", state.payoff_fen + gone)
    yield _yuan("待扣款", "paid in advance", state.surplus_fen)
    yield {"zh": "年利率", "en": "rate a year"}, "rate", state.annual_rate
    yield {"zh": "到期日", "en": "matures on"}, "day", state.matures_on
    if future is not None:
        first = next(iter(future.flows), None)
        yield {"zh": "下次还款日", "en": "next payment on"}, "day", first and first.on
        yield _yuan("下次还款", "next payment", first.amount_fen if first else 0)
        yield _yuan("一年内要付", "pays within a year", future.within_year_fen)
        yield _yuan("今后共付", "pays from now on", future.paid_fen)


def _lender(state: LoanState, future: Future | None) -> Iterator[Row]:
    grown = state.interest_due_fen + state.running_fen + state.penalty_fen + state.compound_fen
    on, beside = (grown, 0) if state.is_accruing else (0, grown)
    yield {"zh": "继续计提", "en": "accrues"}, "word", YES_NO[state.is_accruing]
    yield _yuan("账上本金", "principal on the books", state.principal_fen)
    yield _yuan("表内应收利息", "interest on the books", on)
    yield _yuan("表外应收利息", "interest beside the books", beside)
    yield _yuan("代垫费用", "costs to be repaid", state.cost_fen)
    yield _yuan("已减免", "given up", sum(state.waived.values()))
    yield _yuan("已核销", "written off", sum(state.written_off.values()))
    if future is not None:
        yield _yuan("今后利息收入", "interest from now on", future.interest_fen)
        yield _yuan("按合同利率的现值", "worth at the contract rate", future.value_fen)


def _backers(state: LoanState, future: Future | None) -> Iterator[Row]:
    lost = state.written_off["principal"] - state.recovered["principal"]
    yield _yuan("尚在风险中的本金", "principal at risk", state.principal_fen)
    yield _yuan("待分担的本金损失", "loss of principal to share", lost)
    if future is not None:
        yield {"zh": "担责至", "en": "stands by until"}, "day", future.ends_on
        days = future.exposure_fen_days // 1_000_000
        yield {"zh": "本金×天数（万元·天）", "en": "principal by days, 10,000 yuan"}, "count", days
