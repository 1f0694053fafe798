"""Who lives in the fictional region: firms with a hidden quality, and all other subjects.

Everything that the raw tables say of a firm follows from one hidden quality together with its
size, age and trade, so that a weak firm is weak in taxes, staff, invoices, power and repayments
alike.  The hidden values go to the truth only.
"""

from __future__ import annotations

import datetime as dt
import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from huoshui.synth import codes, names
from huoshui.synth.places import DISTRICTS
from huoshui.synth.trades import FARM_TRADES, SHOP_TRADES, TRADES

Floats = np.ndarray
YEARS = 4  # closed years of statements
MONTHS = 24  # months of payments


def stream(seed: int, name: str) -> np.random.Generator:
    """Give the random numbers of one table, so that adding a table changes no other."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


@dataclass(frozen=True)
class Firms:
    """The firms, one element of each array a firm."""

    quality: Floats  # hidden, standard normal
    stress: Floats  # how hard the firm is pressed; what bad events follow from
    trade: np.ndarray  # position in TRADES
    district: np.ndarray  # position in DISTRICTS
    established: np.ndarray  # datetime64[D]
    ceased: np.ndarray  # datetime64[D], NaT while alive
    innovative: np.ndarray
    in_library: np.ndarray  # in the library of sci-tech firms, which each year asks for a report
    listed_ambition: np.ndarray  # on its way to a stock exchange
    staff: np.ndarray  # years x firms
    revenue_fen: np.ndarray  # years x firms, zero before the firm began
    margin: Floats  # years x firms
    leverage: Floats  # years x firms, liabilities over assets
    assets_fen: np.ndarray  # years x firms
    capital_fen: np.ndarray
    exports: np.ndarray
    medical: np.ndarray
    emits: np.ndarray
    park: np.ndarray  # position in PARKS, -1 for none
    defaulted: np.ndarray  # within the year after the day

    def __len__(self) -> int:
        return len(self.quality)


@dataclass(frozen=True)
class Subjects:
    """Everybody that a record may be about; firms first, then the others, branches last."""

    entity: np.ndarray
    kind: np.ndarray
    code: np.ndarray
    name: np.ndarray
    legacy_no: np.ndarray
    former_name: np.ndarray
    district: np.ndarray  # code of the district
    established: np.ndarray
    parent: np.ndarray  # of a branch: its firm; -1 for all others
    variant: np.ndarray  # VARIANT_KINDS x subjects
    trade_word: np.ndarray
    trade_code: np.ndarray

    def __len__(self) -> int:
        return len(self.entity)

    @cached_property
    def code_arrow(self) -> pa.Array:
        """Give the codes for Arrow."""
        return pa.array(self.code.tolist(), pa.string())

    @cached_property
    def name_arrow(self) -> pa.Array:
        """Give the names for Arrow."""
        return pa.array(self.name.tolist(), pa.string())

    @cached_property
    def branch(self) -> np.ndarray:
        """Give the branch of each subject, -1 where it has none."""
        own = np.full(len(self), -1)
        branches = self.of("branch")
        own[self.parent[branches]] = branches
        return own

    def of(self, kind: str) -> np.ndarray:
        """Give the positions of the subjects of a kind."""
        return np.flatnonzero(self.kind == kind)


@dataclass(frozen=True)
class Region:
    """The invented region on a day."""

    seed: int
    asof: dt.date
    firms: Firms
    subjects: Subjects
    alive_before: np.ndarray  # the day a subject stops leaving records, NaT if never

    def rng(self, name: str) -> np.random.Generator:
        """Give the random numbers of a table."""
        return stream(self.seed, name)

    @property
    def years(self) -> list[int]:
        """Give the closed years of statements, oldest first."""
        return [self.asof.year - back for back in range(YEARS, 0, -1)]

    @property
    def months(self) -> np.ndarray:
        """Give the months of payments, oldest first; the last is the one before the day's."""
        last = np.datetime64(self.asof, "M") - 1
        return np.arange(last - MONTHS + 1, last + 1)

    @property
    def today(self) -> np.datetime64:
        """Give the day as numpy counts it."""
        return np.datetime64(self.asof, "D")


