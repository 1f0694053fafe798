"""Who lives beside the firms that are told of in full, how many of each, and how they are named.

The small region has few of them.  In a city they are nine in ten: quiet firms that hold a licence
and hardly trade, shops, cooperatives; they leave few records and are the most to resolve.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from huoshui.synth import names
from huoshui.synth.misnaming import Name
from huoshui.synth.names import Naming, Parts
from huoshui.synth.places import CITY, DISTRICTS, PROVINCE, STREETS
from huoshui.synth.trades import FARM_TRADES, SHOP_TRADES, TRADES

QUIET = "quiet_firm"
"""Firms of which only the city knows; their kind is that of any firm."""


@dataclass(frozen=True)
class Crowd:
    """How many others live beside the firms, and what they are like."""

    numbers: dict[str, int]  # by kind; branches last
    naming: Naming = field(default_factory=Naming)
    shops: tuple[tuple[str, str, float], ...] = SHOP_TRADES
    streets: bool = False  # shops carry a street's name
    metered: float = 1.0  # of the shops and cooperatives that could have a meter, how many do
    twins: float = 0.0  # of the quiet firms, how many are named nearly as another
    first: int = 0  # the running number of the first subject
    in_parts: bool = False  # names are kept in parts, for all the ways of writing them wrong

    @property
    def quiet(self) -> int:
        """Give the number of quiet firms."""
        return self.numbers.get(QUIET, 0)


def of_region(firms: int) -> Crowd:
    """Say who lives beside the firms of the small region."""
    return Crowd(
        {
            "individual_business": max(16, round(firms * 0.075)),
            "cooperative": max(8, round(firms * 0.015)),
            "person": max(16, round(firms * 0.02)),
            "project": max(8, round(firms * 0.0075)),
            "branch": max(10, round(firms * 0.03)),
        }
    )


class Named(NamedTuple):
    """Subjects of one kind: their names, trade words and trade codes."""

    names: list[str]
    words: list[str]
    codes: list[str]


def others_named(rng: np.random.Generator, crowd: Crowd) -> dict[str, Named]:
    """Name all other subjects by kind, but for branches and quiet firms."""
    numbers, naming = crowd.numbers, crowd.naming
    made = {}
    shares = np.array([s for _, _, s in crowd.shops])
    shop = rng.choice(len(crowd.shops), numbers["individual_business"], p=shares).tolist()
    heads = names.trade_names(rng, len(shop), naming)
    places = rng.integers(0, len(DISTRICTS), len(shop)).tolist()
    roads = [""] * len(shop)
    if crowd.streets:
        on = rng.integers(0, 3 * len(STREETS), len(shop)).tolist()
        roads = [STREETS[n] if n < len(STREETS) else "" for n in on]
    made["individual_business"] = Named(
        [
            f"{DISTRICTS[p][1]}{r}{h}{crowd.shops[s][1]}"
            for p, r, h, s in zip(places, roads, heads, shop, strict=True)
        ],
        [crowd.shops[s][1] for s in shop],
        [crowd.shops[s][0] for s in shop],
    )
    farm = rng.integers(0, len(FARM_TRADES), numbers["cooperative"]).tolist()
    heads = names.trade_names(rng, len(farm), naming)
    made["cooperative"] = Named(
        [f"泉山县{h}{FARM_TRADES[f][1]}专业合作社" for h, f in zip(heads, farm, strict=True)],
        [FARM_TRADES[f][1] for f in farm],
        [FARM_TRADES[f][0] for f in farm],
    )
    persons = names.people(rng, numbers["person"]).tolist()
    made["person"] = Named(persons, [""] * len(persons), [""] * len(persons))
    themes = ("固态电池", "精密减速器", "基因检测", "碳化硅", "智能传感", "特种陶瓷", "创新药")
    pick = rng.integers(0, len(themes), numbers["project"]).tolist()
    heads = names.trade_names(rng, len(pick))
    made["project"] = Named(
        [f"{h}{themes[t]}中试项目" for h, t in zip(heads, pick, strict=True)],
        [themes[t] for t in pick],
        [""] * len(pick),
    )
    return made


class Quiet(NamedTuple):
    """The quiet firms: names, their parts, former names, trades and districts."""

    named: Named
    parts: list[Parts]
    former: list[str]
    district: np.ndarray  # position in DISTRICTS


def quiet_named(rng: np.random.Generator, crowd: Crowd) -> Quiet:
    """Name the quiet firms; a few are named as another but for one character."""
    count = crowd.quiet
    weights = np.array([t.weight * (1 - t.innovative) for t in TRADES])
    trade = rng.choice(len(TRADES), count, p=weights / weights.sum())
    zone = np.array([d[2] for d in DISTRICTS])
    district = rng.choice(len(DISTRICTS), count, p=zone / zone.sum())
    words = [TRADES[t].word for t in trade.tolist()]
    named, parts = names.firm_names(rng, district, words, np.zeros(count, bool), crowd.naming)
    for at in np.flatnonzero(rng.random(count) < crowd.twins).tolist():
        # The neighbour's name with another character in the trade name.
        region, head, word, legal = parts[at - 1]
        other = names.another_character(rng, head, crowd.naming)
        named[at] = named[at - 1].replace(head, other, 1)
        parts[at], words[at] = (region, other, word, legal), word
    former = former_names(rng, parts, 0.04, crowd.naming)
    trade_codes = [_CODES[w] for w in words]
    return Quiet(Named(named, words, trade_codes), parts, former, district)


_CODES = {t.word: t.code for t in TRADES}


def former_names(
    rng: np.random.Generator, parts: list[Parts], share: float, naming: Naming
) -> list[str]:
    """Give a share of firms another name that they had before."""
    other = names.trade_names(rng, len(parts), naming)
    renamed = (rng.random(len(parts)) < share).tolist()
    return [
        f"{region}{trade}{word}{legal}" if changed else ""
        for changed, trade, (region, _, word, legal) in zip(renamed, other, parts, strict=True)
    ]


def name_in_parts(
    name: str, parts: Parts | None, kind: str, word: str, district: str, former: str
) -> Name:
    """Give a subject's name as those need it who write it wrong."""
    if parts:
        region, trade, industry, legal = parts
        return Name(region, trade, industry, legal, "", "（" in name, PROVINCE, district, former)
    if kind == "branch":
        firm, legal, tail = name.partition("公司")
        return Name("", firm, "", legal, tail, False, PROVINCE, CITY, former)
    region = next((d[1] for d in DISTRICTS if name.startswith(d[1])), "")
    form = "专业合作社" if kind == "cooperative" else ""
    body = name[len(region) : len(name) - len(form) - len(word)]
    return Name(region, body, word, form, "", False, PROVINCE, CITY, former)
