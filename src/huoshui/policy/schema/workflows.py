"""Workflows: the states of a kind of case, the moves between them, and who may make them when.

A case is where it is because of its moves; `huoshui.policy.machine` reads these forms.  Words that
the program must understand (guards, effects, types of field) are closed lists here; all else, every
number included, is the pack's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from huoshui.policy.schema.parts import Cite, Dated, Definition, Form, Identifier, Label
from huoshui.policy.schema.roles import InstitutionKind

Mover = Literal["subject", "proposer", "institution", "operator", "system"]
"""Who makes a move; the proposer is the institution that a case is about, where one is."""

GuardWord = Literal[
    "consent_given",
    "offering_in_force",
    "offering_open",
    "quota_left",
    "own_offering",
    "no_other_open",
    "subsidy_claimable",
    "within_claim",
    "evidence_in_hand",
    "documents_given",
    "other_person",
    "made",
    "not_made",
    "at_most",
    "above",
    "deadline_passed",
]

GUARDS: Mapping[str, Label] = {
    "consent_given": Label(
        zh="申请人已授权本机构查询所需数据", en="the applicant has consented to the reading needed"
    ),
    "offering_in_force": Label(zh="产品仍在有效期内", en="the offering is in force"),
    "offering_open": Label(
        zh="按已知数据，产品对申请人开放", en="the offering is open to the applicant"
    ),
    "quota_left": Label(zh="产品额度尚有余量", en="the offering has quota left"),
    "own_offering": Label(zh="所选为本机构的产品", en="the offering is the institution's own"),
    "no_other_open": Label(
        zh="对同一产品没有另一件在办申请", en="no other application for the offering is open"
    ),
    "subsidy_claimable": Label(
        zh="补贴今日可申领", en="the subsidy may be claimed by the applicant today"
    ),
    "within_claim": Label(
        zh="金额不超过核算金额", en="the sum is at most what the subsidy's rule gives"
    ),
    "evidence_in_hand": Label(zh="佐证数据均已归集", en="all the evidence is in hand"),
    "documents_given": Label(zh="所需材料已经提交", en="the documents needed are given"),
    "other_person": Label(zh="不是同一人办理", en="another person than before makes the move"),
    "made": Label(zh="此前已办过该步骤", en="the other move has been made"),
    "not_made": Label(zh="此前未办过该步骤", en="the other move has not been made"),
    "at_most": Label(zh="金额不超过限额", en="the number is at most the limit"),
    "above": Label(zh="金额超过限额", en="the number is above the limit"),
    "deadline_passed": Label(zh="期限已过", en="the deadline has passed"),
}
"""Every guard there is, with what holds when it lets a move pass."""

FACT_GUARDS = (
    "consent_given",
    "offering_in_force",
    "offering_open",
    "quota_left",
    "own_offering",
    "no_other_open",
    "subsidy_claimable",
    "within_claim",
    "evidence_in_hand",
)
"""Guards that the machine cannot decide from the case: whoever asks gives it their facts."""

EFFECTS: Mapping[str, Label] = {
    "ask_rule": Label(zh="交由自动审批规则判断", en="the offering's automatic rule is asked"),
    "approve": Label(zh="形成同意的审批决定", en="an approval is written"),
    "decline": Label(zh="形成不同意的审批决定", en="a refusal is written"),
    "take_quota": Label(zh="占用产品额度", en="the offering's quota is taken"),
    "give_back_quota": Label(zh="释放产品额度", en="the quota taken is given back"),
    "open_agreement": Label(zh="生成待满足条件的协议", en="an agreement is made"),
    "open_application": Label(zh="据此起草申请", en="an application is drafted from it"),
    "answer": Label(zh="记录机构的响应", en="an institution's answer is kept"),
}
"""What a move may bring about beside its state; the app carries it out in one transaction."""

Effect = Literal[
    "ask_rule",
    "approve",
    "decline",
    "take_quota",
    "give_back_quota",
    "open_agreement",
    "open_application",
    "answer",
]


class Deadline(Form):
    """How long a case may stay in a state, and the system's move when that has passed."""

    days: Identifier  # one of the workflow's values, in days
    then: Identifier  # a move of the system


class State(Form):
    """Where a case may be."""

    label: Label
    meaning: Label
    waits_for: Mover | None = None  # null where the case has ended
    ends: bool = False
    well: bool | None = None  # of an end: whether the purpose was reached; for colours only
    deadline: Deadline | None = None


class Guard(Form):
    """Something that must hold for a move to be made."""

    is_: Annotated[GuardWord, Field(alias="is")]
    move: Identifier | None = None  # for other_person, made, not_made
    field: Identifier | None = None  # for at_most and above: a field of the case
    value: Identifier | None = None  # for at_most and above: a value of the workflow

    model_config = ConfigDict(populate_by_name=True)


class CaseField(Form):
    """Something that whoever makes a move says."""

    label: Label
    help: Label | None = None
    type: Literal["money", "months", "bp", "choice", "choices", "text", "day", "offering"]
    vocabulary: Identifier | None = None  # for choice and choices
    least: Identifier | None = None  # a value: the smallest number; without it 1, and 0 for bp
    most: Identifier | None = None  # a value: the largest number, or the most characters of text
    shown: Literal["all", "after_approval", "inside"] = "all"  # to whom beside the mover's party
    keeps: Literal["case", "move"] = "case"  # with what it is kept; a later move says it anew


class Needed(Form):
    """From which number on a document is needed."""

    field: Identifier
    above: Identifier  # a value of the workflow


class DocumentKind(Form):
    """A kind of paper that may be put to a case."""

    label: Label
    media_types: tuple[str, ...]
    bytes_most: Identifier  # one of the workflow's values
    required_for: tuple[Identifier, ...] = ()  # moves with the guard documents_given
    required_when: Needed | None = None  # null: always


class Move(Form):
    """A step: from some states to one, by somebody, under guards."""

    label: Label  # what the button says
    records: Label  # what the record says was done
    from_: Annotated[tuple[Identifier, ...], Field(alias="from")]  # empty: it opens the case
    to: Identifier
    party: Mover
    by: str | None = None  # the permission needed; null for the system's moves
    guards: tuple[Guard, ...] = ()
    fields: tuple[Identifier, ...] = ()  # must be said
    optional: tuple[Identifier, ...] = ()  # may be said
    reasons: Identifier | None = None  # a vocabulary: at least one word must be given
    effects: tuple[Effect, ...] = ()
    main: bool = False  # the way a case goes when all is well; drawn in a straight line

    model_config = ConfigDict(populate_by_name=True)


class Workflow(Definition):
    """A kind of case: where it may be, what may be done there, by whom, and until when.

    A move without `from` opens a case; of each party that may, there is one.  A case is about a
    subject, or about an institution: then the moves of that institution are the proposer's, and
    `institution` is whoever decides.
    """

    about: Literal["subject", "institution"] = "subject"
    subject_kinds: tuple[Identifier, ...] = ()  # words of subject_kind; where about a subject
    institution_kinds: tuple[InstitutionKind, ...] = ()  # where about an institution
    states: dict[Identifier, State]
    moves: dict[Identifier, Move]
    fields: dict[Identifier, CaseField] = {}
    documents: dict[Identifier, DocumentKind] = {}
    values: dict[Identifier, Dated] = {}
    cite: Cite

    @property
    def openings(self) -> tuple[str, ...]:
        """Name the moves that open a case, in the order of the file."""
        return tuple(name for name, move in self.moves.items() if not move.from_)

    @property
    def opening(self) -> str:
        """Name the move that opens a case, the first where several parties may."""
        return self.openings[0]
