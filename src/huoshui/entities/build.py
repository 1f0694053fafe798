"""The entities stage: from facts as sources give them to facts of entities, settled.

Everything depends only on the facts known (`fact_<item>`) and on the pack; the day decides no
more than which registration describes an entity.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from huoshui.entities import schema
from huoshui.entities.ops import (
    branches,
    candidates,
    decisions,
    describing,
    linking,
    name_parts,
    naming,
    particulars,
    resemblance,
    settlement,
    simplifying,
    waiting,
)
from huoshui.entities.sql import within_relation
from huoshui.kernel.step import Step, asked
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Item


def build(pack: Pack, *, asof: dt.date | None = None) -> list[Step]:
    """Describe the steps that make `subject_entity`, `settled_<item>`, `branch_link` and `entity`.

    `asof` is the pack's own day unless given.  They need a relation `fact_<item>` for every item.
    """
    return [*who(pack, asof=asof or pack.asof), *settlements(pack)]


def who(pack: Pack, *, asof: dt.date) -> list[Step]:
    """Describe who is who and what each is: all that is needed to find a subject."""
    registration = pack.items.get(schema.REGISTRATION)
    settled = [_settled(pack, registration, None)] if registration else []
    return [*links(pack), *settled, *descriptions(pack, asof=asof)]


def links(pack: Pack) -> list[Step]:
    """Describe who is who: the steps up to `subject_entity`, `unlinked` and `branch_link`."""
    registration = schema.REGISTRATION in pack.items
    branch = schema.BRANCH in pack.items
    decision = schema.DECISION in pack.items
    seen = linking.names_seen(registration=registration, branch=branch)
    given = f"SELECT name FROM {asked('name_normal')}"
    names = naming.normal_names(
        given,
        simplified="name_simplified",
        legal_forms=words(pack, schema.LEGAL_FORMS),
        bracket_words=words(pack, schema.BRACKET_WORDS),
    )
    return [
        Step("subject_seen", linking.subjects_seen(settled_items(pack))),
        Step("traditional_character", simplifying.characters()),
        Step(asked("name_normal"), linking.names_asked(seen)),
        Step("name_simplified", simplifying.simplified_names(given)),
        Step("name_normal", names, told_by=("name",)),
        Step("legacy_code", linking.legacy_codes(registration=registration)),
        Step(
            "code_standing",
            linking.code_standings(branch=branch, judged=pack.linkage is not None),
        ),
        Step("identity_word", decisions.words_said(decision=decision)),
        Step("entity_root", decisions.entity_roots()),
        Step("code_entity", linking.code_entities()),
        Step("name_bearer", linking.name_bearers(registration=registration, branch=branch)),
        Step("asker", linking.askers()),
        Step("asker_word", decisions.asker_words()),
        Step("asker_named", linking.named()),
        *_resembling(pack),
        Step("asker_entity", linking.asker_entities()),
        Step("subject_link", linking.subject_links()),
        Step("subject_entity", linking.subject_entities()),
        Step("unlinked", linking.unlinked(), "view"),
        Step("waiting", waiting.facts_waiting(settled_items(pack))),
        Step("entity_name", branches.entity_names()),
        Step("branch_listed", branches.branches_listed(branch=branch)),
        Step("branch_named", branches.branches_named(words(pack, schema.BRANCH_WORDS))),
        Step("branch_link", branches.branch_links()),
    ]


def _resembling(pack: Pack) -> list[Step]:
    """Describe which askers join an entity that they resemble, and whom a person is asked about."""
    model = pack.linkage
    if model is None:
        return [
            Step("resembled", resemblance.nobody()),
            Step("resemblance", resemblance.nothing()),
        ]
    borne = "SELECT normal FROM name_bearer UNION SELECT normal FROM asker"
    given = f"SELECT normal FROM {asked('name_part')}"
    cut = name_parts.name_parts(given, model, branch_words=words(pack, schema.BRANCH_WORDS))
    registration = pack.items.get(schema.REGISTRATION)
    return [
        Step(asked("name_part"), borne),
        Step("name_part", cut, told_by=("normal",)),
        Step("registration_told", particulars.told(registration)),
        Step(asked("address_part"), particulars.addresses_asked()),
        Step("address_part", particulars.address_parts(), told_by=("given",)),
        Step("particular", particulars.particulars()),
        Step("entity_named", candidates.entity_named()),
        Step("trade_bearer", candidates.trade_bearers()),
        Step("entity_told", candidates.entity_told()),
        Step("asker_compared", candidates.compared()),
        Step("asker_told", candidates.asker_told()),
        Step("asker_key", candidates.asker_keys()),
        Step("candidate", candidates.candidates(model)),
        Step("pair_borne", resemblance.pairs_borne()),
        Step(asked("pair_text"), resemblance.texts_asked()),
        Step("pair_text", resemblance.texts_compared(model), told_by=resemblance.TEXT),
        Step("pair_named", resemblance.pairs_named(model)),
        Step("pair_told", resemblance.pairs_told(model)),
        Step("pair_weighed", resemblance.pairs_weighed(model)),
        Step("resembled", resemblance.resembled(model)),
        Step("entity_called", resemblance.entities_called()),
        Step("resemblance", resemblance.resemblances(model)),
    ]


def settlements(pack: Pack, *, within: str | None = None) -> list[Step]:
    """Describe `settled_<item>` for every item that `who` has not settled.

    `within` names a relation of the entities that are wanted (none: all); what is settled of one
    never depends on another.
    """
    only = None if within is None else within_relation("s.entity", within)
    rest = [pack.items[i] for i in settled_items(pack) if i != schema.REGISTRATION]
    return [_settled(pack, item, only) for item in rest]


def settled_items(pack: Pack) -> list[str]:
    """Give the items that are about subjects; what says who is who is no fact of anybody."""
    return [item.id for item in pack.items.values() if item.about == "subject"]


def _settled(pack: Pack, item: Item, only: str | None) -> Step:
    return Step(f"settled_{item.id}", settlement.settled(item, pack.settlement, only))


def descriptions(pack: Pack, *, asof: dt.date) -> list[Step]:
    """Describe `entity`, which reads the settled registrations and the branch links."""
    registration = pack.items.get(schema.REGISTRATION)
    return [
        Step("registered", describing.registrations(registration, pack.settlement, asof)),
        Step("entity", describing.entities(branch=schema.BRANCH in pack.items)),
    ]


def words(pack: Pack, vocabulary: str) -> Sequence[str]:
    """Give the words of a vocabulary, or none where the pack has no such vocabulary."""
    found = pack.vocabularies.get(vocabulary)
    return tuple(found.entries) if found else ()
