"""Names of invented firms, shops, cooperatives and people, and the other ways of writing them.

A firm's name is region, trade name of two common characters, trade word and legal form, so that
two firms share a name now and then, as they do on any register.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from huoshui.synth.places import CITY, DISTRICTS
from huoshui.synth.trades import GIVEN, SURNAMES, TRADE_CHARACTERS

LEGAL_FORMS = ("有限公司", "有限责任公司", "股份有限公司")

Parts = tuple[str, str, str, str]
"""Region, trade name, trade word and legal form of a firm's name."""


@dataclass(frozen=True)
class Naming:
    """What trade names are made of: a larger place has more of them, or all would be one."""

    characters: str = TRADE_CHARACTERS
    longer: tuple[float, ...] = ()  # the share of names with three characters, with four ...


TWO_CHARACTERS = Naming()


def trade_names(rng: np.random.Generator, count: int, naming: Naming = TWO_CHARACTERS) -> list[str]:
    """Draw trade names, of two characters where nothing else is said."""
    characters = naming.characters
    pairs = rng.integers(0, len(characters), (count, 2 + len(naming.longer))).tolist()
    if not naming.longer:
        return [characters[a] + characters[b] for a, b in pairs]
    lengths = np.digitize(rng.random(count), 1 - np.cumsum(naming.longer[::-1])[::-1]) + 2
    return [
        "".join([characters[at] for at in drawn[:length]])
        for drawn, length in zip(pairs, lengths.tolist(), strict=True)
    ]


def another_character(rng: np.random.Generator, name: str, naming: Naming) -> str:
    """Put another character for the last of a trade name."""
    choices = naming.characters.replace(name[-1], "")
    return name[:-1] + choices[int(rng.integers(0, len(choices)))]


def people(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw names of people who do not exist."""
    draws = rng.integers(0, 1 << 30, (count, 4)).tolist()
    return np.array(
        [
            SURNAMES[a % len(SURNAMES)]
            + GIVEN[b % len(GIVEN)]
            + (GIVEN[c % len(GIVEN)] if d % 3 else "")
            for a, b, c, d in draws
        ]
    )


def firm_names(
    rng: np.random.Generator,
    districts: np.ndarray,
    words: list[str],
    large: np.ndarray,
    naming: Naming = TWO_CHARACTERS,
) -> tuple[list[str], list[Parts]]:
    """Draw names of firms; also give each name's parts (region, trade name, word, legal form)."""
    count = len(districts)
    shape = rng.random((count, 3)).tolist()
    names, parts = [], []
    for (where, bracket, form), district, trade, word, big in zip(
        shape,
        districts.tolist(),
        trade_names(rng, count, naming),
        words,
        large.tolist(),
        strict=True,
    ):
        region = CITY if where < 0.6 else CITY[:2] if where < 0.8 else DISTRICTS[district][1]
        legal = LEGAL_FORMS[2] if big and form < 0.3 else LEGAL_FORMS[1 if form > 0.8 else 0]
        bracketed = bracket < 0.12
        name = f"{trade}（{region}）{word}{legal}" if bracketed else f"{region}{trade}{word}{legal}"
        names.append(name)
        parts.append((region, trade, word, legal))
    return names, parts


def variants(name: str, parts: Parts, former: str) -> tuple[str, ...]:
    """Write one firm's name in the ways that offices do, the former name last.

    >>> variants("活水市清越软件有限责任公司", ("活水市", "清越", "软件", "有限责任公司"), "")[0]
    '清越（活水市）软件有限责任公司'
    """
    region, trade, word, legal = parts
    moved = f"{region}{trade}{word}{legal}" if "（" in name else f"{trade}（{region}）{word}{legal}"
    halves = name.replace("（", "(").replace("）", ")")
    narrow = halves if halves != name else f"{name}　"
    spaced = f" {region} {trade}{word} {legal}" if "（" not in name else name.replace("（", " （")
    short = {"有限责任公司": "有限公司", "股份有限公司": "股份公司", "有限公司": "有限责任公司"}[
        legal
    ]
    shortened = name[: -len(legal)] + short
    return moved, narrow, spaced, shortened, former or shortened


VARIANT_KINDS = ("region_moved", "full_width", "spaces", "legal_form", "former_name")
"""What `variants` gives, in its order."""