def _panels(rng: np.random.Generator, shape: dict[str, np.ndarray], asof: dt.date) -> dict:
    """Draw years of staff, revenue, margin, assets and leverage."""
    quality, age = shape["quality"], shape["age"]
    trades = shape["trade"]
    per_head = np.array([t.revenue_wan for t in TRADES])[trades]
    usual = np.array([t.margin for t in TRADES])[trades]
    count = len(quality)
    staff_now = np.clip(np.exp(rng.normal(2.1 + 0.12 * quality + 0.35 * np.log1p(age / 5), 1.05)),
                        1, 6000)  # fmt: skip
    own = rng.normal(0.06 + 0.07 * quality + 0.20 / (1 + age), 0.10)  # the firm's own growth
    staff, revenue, margin, leverage, assets = [], [], [], [], []
    level = np.exp(rng.normal(0.12 * quality, 0.35, count))
    turn = np.exp(rng.normal(-0.1, 0.35, count))  # assets over revenue
    lever = rng.normal(0.52 - 0.09 * quality, 0.13)
    for year in range(asof.year - YEARS, asof.year):
        back = asof.year - 1 - year
        lived = np.clip(age - (asof - dt.date(year + 1, 1, 1)).days / 365.25, 0, 1)
        grown = np.exp(-own * back + rng.normal(0, 0.06, count))
        heads = np.maximum(1, np.rint(staff_now * np.sqrt(grown))).astype(np.int64)
        money = heads * per_head * level * np.sqrt(grown) * lived * 1e6  # wan to fen
        staff.append(np.where(lived > 0, heads, 0))
        revenue.append(np.where(lived > 0, money, 0).astype(np.int64) // 100 * 100)
        margin.append(usual + 0.045 * quality - 0.01 + rng.normal(0, 0.035, count))
        leverage.append(np.clip(lever + rng.normal(0, 0.04, count), 0.05, 1.4))
        assets.append((np.maximum(money, 2e6) * turn).astype(np.int64) // 100 * 100)
    return {
        "staff": np.array(staff),
        "revenue_fen": np.array(revenue),
        "margin": np.array(margin),
        "leverage": np.array(leverage),
        "assets_fen": np.array(assets),
    }


def _library(
    seed: int, innovative: np.ndarray, of_trade: np.ndarray, age: np.ndarray
) -> np.ndarray:
    """Choose the firms of the sci-tech library: nearly all that live from innovation, and many
    others of kindred trades; few before they have closed two years."""
    chance = np.where(innovative, 0.96, np.clip(0.21 + 0.75 * of_trade, 0, 0.9))
    return stream(seed, "library").random(len(age)) < chance * np.where(age > 1.9, 1.0, 0.35)


def firms_made(seed: int, count: int, asof: dt.date) -> Firms:
    """Draw the firms."""
    rng = stream(seed, "firms")
    quality = rng.normal(size=count)
    weights = np.array([t.weight for t in TRADES])
    trade = rng.choice(len(TRADES), count, p=weights / weights.sum())
    age = np.clip(rng.gamma(1.5, 5.2, count), 0.3, 34)
    established = np.datetime64(asof, "D") - (age * 365.25).astype("timedelta64[D]")
    chance = np.array([t.innovative for t in TRADES])[trade]
    innovative = rng.random(count) < np.clip(chance * (0.75 + 0.22 * quality), 0, 0.97)
    stress = -quality + rng.normal(0, 0.6, count)
    ends = rng.random(count) < 0.05 + 0.05 * (stress > 0.8)
    lasted = (rng.random(count) * np.minimum(age, 2.5) * 365).astype("timedelta64[D]")
    ceased = np.where(ends, np.datetime64(asof, "D") - lasted, np.datetime64("NaT"))
    panel = _panels(rng, {"quality": quality, "age": age, "trade": trade}, asof)
    size = np.log(panel["staff"][-1].clip(1) + 1)
    ambition = innovative & (rng.random(count) < 1 / (1 + np.exp(6.2 - quality - 0.8 * size)))
    zone = np.array([d[2] for d in DISTRICTS])
    district = rng.choice(len(DISTRICTS), count, p=zone / zone.sum())
    in_park = rng.random(count) < np.where(innovative, 0.42, 0.05)
    last = -1
    pressed = (
        -3.6 + 0.95 * stress + 2.2 * (panel["leverage"][last] - 0.5) - 5.0 * panel["margin"][last]
    )
    exporting = rng.random(count) < np.array([t.exports for t in TRADES])[trade]
    return Firms(
        quality=quality,
        stress=stress,
        trade=trade,
        district=district,
        established=established,
        ceased=ceased,
        innovative=innovative,
        in_library=_library(seed, innovative, chance, age),
        listed_ambition=ambition,
        capital_fen=np.rint(np.exp(rng.normal(5.0 + 0.3 * size, 0.9))).astype(np.int64) * 1_000_000,
        exports=exporting & (size > 1.5),
        medical=np.array([t.medical for t in TRADES])[trade] & (rng.random(count) < 0.75),
        emits=rng.random(count) < np.array([t.emits for t in TRADES])[trade],
        park=np.where(in_park, rng.integers(0, 4, count), -1),
        defaulted=np.isnat(ceased) & (rng.random(count) < 1 / (1 + np.exp(-pressed))),
        **panel,
    )


def _numbers_of(firms: int) -> dict[str, int]:
    """Say how many other subjects a region of so many firms has."""
    return {
        "individual_business": max(16, round(firms * 0.075)),
        "cooperative": max(8, round(firms * 0.015)),
        "person": max(16, round(firms * 0.02)),
        "project": max(8, round(firms * 0.0075)),
        "branch": max(10, round(firms * 0.03)),
    }


def _former_names(
    rng: np.random.Generator, parts: list[tuple[str, str, str, str]], share: float
) -> list[str]:
    other = names.trade_names(rng, len(parts))
    renamed = (rng.random(len(parts)) < share).tolist()
    return [
        f"{region}{trade}{word}{legal}" if changed else ""
        for changed, trade, (region, _, word, legal) in zip(renamed, other, parts, strict=True)
    ]


def _others(
    rng: np.random.Generator, numbers: dict[str, int], firm_names: list[str]
) -> dict[str, tuple[list[str], list[str], list[str]]]:
    """Name all other subjects: name, trade word, trade code of each, by kind."""
    made = {}
    shares = np.array([s for _, _, s in SHOP_TRADES])
    shop = rng.choice(len(SHOP_TRADES), numbers["individual_business"], p=shares).tolist()
    heads = names.trade_names(rng, len(shop))
    places = rng.integers(0, len(DISTRICTS), len(shop)).tolist()
    made["individual_business"] = (
        [
            f"{DISTRICTS[p][1]}{h}{SHOP_TRADES[s][1]}"
            for p, h, s in zip(places, heads, shop, strict=True)
        ],
        [SHOP_TRADES[s][1] for s in shop],
        [SHOP_TRADES[s][0] for s in shop],
    )
    farm = rng.integers(0, len(FARM_TRADES), numbers["cooperative"]).tolist()
    heads = names.trade_names(rng, len(farm))
    made["cooperative"] = (
        [f"泉山县{h}{FARM_TRADES[f][1]}专业合作社" for h, f in zip(heads, farm, strict=True)],
        [FARM_TRADES[f][1] for f in farm],
        [FARM_TRADES[f][0] for f in farm],
    )
    persons = names.people(rng, numbers["person"]).tolist()
    made["person"] = (persons, [""] * len(persons), [""] * len(persons))
    themes = ("固态电池", "精密减速器", "基因检测", "碳化硅", "智能传感", "特种陶瓷", "创新药")
    pick = rng.integers(0, len(themes), numbers["project"]).tolist()
    heads = names.trade_names(rng, len(pick))
    made["project"] = (
        [f"{h}{themes[t]}中试项目" for h, t in zip(heads, pick, strict=True)],
        [themes[t] for t in pick],
        [""] * len(pick),
    )
    return made


def subjects_made(seed: int, firms: Firms, asof: dt.date) -> Subjects:
    """Name and number everybody."""
    rng = stream(seed, "subjects")
    count = len(firms)
    numbers = _numbers_of(count)
    words = [TRADES[t].word for t in firms.trade.tolist()]
    named, parts = names.firm_names(rng, firms.district, words, firms.staff[-1] > 60)
    former = _former_names(rng, parts, 0.06)
    others = _others(rng, numbers, named)
    # Branches belong to the larger firms.
    size = firms.staff[-1].astype(float)
    weight = size * np.isnat(firms.ceased)
    parents = rng.choice(count, numbers["branch"], replace=False, p=weight / weight.sum())
    branch_names = [
        f"{named[p]}{DISTRICTS[d][1]}分公司"
        for p, d in zip(parents.tolist(), rng.integers(0, 6, len(parents)).tolist(), strict=True)
    ]
    kinds = ["firm"] * count
    all_names, all_former = list(named), list(former)
    all_words, all_codes = list(words), [TRADES[t].code for t in firms.trade.tolist()]
    for kind, (own, trade_words, trade_codes) in others.items():
        kinds += [kind] * len(own)
        all_names += own
        all_former += [""] * len(own)
        all_words += trade_words
        all_codes += trade_codes
    kinds += ["branch"] * len(parents)
    all_names += branch_names
    all_former += [""] * len(parents)
    all_words += [words[p] for p in parents]
    all_codes += [TRADES[firms.trade[p]].code for p in parents]
    kind = np.array(kinds)
    total = len(kind)
    district_codes = np.array([d[0] for d in DISTRICTS])
    district = district_codes[
        np.concatenate([firms.district, rng.integers(0, len(DISTRICTS), total - count)])
    ]
    day = np.datetime64(asof, "D")
    ages = (np.clip(rng.gamma(1.5, 3.5, total - count), 0.3, 20) * 365).astype("timedelta64[D]")
    established = np.concatenate([firms.established, day - ages])
    code = _codes(rng, kind, district)
    old = established < np.datetime64("2015-10-01")
    holds_old = old & np.isin(kind, ["firm", "individual_business"])
    legacy = np.where(holds_old, codes.old_registration_numbers(district, np.arange(total)), "")
    parent = np.full(total, -1)
    parent[kind == "branch"] = parents
    many = [
        names.variants(n, p, f) if p else (n, f"{n}　", f" {n}", n, n)
        for n, p, f in zip(all_names, parts + [None] * (total - count), all_former, strict=True)
    ]
    return Subjects(
        entity=np.array([f"{k[0].upper()}{i:06d}" for i, k in enumerate(kinds)]),
        kind=kind,
        code=code,
        name=np.array(all_names),
        legacy_no=legacy,
        former_name=np.array(all_former),
        district=district,
        established=established,
        parent=parent,
        variant=np.array(many).T,
        trade_word=np.array(all_words),
        trade_code=np.array(all_codes),
    )


def _codes(rng: np.random.Generator, kind: np.ndarray, district: np.ndarray) -> np.ndarray:
    """Number each subject by the scheme of its kind."""
    serial = np.arange(len(kind))
    out = np.empty(len(kind), dtype="U18")
    for word, head in (
        ("firm", "91"),
        ("individual_business", "92"),
        ("cooperative", "93"),
        ("branch", "91"),
    ):
        here = kind == word
        out[here] = codes.credit_codes(head, district[here], serial[here])
    for word, letter in (("person", "P"), ("project", "X")):
        here = kind == word
        out[here] = codes.pseudonyms(letter, rng, int(here.sum()))
    return out


def region_made(seed: int, firms: int, asof: dt.date) -> Region:
    """Draw the whole region."""
    drawn = firms_made(seed, firms, asof)
    subjects = subjects_made(seed, drawn, asof)
    ends = np.full(len(subjects), np.datetime64("NaT"), dtype="datetime64[D]")
    ends[: len(drawn)] = drawn.ceased
    return Region(seed=seed, asof=asof, firms=drawn, subjects=subjects, alive_before=ends)
