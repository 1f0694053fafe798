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
from huoshui.synth.crowd import (
    Crowd,
    former_names,
    name_in_parts,
    of_region,
    others_named,
    quiet_named,
)
from huoshui.synth.misnaming import Name
from huoshui.synth.places import DISTRICTS
from huoshui.synth.trades import TRADES

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
    in_parts: list[Name] | None = None  # in a city: what names are written wrong from

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
    crowd: Crowd
    stress: Floats  # of every subject; nought for those beside the firms of the small region

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


def subjects_made(seed: int, firms: Firms, asof: dt.date, crowd: Crowd) -> Subjects:
    """Name and number everybody: firms first, branches last."""
    rng = stream(seed, "subjects")
    count = len(firms)
    words = [TRADES[t].word for t in firms.trade.tolist()]
    large = firms.staff[-1] > 60
    named, parts = names.firm_names(rng, firms.district, words, large, crowd.naming)
    former = former_names(rng, parts, 0.06, crowd.naming)
    others = others_named(rng, crowd)
    parents, branch_names = _branches(rng, firms, named, crowd.numbers["branch"])
    kinds = ["firm"] * count
    trade_codes = [TRADES[t].code for t in firms.trade.tolist()]
    quiet = quiet_named(stream(seed, "quiet"), crowd) if crowd.quiet else None
    if quiet:
        kinds += ["firm"] * crowd.quiet
        named, parts = named + quiet.named.names, parts + quiet.parts
        former = former + quiet.former
        words, trade_codes = words + quiet.named.words, trade_codes + quiet.named.codes
    for each, (own, trade_words, codes_) in others.items():
        kinds += [each] * len(own)
        named, words, trade_codes = named + own, words + trade_words, trade_codes + codes_
    kinds += ["branch"] * len(parents)
    named = named + branch_names
    words += [words[p] for p in parents]
    trade_codes += [trade_codes[p] for p in parents]
    kind, total = np.array(kinds), len(kinds)
    former += [""] * (total - len(former))
    district_codes = np.array([d[0] for d in DISTRICTS])
    zone = np.concatenate([firms.district, rng.integers(0, len(DISTRICTS), total - count)])
    if quiet:
        zone[count : count + crowd.quiet] = quiet.district
    day = np.datetime64(asof, "D")
    ages = (np.clip(rng.gamma(1.5, 3.5, total - count), 0.3, 20) * 365).astype("timedelta64[D]")
    established = np.concatenate([firms.established, day - ages])
    serial = crowd.first + np.arange(total)
    code = _codes(rng, kind, district_codes[zone], serial)
    old = established < np.datetime64("2015-10-01")
    holds_old = old & np.isin(kind, ["firm", "individual_business"])
    numbers = codes.old_registration_numbers(district_codes[zone], serial)
    parent = np.full(total, -1)
    parent[kind == "branch"] = parents
    full = parts + [None] * (total - len(parts))
    return Subjects(
        entity=np.array([f"{k[0].upper()}{i:06d}" for i, k in enumerate(kinds, crowd.first)]),
        kind=kind,
        code=code,
        name=np.array(named),
        legacy_no=np.where(holds_old, numbers, ""),
        former_name=np.array(former),
        district=district_codes[zone],
        established=established,
        parent=parent,
        variant=_variants(named, full, former) if not crowd.in_parts else np.empty((0, total)),
        trade_word=np.array(words),
        trade_code=np.array(trade_codes),
        in_parts=[
            name_in_parts(n, p, k, w, DISTRICTS[z][1], f)
            for n, p, k, w, z, f in zip(
                named, full, kinds, words, zone.tolist(), former, strict=True
            )
        ]
        if crowd.in_parts
        else None,
    )


def _branches(
    rng: np.random.Generator, firms: Firms, named: list[str], count: int
) -> tuple[np.ndarray, list[str]]:
    """Draw branches of the larger firms: whose they are, and their names."""
    weight = firms.staff[-1].astype(float) * np.isnat(firms.ceased)
    parents = rng.choice(len(firms), count, replace=False, p=weight / weight.sum())
    places = rng.integers(0, 6, len(parents)).tolist()
    return parents, [
        f"{named[p]}{DISTRICTS[d][1]}分公司" for p, d in zip(parents.tolist(), places, strict=True)
    ]


def _variants(named: list[str], parts: list[names.Parts | None], former: list[str]) -> np.ndarray:
    return np.array(
        [
            names.variants(n, p, f) if p else (n, f"{n}　", f" {n}", n, n)
            for n, p, f in zip(named, parts, former, strict=True)
        ]
    ).T


def _codes(
    rng: np.random.Generator, kind: np.ndarray, district: np.ndarray, serial: np.ndarray
) -> np.ndarray:
    """Number each subject by the scheme of its kind."""
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


def region_made(seed: int, firms: int, asof: dt.date, crowd: Crowd | None = None) -> Region:
    """Draw the whole region."""
    beside = crowd or of_region(firms)
    drawn = firms_made(seed, firms, asof)
    subjects = subjects_made(seed, drawn, asof, beside)
    ends = np.full(len(subjects), np.datetime64("NaT"), dtype="datetime64[D]")
    ends[: len(drawn)] = drawn.ceased
    stress = np.zeros(len(subjects))
    stress[: len(drawn)] = drawn.stress
    if beside.quiet:
        rng, rest = stream(seed, "quiet stress"), len(subjects) - firms
        stress[firms:] = rng.normal(0, 1.1, rest)
        lasted = (rng.random(rest) * 800).astype("timedelta64[D]")
        gone = (rng.random(rest) < 0.12) & (subjects.kind[firms:] != "branch")
        last = np.maximum(np.datetime64(asof, "D") - lasted, subjects.established[firms:])
        ends[firms:] = np.where(gone, last, np.datetime64("NaT"))
    return Region(
        seed=seed,
        asof=asof,
        firms=drawn,
        subjects=subjects,
        alive_before=ends,
        crowd=beside,
        stress=stress,
    )
