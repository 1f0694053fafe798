"""Sharing of losses and decision tables told as rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from huoshui.explain.numbers import LANGUAGES, shown
from huoshui.explain.reports import Report, citation_report
from huoshui.explain.rules.words import Teller, Words, both
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Bearer, DecisionTable, Funder, Label, LossPart, Sharing
from huoshui.policy.schema.tables import TableColumn

_LOSS: tuple[tuple[str, Label], ...] = (
    ("bad_principal", Label(zh="不良贷款本金", en="Principal of bad loans")),
    ("overdue_principal", Label(zh="逾期未清偿本金", en="Overdue principal")),
    ("interest", Label(zh="利息", en="Interest")),
)
_COUNTS: Mapping[bool | None, Words] = {
    True: {"zh": "计入损失", "en": "counts"},
    False: {"zh": "不计入损失", "en": "does not count"},
    None: {"zh": "未知", "en": "not known"},
}
_BOUND: Mapping[str, Words] = {
    "exactly": {"zh": "", "en": ""},
    "at_least": {"zh": "不低于", "en": "at least "},
    "at_most": {"zh": "不超过", "en": "at most "},
    "remainder": {"zh": "其余部分", "en": "the remainder"},
}


def sharing_rule(pack: Pack, sharing: Sharing) -> Report:
    """Tell an arrangement: who pays in, what is the loss, who bears which part of it."""
    teller = Teller(pack, sharing.values)
    return {
        "form": sharing.form,
        "region": sharing.region,
        "clauses": [teller.clause(clause) for clause in sharing.clauses],
        "funders": [_party(pack, teller, funder) for funder in sharing.funders],
        "bearers": [_party(pack, teller, bearer) for bearer in sharing.bearers],
        "loss": {
            "says": teller.sentence(sharing.loss.say, None),
            "parts": [_loss_part(pack, label, getattr(sharing.loss, key)) for key, label in _LOSS],
            "claimable_after": _after(teller, sharing.loss.claimable_after_days),
        },
        "limits": [
            {
                **citation_report(pack, limit.cite),
                "id": limit.id,
                "kind": limit.kind,
                "says": teller.sentence(limit.say, None),  # not the cited place's own words
                "value": teller.timeline(limit.value),
            }
            for limit in sharing.limits
        ],
        "values": [teller.timeline(name) for name in sharing.values],
    }


def _party(pack: Pack, teller: Teller, party: Funder | Bearer) -> Report:
    bound = party.bound if isinstance(party, Bearer) else "exactly"
    told: Words
    if party.share is not None:
        formula = teller.formula(party.share)
        told = {x: _BOUND[bound][x] + formula[x] for x in LANGUAGES}
    elif bound == "remainder":
        told = dict(_BOUND[bound])
    else:
        told = {x: shown(pack, None, None, x) for x in LANGUAGES}
    return {
        "id": party.id,
        "label": both(party.label),
        "share": told,
        "known": party.share is not None or bound == "remainder",
        "bound": bound,
        **citation_report(pack, party.cite),
    }


def _loss_part(pack: Pack, label: Label, part: LossPart) -> Report:
    return {
        **citation_report(pack, part.cite),
        "label": both(label),
        "counts": part.counts,
        "says": _COUNTS[part.counts],
    }


def _after(teller: Teller, name: str | None) -> Report | None:
    return None if name is None else teller.timeline(name)


def table_rule(pack: Pack, table: DecisionTable) -> Report:
    """Tell a table: what it asks, and what each row gives, in the order they are asked."""
    teller = Teller(pack, table.values)
    return {
        "inputs": _columns(pack, table.inputs),
        "outputs": _columns(pack, table.outputs),
        "rows": [
            {
                **citation_report(pack, row.cite),
                "id": row.id,
                "when": teller.formula(row.when) if row.when else None,
                "says": teller.sentence(row.say, row.when),
                "gives": {
                    name: _given(pack, teller, table.outputs[name], text)
                    for name, text in row.gives.items()
                },
            }
            for row in table.rows
        ],
        "values": [teller.timeline(name) for name in table.values],
    }


def _given(pack: Pack, teller: Teller, column: TableColumn, text: str | None) -> Words:
    if text is None:
        return {x: shown(pack, None, None, x) for x in LANGUAGES}
    entries = pack.vocabularies[column.vocabulary].entries if column.vocabulary else {}
    label = entries.get(text.strip("'"))
    return both(label) if label else teller.formula(text)


def _columns(pack: Pack, columns: Mapping[str, TableColumn]) -> list[Report]:
    return [
        {
            "id": name,
            "label": both(column.label),
            "type": column.type,
            "unit": column.unit,
            "words": _words(pack, column.vocabulary),
        }
        for name, column in columns.items()
    ]


def _words(pack: Pack, vocabulary: str | None) -> list[Words]:
    entries: Iterable[Label] = (
        pack.vocabularies[vocabulary].entries.values() if vocabulary in pack.vocabularies else ()
    )
    return [both(label) for label in entries]
