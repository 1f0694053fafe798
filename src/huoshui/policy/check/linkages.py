"""The model of resemblance has every part and level that pairs are compared by, and no other."""

from __future__ import annotations

from collections.abc import Iterator

from huoshui.kernel.errors import Problem, Refusal
from huoshui.policy.pack import Pack
from huoshui.policy.schema import LINKAGE_LEVELS, Linkage


class LinkageRefusal(Refusal):
    """Why a model of resemblance is refused."""

    MODELS = (
        "The packs read together state {count} models of resemblance, not one.",
        "State the parts in one file of linkages/; others add words of names only.",
    )
    PARTS = "The parts are {given}, not {wanted}.", "Give these parts, each once."
    LEVELS = (
        "The levels of {part} are {given}, not {wanted}.",
        "Give these levels in this order, the strongest agreement first.",
    )
    REVIEW_ABOVE = (
        "A person is asked from {review} bits on, which is not below {same}.",
        "Set review_bits below same_bits.",
    )


def check(pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with the models of resemblance."""
    stated = [each for each in pack.linkages.values() if each.parts]
    if len(stated) > 1:
        where = pack.where("linkages", stated[-1].id, "parts")
        yield LinkageRefusal.MODELS.problem(where=where, count=len(stated))
    for linkage in stated:
        yield from _model(pack, linkage)


def _model(pack: Pack, linkage: Linkage) -> Iterator[Problem]:
    where = pack.where("linkages", linkage.id, "parts")
    if set(linkage.parts) != set(LINKAGE_LEVELS):
        given, wanted = ", ".join(sorted(linkage.parts)), ", ".join(sorted(LINKAGE_LEVELS))
        yield LinkageRefusal.PARTS.problem(where=where, given=given, wanted=wanted)
    for name, part in linkage.parts.items():
        wanted_levels = LINKAGE_LEVELS.get(name, ())
        given_levels = tuple(level.id for level in part.levels)
        if wanted_levels and given_levels != wanted_levels:
            yield LinkageRefusal.LEVELS.problem(
                where=pack.where("linkages", linkage.id, "parts", name),
                part=name,
                given=", ".join(given_levels),
                wanted=", ".join(wanted_levels),
            )
    same, review = linkage.bits("same_bits"), linkage.bits("review_bits")
    if review >= same:
        where = pack.where("linkages", linkage.id, "review_bits")
        yield LinkageRefusal.REVIEW_ABOVE.problem(where=where, review=review, same=same)
