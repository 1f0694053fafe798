"""Scores a plain table with a rating and no pack, by the same code that scores a profile.

Needs none of the modelling libraries: a fitted card is points to look up and add.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from pydantic import ValidationError

from huoshui.kernel.errors import Refusal, Refused, Where
from huoshui.policy.pack import Pack
from huoshui.policy.reading import read
from huoshui.policy.schema import Rating, Unit
from huoshui.ratings import compile_rating, score

UNITS = {
    "point": Unit.model_validate({"label": {"zh": "分", "en": "points"}}),
    "fen": Unit.model_validate({"label": {"zh": "分钱", "en": "fen"}, "whole": True}),
}
"""What scores and lines are counted in, where no pack says it."""


class CardRefusal(Refusal):
    """Why a saved card is not used."""

    NO_CARD = "There is no card at {path}.", "Give the file of a rating, such as ratings/<id>.yaml."
    NOT_A_CARD = "{path} is not a rating: {detail}.", "Give a file that `model fit` wrote."
    READS_MORE = (
        "The rating {rating} has conditions besides its criteria.",
        "Score it with its pack: `huoshui rate`.",
    )


def card_at(path: Path) -> Rating:
    """Read a saved card."""
    where = Where(str(path))
    if not path.is_file():
        raise CardRefusal.NO_CARD.refuse(where=where, path=path)
    document = read(path.read_bytes(), path.name)
    Refused.raise_any(document.problems)
    try:
        return Rating.model_validate(document.content)
    except ValidationError as error:
        detail = error.errors()[0]
        said = f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}"
        raise CardRefusal.NOT_A_CARD.refuse(where=where, path=path, detail=said) from None


def score_table(card: Rating | Path, table: pa.Table) -> pa.Table:
    """Append a rating's five columns to a table that has the columns it reads.

    A card remembers what its columns were called in the table it was fitted on.
    """
    rating = card if isinstance(card, Rating) else card_at(card)
    if rating.hard or rating.bonus or rating.applies_when:
        raise CardRefusal.READS_MORE.refuse(rating=rating.id)
    pack = _no_pack(rating)
    named = rating.fitted or {}
    given = {}
    for group in rating.groups:
        for criterion in group.criteria:
            name = named.get(f"column_{criterion.indicator}", criterion.indicator)
            if name in table.column_names:
                given[criterion.indicator] = table[name]
    scheme = compile_rating(pack, rating, asof=pack.asof)
    columns = pa.table(given) if given else table.select([])
    for field, column in score(scheme, columns).items():
        table = table.append_column(field, column)
    return table


def _no_pack(rating: Rating) -> Pack:
    """Make a pack that holds the rating alone, on the day it was made."""
    return Pack(
        asof=rating.checked_on,
        digest="",
        units=UNITS,
        sources={},
        vocabularies={},
        constants={},
        categories={},
        items={},
        feeds={},
        indicators={},
        ratings={rating.id: rating},
        institutions={},
        offerings={},
        entities={},
        documents={},
        example_documents={},
    )
