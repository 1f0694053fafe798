"""Why a record and an entity are thought to be one: what each part adds, from the odds before.

The bars add up to the pair's weight, so that a person sees which agreement carried it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from huoshui.policy.pack import Pack
from huoshui.policy.schema import Label

PRIOR = "prior"


@dataclass(frozen=True)
class Bar:
    """What one part adds, and why."""

    part: str  # of `LINKAGE_LEVELS`, or `prior`
    level: str
    bits: float
    label: Label
    sentence: Label


def waterfall(pack: Pack, row: Mapping[str, object]) -> list[Bar]:
    """Turn a row of `resemblance` into bars: the odds before, then each part that was compared."""
    model = pack.linkage
    assert model is not None, "a row of resemblance comes of a model"
    assert model.one_in is not None, "a model has its prior"
    one_in = f"{model.one_in.value:,}"
    prior = Label(
        zh=f"不看任何内容时，每{one_in}个主体中有一个是它",
        en=f"Before anything is compared, one in {one_in} entities is the one",
    )
    bars = [Bar(PRIOR, "", model.prior_bits, Label(zh="先验", en="Beforehand"), prior)]
    for name, part in model.parts.items():
        found = row.get(f"level_{name}")
        for level in part.levels:
            if level.id == found:
                mine, theirs = row.get(f"mine_{name}") or "—", row.get(f"theirs_{name}") or "—"
                sentence = Label(
                    zh=level.say.zh.format(mine=mine, theirs=theirs),
                    en=level.say.en.format(mine=mine, theirs=theirs),
                )
                bars.append(Bar(name, level.id, level.bits, part.label, sentence))
    return bars
