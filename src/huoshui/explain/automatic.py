"""What an offering's automatic rule came to, as a plain dictionary and in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from huoshui.explain.numbers import LANGUAGES, Language, column_value, shown
from huoshui.explain.reports import Report, citation_report, clause_report
from huoshui.explain.sentences import clause_sentence
from huoshui.matching import AutomaticTrace, Reason
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Label

_OUTCOMES: Mapping[str, Label] = {
    "approve": Label(zh="自动审批同意", en="approved by the offering's rule"),
    "refer": Label(zh="转人工办理", en="referred to an officer"),
}


def automatic_report(pack: Pack, trace: AutomaticTrace, row: Mapping[str, object]) -> Report:
    """Give what the rule approved, or every reason why a person must look."""
    rule = pack.offerings[trace.offering].automatic
    whole = {**row, **_asked_columns(trace)}
    outcome = _OUTCOMES[trace.outcome]
    return {
        "offering": trace.offering,
        "outcome": trace.outcome,
        "outcome_label": {"zh": outcome.zh, "en": outcome.en},
        "sentence": {x: _sentence(pack, trace, whole, x) for x in LANGUAGES},
        "asked": asked_report(pack, trace),
        "limits": {
            "open_fen": trace.limits.open_fen,
            "day_taken_fen": trace.limits.day_taken_fen,
            "has_quota": trace.limits.has_quota,
            "quota_left_fen": trace.limits.quota_left_fen,
        },
        "amount_most_fen": trace.amount_most_fen,
        "months_most": trace.months_most,
        "granted": None
        if trace.outcome == "refer"
        else {
            "amount_fen": trace.amount_fen,
            "rate_bp": trace.rate_bp,
            "months": trace.months,
        },
        "reasons": [_reason_report(pack, reason, whole) for reason in trace.reasons],
        "clauses": [clause_report(pack, clause, whole) for clause in trace.clauses],
        **(citation_report(pack, rule.cite) if rule else {}),
    }


def asked_report(pack: Pack, trace: AutomaticTrace) -> Report:
    """Give what the application asks for."""
    asked = _asked_columns(trace)
    return {
        "amount_fen": trace.asked.amount_fen,
        "months": trace.asked.months,
        "purpose": trace.asked.purpose,
        "shown": {
            x: {name: column_value(pack, name, asked[name], x) for name in asked} for x in LANGUAGES
        },
    }


def _asked_columns(trace: AutomaticTrace) -> dict[str, object]:
    return {
        "asked_fen": trace.asked.amount_fen,
        "asked_months": trace.asked.months,
        "asked_purpose": trace.asked.purpose,
        "open_fen": trace.limits.open_fen,
    }


def _reason_report(pack: Pack, reason: Reason, row: Mapping[str, object]) -> Report:
    label = _label(pack, reason)
    return {
        "reason": reason.code,
        "label": {"zh": label.zh, "en": label.en},
        "clause": reason.clause.id if reason.clause else None,
        "asked": reason.asked,
        "limit": reason.limit,
        "unit": reason.unit,
        "sentence": {x: _reason(pack, reason, row, x) for x in LANGUAGES},
    }


def _label(pack: Pack, reason: Reason) -> Label:
    words = pack.vocabularies.get("referral_reason")
    said = words.entries.get(reason.code) if words else None
    return said or Label(zh=reason.code, en=reason.code)


def _reason(pack: Pack, reason: Reason, row: Mapping[str, object], language: Language) -> str:
    """Say a reason, with the clause or the two numbers behind it."""
    zh = language == "zh"
    label = getattr(_label(pack, reason), language)
    if reason.clause is not None:
        told = clause_sentence(pack, reason.clause, row, language)
    elif reason.asked is not None and reason.limit is not None:
        asked = shown(pack, Decimal(reason.asked), reason.unit, language)
        limit = shown(pack, Decimal(reason.limit), reason.unit, language)
        told = f"{asked}，界限为 {limit}" if zh else f"{asked}, where the bound is {limit}"
    else:
        return str(label)
    return f"{label}：{told}" if zh else f"{label}: {told}"


def _sentence(
    pack: Pack, trace: AutomaticTrace, row: Mapping[str, object], language: Language
) -> str:
    zh = language == "zh"
    lead = getattr(_OUTCOMES[trace.outcome], language)
    if trace.outcome == "refer":
        reasons = [_reason(pack, reason, row, language) for reason in trace.reasons]
        return f"{lead}：{'；'.join(reasons)}" if zh else f"{lead}: {'; '.join(reasons)}"
    amount = shown(pack, trace.amount_fen, "fen", language)
    rate = shown(pack, trace.rate_bp, "bp", language)
    if zh:
        return f"{lead}：{amount}，年利率 {rate}，期限 {trace.months} 个月"
    return f"{lead}: {amount} at {rate} a year for {trace.months} months"
