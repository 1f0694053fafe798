"""Worlds with the model of resemblance that the packs ship, and people's words on who is who."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache

import yaml

from huoshui.policy.pack import Pack
from huoshui.policy.schema import Linkage
from tests.entities.worlds import Bench, Row, fact, item_of, linked, settlement_of, world_pack
from tests.given import ROOT

RULE = settlement_of(["latest_true", "latest_known"])

ITEMS = {
    item.id: item
    for item in (
        item_of(
            "registration",
            {
                "legacy_no": "text",
                "former_name": "text",
                "representative": "text",
                "address": "text",
                "phone": "text",
            },
            ["true_from"],
        ),
        item_of("branch", {"branch_code": "text", "branch_name": "text"}, ["branch_code"]),
        item_of("loan", {"contract_no": "text"}, ["contract_no"]),
        item_of(
            "identity_decision", {"entity_code": "text", "is_same": "flag"}, ["entity_code"]
        ).model_copy(update={"about": "identity"}),
    )
}


@cache
def pack() -> Pack:
    """Make the pack of such a world, with the model and the places of the fictional region."""
    linkages = {}
    for path in (
        "common/linkages/subject.yaml",
        "common/linkages/look_alikes.yaml",
        "demo/linkages/demo_places.yaml",
    ):
        given = yaml.safe_load((ROOT / "packs" / path).read_text("utf-8"))
        linkages[given["id"]] = Linkage.model_validate(given)
    return world_pack(RULE, ITEMS, linkages=linkages)


def world(**facts: Sequence[Row]) -> Bench:
    """Link facts with the model."""
    return linked(pack(), facts)


def registered(code: str | None, name: str, row: int = 1, **told: object) -> Row:
    """Make a registration."""
    return fact((code, name), row, **told)


def word(
    subject: tuple[str | None, str | None],
    entity: str,
    is_same: bool | None,
    *,
    day: int = 1,
    batch: int = 9,
) -> Row:
    """Make a person's word on a pair; None takes the earlier ones back."""
    told = dt.date(2026, 5, day)
    return fact(subject, day, entity_code=entity, is_same=is_same, true_from=told, batch=batch)


def who(bench: Bench) -> dict[tuple[object, object], tuple[object, object]]:
    """Give the entity of every way of naming a subject, and how it was found."""
    return {
        (code, name): (entity, how)
        for code, name, entity, how in bench.rows("SELECT * FROM subject_entity")
    }
