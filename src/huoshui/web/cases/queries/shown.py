"""Parts of a case as its pages show them: steps, history, what was said, documents, decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from huoshui.policy.machine import Machine, shown_fields
from huoshui.policy.pack import Pack
from huoshui.policy.schema import CaseField
from huoshui.web.audit.queries.packs import pack_on
from huoshui.web.audit.rules.actor import Actor
from huoshui.web.cases.models import Case, Decision
from huoshui.web.cases.queries.cases import (
    acting_in,
    decisions_of,
    documents_of,
    machine_on,
    moves_of,
    view_of,
)
from huoshui.web.cases.queries.decisions import evidence_of
from huoshui.web.cases.rules.amounts import label_typed
from huoshui.web.cases.rules.drawing import Stop, diagram_of, steps_of
from huoshui.web.insights.rules.behind import items_of

OUTCOMES = {
    "approved": {"zh": "同意", "en": "approved"},
    "declined": {"zh": "不同意", "en": "declined"},
    "referred": {"zh": "转人工", "en": "referred to an officer"},
}
"""What pages call the outcome of a decision."""

REASONS = (
    *("decline_reason", "referral_reason", "withdraw_reason", "supply_reason"),
    *("listing_change", "listing_refusal", "delisting_reason", "subsidy_refusal"),
)
"""Vocabularies that words of reasons come from."""


def case_shown(viewer: Actor, case: Case, *, today: dt.date) -> dict[str, Any]:
    """Give what every page of a case shows, as far as the viewer may see it."""
    machine, pack = machine_on(case.kind, today), pack_on(today)
    moves, view = moves_of(viewer, case), view_of(case)
    stops = [Stop(move.state_to, move.at) for move in moves]
    party = acting_in(viewer, case).kind
    history = [
        {
            "move": move,
            "label": machine.moves[move.move].records if move.move in machine.moves else move.move,
            "said": said_shown(
                machine, pack, shown_fields(machine, view, move.fields, party=party)
            ),
            "reasons": [reason_label(pack, word) for word in move.reasons],
        }
        for move in moves
    ]
    return {
        "case": case,
        "machine": machine,
        "workflow": machine.workflow,
        "state": machine.states[case.state],
        "offering": pack.offerings.get(case.offering or ""),
        "steps": steps_of(machine, here=case.state, stops=stops),
        "diagram": diagram_of(machine, here=case.state, been=[stop.state for stop in stops]),
        "said": said_shown(machine, pack, shown_fields(machine, view, case.fields, party=party)),
        "history": list(reversed(history)),
        "documents": [
            {"document": each, "label": _document_label(machine, each.kind)}
            for each in documents_of(viewer, case)
        ],
        "decisions": [decision_shown(pack, each) for each in decisions_of(viewer, case)],
    }


def said_shown(
    machine: Machine, pack: Pack, fields: Mapping[str, object]
) -> list[dict[str, object]]:
    """Give fields with their names and what they say, ready to be written."""
    known = machine.workflow.fields
    return [
        {
            "name": name,
            "label": label_typed(known[name]),
            "type": known[name].type,
            "value": value,
            "words": _words(pack, known[name], value),
        }
        for name, value in fields.items()
        if name in known
    ]


def decision_shown(pack: Pack, decision: Decision) -> dict[str, Any]:
    """Give a decision with its reasons in both languages."""
    return {
        "decision": decision,
        "outcome": OUTCOMES.get(decision.outcome, decision.outcome),
        "reasons": [_reason_shown(pack, each) for each in decision.reasons],
    }


def evidence_shown(pack: Pack, report: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Give the report that a decision rests on with its profile by the item behind each column."""
    if report is None:
        return None
    by_item: dict[str, list[Any]] = {}
    for column in report["profile"]:
        items = sorted(items_of(pack, [column["column"]]) & pack.items.keys())
        by_item.setdefault(items[0] if len(items) == 1 else "", []).append(column)
    return {
        **report,
        "by_item": [
            {
                "label": pack.items[item].label
                if item
                else {"zh": "由多类数据算出", "en": "computed from several kinds of data"},
                "columns": columns,
            }
            for item, columns in sorted(by_item.items(), key=lambda each: (not each[0], each[0]))
        ],
    }


def decision_evidence(pack: Pack, decision: Decision) -> dict[str, Any] | None:
    """Give the evidence that a decision kept, for a page."""
    return evidence_shown(pack, evidence_of(decision))


def reason_label(pack: Pack, word: str) -> object:
    """Give what a reason's word is called."""
    for vocabulary in REASONS:
        found = pack.vocabularies.get(vocabulary)
        if found and word in found.entries:
            return found.entries[word]
    return word


def _reason_shown(pack: Pack, reason: Mapping[str, Any]) -> object:
    return reason.get("sentence") or reason_label(pack, str(reason.get("code")))


def _document_label(machine: Machine, kind: str) -> object:
    found = machine.workflow.documents.get(kind)
    return found.label if found else kind


def _words(pack: Pack, definition: CaseField, value: object) -> list[object]:
    """Give the labels behind a value that is a word, or several; nothing for other values."""
    if definition.type == "offering":
        known = pack.offerings.get(str(value))
        return [known.label if known else value]
    if definition.vocabulary is None:
        return []
    entries = pack.vocabularies[definition.vocabulary].entries
    words = value if isinstance(value, list) else [value]
    return [entries.get(str(word), word) for word in words]
