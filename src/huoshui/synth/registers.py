"""A register of market entities to link records with: an invented one, or one that somebody has.

The invented one is as crowded as a real city's: a million bodies share some seventy trades, so
that many names differ by one character and only the rest of the record tells bodies apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from huoshui.synth import codes
from huoshui.synth.lookalikes import TRADE_CHARACTERS
from huoshui.synth.misnaming import Cutter, Name
from huoshui.synth.names import people
from huoshui.synth.places import CITY, DISTRICTS
from huoshui.synth.trades import FARM_TRADES, SHOP_TRADES, TRADES

PROVINCE = "示例省"
STREETS = 3_000

COLUMNS = {
    "name": "企业名称",
    "code": "统一社会信用代码",
    "established_on": "注册日期",
    "representative": "法人代表",
    "above": "所在省份",
    "within": "地区",
    "address": "注册地址",
}
"""The headings of a register that somebody has, by what they hold."""


@dataclass(frozen=True)
class Register:
    """Market entities, one element of each list a body."""

    names: list[Name]
    written: list[str]
    code: list[str]
    representative: list[str | None]
    address: list[str | None]
    phone: list[str | None]
    established_on: list[str | None]

    def __len__(self) -> int:
        return len(self.names)


def read(path: Path) -> Register:
    """Read a register from a Parquet file with the headings of `COLUMNS`."""
    table = pq.read_table(path, columns=list(COLUMNS.values()))
    held = {name: table.column(heading).to_pylist() for name, heading in COLUMNS.items()}
    above, within = ([place or "" for place in held[name]] for name in ("above", "within"))
    cutter = Cutter.of(held["name"], {*above, *within})
    return Register(
        names=[
            cutter.cut(name, above=province, within=city)
            for name, province, city in zip(held["name"], above, within, strict=True)
        ],
        written=held["name"],
        code=held["code"],
        representative=held["representative"],
        address=held["address"],
        phone=[None] * table.num_rows,
        established_on=held["established_on"],
    )


def invented(count: int, rng: np.random.Generator) -> Register:
    """Draw so many bodies of the fictional city; no two bear one name in one place."""
    names: list[Name] = []
    seen: set[tuple[str, str, str]] = set()
    while len(names) < count:
        for name in _names(rng, count - len(names) + 1_000):
            borne = (name.region[:2], name.trade, name.industry)  # whatever the legal form
            if borne not in seen and len(names) < count:
                seen.add(borne)
                names.append(name)
    places = {name: place for place, (_, name, _) in enumerate(DISTRICTS)}
    district = np.array([places[name.within] for name in names])
    numbers = np.array([int(code) for code, _, _ in DISTRICTS])[district]
    kinds = np.array(["93" if "合作社" in n.form else "91" if n.form else "92" for n in names])
    code = np.empty(count, dtype="U18")
    for kind in ("91", "92", "93"):
        here = np.flatnonzero(kinds == kind)
        code[here] = codes.credit_codes(kind, numbers[here], here)
    days = np.datetime64("2001-01-01") + rng.integers(0, 9_000, count)
    return Register(
        names=names,
        written=[name.written for name in names],
        code=code.tolist(),
        representative=people(rng, count).tolist(),
        address=addresses(rng, district),
        phone=phones(rng, count, 0.7),
        established_on=days.astype(str).tolist(),
    )


def _names(rng: np.random.Generator, count: int) -> list[Name]:
    """Draw names: seven in ten of companies, a quarter of shops, the rest of cooperatives."""
    firms = [t.word for t in TRADES]
    shops = [word for _, word, _ in SHOP_TRADES]
    farms = [word for _, word in FARM_TRADES]
    weight = np.array([t.weight for t in TRADES])
    at = rng.choice(len(firms), count, p=weight / weight.sum()).tolist()
    made = []
    share = np.array([s for _, _, s in DISTRICTS])
    places = rng.choice(len(DISTRICTS), count, p=share / share.sum()).tolist()
    draws = rng.random((count, 4)).tolist()
    for trade, n, place, draw in zip(trade_names(rng, count), at, places, draws, strict=True):
        which, form, where, bracket = draw
        district = DISTRICTS[place][1]
        region = CITY if where < 0.5 else CITY[:2] if where < 0.75 else district
        bracketed = False
        if which < 0.70:
            industry, bracketed = firms[n], bracket < 0.08
            legal = "有限责任公司" if form > 0.8 else "股份有限公司" if form < 0.05 else "有限公司"
        elif which < 0.95:
            industry, legal, region = shops[n % len(shops)], "", district
        else:
            industry, legal = farms[n % len(farms)], "专业合作社"
        made.append(Name(region, trade, industry, legal, "", bracketed, PROVINCE, district))
    return made


def trade_names(rng: np.random.Generator, count: int) -> list[str]:
    """Draw trade names: mostly two characters, some three or four, the liked ones often."""
    liked = 1 / (np.arange(len(TRADE_CHARACTERS)) + 40.0)
    drawn = rng.choice(len(TRADE_CHARACTERS), (count, 4), p=liked / liked.sum()).tolist()
    long = rng.choice([2, 3, 4], count, p=[0.6, 0.28, 0.12]).tolist()
    return [
        "".join(TRADE_CHARACTERS[place] for place in row[:size])
        for row, size in zip(drawn, long, strict=True)
    ]


def addresses(rng: np.random.Generator, district: np.ndarray) -> list[str | None]:
    """Draw addresses: province, city, district, street, number, and often building and room."""
    ways = ("路", "街", "大道", "巷")
    pairs = rng.integers(0, len(TRADE_CHARACTERS), (STREETS, 2)).tolist()
    streets = [
        TRADE_CHARACTERS[a] + TRADE_CHARACTERS[b] + ways[n % len(ways)]
        for n, (a, b) in enumerate(pairs)
    ]
    drawn = rng.integers(0, 1 << 30, (len(district), 4)).tolist()
    made: list[str | None] = []
    for where, (street, number, house, room) in zip(district.tolist(), drawn, strict=True):
        plain = f"{PROVINCE}{CITY}{DISTRICTS[where][1]}{streets[street % STREETS]}"
        inside = f"{house % 20 + 1}栋{room % 3_000 + 101}室" if house % 5 else ""
        made.append(f"{plain}{number % 900 + 1}号{inside}")
    return made


def phones(rng: np.random.Generator, count: int, share: float) -> list[str | None]:
    """Draw telephone numbers for a share of bodies; no operator has given 100 out."""
    numbers = rng.integers(0, 100_000_000, count).tolist()
    held = (rng.random(count) < share).tolist()
    return [f"100{number:08d}" if has else None for number, has in zip(numbers, held, strict=True)]
