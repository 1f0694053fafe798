"""What a subject may claim in subsidies: sums, windows, what outweighs what, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from huoshui.explain.numbers import LANGUAGES, Language, shown
from huoshui.explain.reports import Report, citation_report
from huoshui.matching.subsidies import Claim, Standing
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Label

_STANDINGS: Mapping[Standing, Label] = {
    "claimable": Label(zh="可申领", en="may be claimed"),
    "not_open": Label(zh="未到申领时间", en="is not open now"),
    "taken": Label(zh="已享受", en="was paid before"),
    "outweighed": Label(zh="不重复享受", en="is not paid beside another"),
    "used_up": Label(zh="合计已达上限", en="has a common cap that is reached"),
    "nothing": Label(zh="核算金额为零", en="comes to nothing"),
    "amount_unknown": Label(zh="金额未知", en="may be claimed; the sum is unknown"),
    "unknown": Label(zh="尚不能判断", en="cannot be decided yet"),
}

_PAID_TO: Mapping[str, Label] = {
    "subject": Label(zh="申请人", en="the applicant"),
    "investor": Label(zh="投资机构", en="the investor"),
    "fund_manager": Label(zh="基金管理人", en="the fund manager"),
    "institution": Label(zh="金融机构", en="the institution"),
}

_ONCE: Mapping[str, Label] = {
    "year": Label(zh="每年一次", en="once a year"),
    "ever": Label(zh="只享受一次", en="once only"),
    "case": Label(zh="每事项一次", en="once for each case"),
}


def claims_report(pack: Pack, claims: Iterable[Claim]) -> list[Report]:
    """Give every claim with its sum, its window and what stands in its way."""
    return [_report(pack, claim) for claim in claims]


def claims_lines(reports: Sequence[Report], language: Language) -> list[str]:
    """Give the sentences of a report, one a claim."""
    lines = []
    for report in reports:
        sentence = report["sentence"]
        assert isinstance(sentence, dict), "a report has a sentence in each language"
        lines.append(sentence[language])
    return lines


def _report(pack: Pack, claim: Claim) -> Report:
    offering = pack.offerings[claim.offering]
    form = offering.subsidy
    assert form is not None, "a claim is for a subsidy"
    institution = pack.institutions.get(offering.institution)
    return {
        "offering": claim.offering,
        "label": _both(offering.label),
        "institution": offering.institution,
        "institution_label": _both(institution.label) if institution else None,
        "standing": claim.standing,
        "standing_label": _both(_STANDINGS[claim.standing]),
        "verdict": claim.verdict,
        "amount_fen": claim.amount_fen,
        "formula_fen": claim.formula_fen,
        "paid_to": claim.paid_to,
        "paid_to_label": _both(_PAID_TO[claim.paid_to]),
        "once_per": claim.once_per,
        "once_per_label": _both(_ONCE[claim.once_per]),
        "opens_on": _day(claim.window.opens_on),
        "closes_on": _day(claim.window.closes_on),
        "is_open": claim.window.is_open,
        "group": claim.group,
        "behind": list(claim.behind),
        "evidence": list(form.evidence),
        "missing_evidence": list(claim.missing),
        "rivals": list(claim.rivals),
        "without_application": claim.without_application,
        "sentence": {x: _sentence(pack, claim, x) for x in LANGUAGES},
        **citation_report(pack, form.cite),
    }


def _sentence(pack: Pack, claim: Claim, language: Language) -> str:
    zh = language == "zh"
    name = getattr(pack.offerings[claim.offering].label, language)
    parts = [
        f"{name}{getattr(_STANDINGS[claim.standing], language)}"
        if zh
        else f"{name}: {getattr(_STANDINGS[claim.standing], language)}"
    ]
    if claim.amount_fen is not None:
        parts.append(_amount(pack, claim.amount_fen, language))
        if claim.formula_fen is not None and claim.amount_fen < claim.formula_fen:
            whole = _amount(pack, claim.formula_fen, language)
            parts.append(f"按公式为{whole}，受合计上限限制" if zh else f"of {whole} by the formula")
        parts.append(_paid_to(claim, language))
    parts += _window(claim, zh=zh)
    if claim.behind:
        named = _labels(pack, claim.behind, language)
        parts.append(f"因已有：{named}" if zh else f"because of {named}")
    if claim.without_application:
        parts.append("免申即享" if zh else "paid without application")
    elif claim.standing == "claimable":
        parts += _wanting(pack, claim, language)
    return ("，" if zh else ", ").join(parts)


def _paid_to(claim: Claim, language: Language) -> str:
    label = getattr(_PAID_TO[claim.paid_to], language)
    return f"付给{label}" if language == "zh" else f"paid to {label}"


def _window(claim: Claim, *, zh: bool) -> list[str]:
    opens, closes = claim.window.opens_on, claim.window.closes_on
    if claim.window.is_open:
        if closes is None:
            return []
        return [f"截止{closes}" if zh else f"until {closes}"]
    if opens is None:
        return ["不再开放" if zh else "not opening again"]
    return [f"{opens}至{closes}开放" if zh else f"open from {opens} to {closes}"]


def _wanting(pack: Pack, claim: Claim, language: Language) -> list[str]:
    """Say which evidence must be brought, and which others of the group are undecided."""
    zh, said = language == "zh", []
    if claim.missing:
        items = [getattr(pack.items[item].label, language) for item in claim.missing]
        named = ("、" if zh else ", ").join(items)
        said.append(f"需提供：{named}" if zh else f"bring: {named}")
    if claim.rivals:
        named = _labels(pack, claim.rivals, language)
        said.append(f"尚未确定、可能更高：{named}" if zh else f"not decided, maybe larger: {named}")
    return said


def _labels(pack: Pack, names: Sequence[str], language: Language) -> str:
    labels = [getattr(pack.offerings[name].label, language) for name in names]
    return ("、" if language == "zh" else ", ").join(labels)


def _amount(pack: Pack, fen: int, language: Language) -> str:
    return shown(pack, Decimal(fen), "fen", language)


def _both(label: Label) -> dict[Language, str]:
    return {"zh": label.zh, "en": label.en}


def _day(day: object) -> str | None:
    return None if day is None else str(day)
