"""What several offices register of the quiet firms and shops, and again of firms that all know.

Each gives rows of an item under the item's own headings; offices take their parts of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from huoshui.synth import codes
from huoshui.synth.city.small import Small
from huoshui.synth.columns import Column, Day, Money, Plain, Word, numbered
from huoshui.synth.rawtable import RawTable
from huoshui.synth.tables.drawing import NO_DAY, after, day_lived, wan, yuan
from huoshui.synth.tables.registration import district_codes
from huoshui.synth.trades import with_section

Lot = tuple[str, str | None, RawTable]
"""Its name, the feed that takes what no office takes, and its rows."""


def lots(small: Small) -> Iterator[Lot]:
    """Give the lots of registers."""
    yield "quiet_registration", "market_registration", quiet_registration(small)
    yield "quiet_tax_registration", "tax_registration", quiet_tax_registration(small)
    yield "small_tax_registration", None, small_tax_registration(small)
    yield "annual_contacts", None, annual_contacts(small)
    yield "annual_shops", None, annual_shops(small)
    yield "insured_units", None, insured_units(small)
    yield "statistics_units", None, statistics_units(small)
    yield "quiet_people", "key_people", quiet_people(small)
    yield "quiet_shareholders", "shareholders", quiet_shareholders(small)


def item_rows(small: Small, who: np.ndarray, columns: dict[str, Column], **rest: Any) -> RawTable:
    """Put rows under an item's headings."""
    return RawTable("", who, columns, code="", name="", format="parquet", **rest)


def some(small: Small, name: str, who: np.ndarray, share: float) -> np.ndarray:
    """Choose a share of subjects for a source."""
    return who[small.region.rng(f"cover {name}").random(len(who)) < share]


def _kept(small: Small, who: np.ndarray) -> Word:
    gone = ~np.isnat(small.region.alive_before[who])
    return Word(gone.astype(int), ("operating", "deregistered"))


def _one(who: np.ndarray, word: str) -> Word:
    return Word(np.zeros(len(who), np.int64), (word,))


def _blank(values: np.ndarray) -> Plain:
    return Plain(values.astype(object), known=values != "")


def _trades(small: Small, who: np.ndarray) -> Plain:
    return Plain(with_section(small.region.subjects.trade_code[who]))


def quiet_registration(small: Small) -> RawTable:
    """One row is a quiet firm as the market regulator registers it."""
    region, people = small.region, small.region.subjects
    rng = region.rng("quiet_registration")
    who = some(small, "quiet_registration", small.firms, 0.99)
    capital = wan(np.rint(np.exp(rng.normal(4.0, 1.1, len(who)))) + 1)
    words = people.trade_word[who].tolist()
    return item_rows(
        small,
        who,
        {
            "kind": _one(who, "firm"),
            "legacy_no": _blank(people.legacy_no[who]),
            "former_name": _blank(people.former_name[who]),
            "established_on": Day(people.established[who]),
            "status": _kept(small, who),
            "capital_fen": Money(capital, "wan_yuan"),
            "region_code": district_codes(region, who, rng, 0.4),
            "industry_code": _trades(small, who),
            "address": Plain(small.homes[who]),
            "representative": Plain(small.heads[who]),
            "phone": Plain(small.phones[who]),
            "scope": Plain(np.array([f"{w}产品的销售及技术服务" for w in words], dtype=object)),
            "recorded_on": Day(people.established[who]),
        },
        identity=True,
        flows=False,
        restated=("capital_fen",),
        optional=("address", "representative", "industry_code"),
        words=("status",),
    )


def quiet_tax_registration(small: Small) -> RawTable:
    """One row is a quiet firm as the tax office registers it."""
    region, people = small.region, small.region.subjects
    rng = region.rng("quiet_tax_registration")
    who = some(small, "quiet_tax_registration", small.firms, 0.78)
    began = after(people.established[who], rng.integers(0, 60, len(who)))
    return item_rows(
        small,
        who,
        {
            "kind": _one(who, "firm"),
            "established_on": Day(people.established[who]),
            "status": Word(
                np.where(rng.random(len(who)) < 0.05, 2, _kept(small, who).at),
                ("operating", "deregistered", "suspended"),
            ),
            "capital_fen": Money(wan(rng.integers(1, 60, len(who)) * 10.0), "yuan"),
            "industry_code": _trades(small, who),
            "address": Plain(small.homes[who]),
            "representative": Plain(small.heads[who]),
            "phone": Plain(small.phones[who]),
            "recorded_on": Day(np.minimum(began, region.today)),
        },
        identity=True,
        flows=False,
        optional=("address", "industry_code"),
        words=("status",),
    )


def small_tax_registration(small: Small) -> RawTable:
    """One row is a shop as the tax office registers it; many never were."""
    people = small.region.subjects
    rng = small.region.rng("small_tax_registration")
    who = some(small, "small_tax_registration", small.shops, 0.55)
    began = after(people.established[who], rng.integers(0, 90, len(who)))
    return item_rows(
        small,
        who,
        {
            "kind": _one(who, "individual_business"),
            "established_on": Day(people.established[who]),
            "status": _kept(small, who),
            "industry_code": _trades(small, who),
            "address": Plain(small.homes[who]),
            "representative": Plain(small.heads[who]),
            "phone": Plain(small.phones[who]),
            "recorded_on": Day(np.minimum(began, small.region.today)),
        },
        identity=True,
        flows=False,
        optional=("address",),
        words=("status",),
    )


def _reports(small: Small, who: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the days of the last yearly reports, which fall before July."""
    year = np.datetime64(f"{small.region.asof.year}-01-01")
    days = after(np.full(len(who), year), rng.integers(10, 180, len(who)))
    return np.maximum(days, small.region.subjects.established[who])


def annual_contacts(small: Small) -> RawTable:
    """One row is what a firm said of itself in its yearly report."""
    rng = small.region.rng("annual_contacts")
    every = np.flatnonzero(small.region.subjects.kind == "firm")
    who = some(small, "annual_contacts", every, 0.7)
    status = np.where(small.trading[who] | (who < len(small.region.firms)), 0, 1)
    return item_rows(
        small,
        who,
        {
            "kind": _one(who, "firm"),
            "status": Word(status, ("operating", "suspended")),
            "address": Plain(small.homes[who]),
            "phone": Plain(small.phones[who]),
            "recorded_on": Day(_reports(small, who, rng)),
        },
        optional=("phone",),
        words=("status",),
    )


def annual_shops(small: Small) -> RawTable:
    """One row is what a shop said of itself in its yearly report."""
    rng = small.region.rng("annual_shops")
    who = some(small, "annual_shops", small.shops, 0.45)
    return item_rows(
        small,
        who,
        {
            "kind": _one(who, "individual_business"),
            "capital_fen": Money(wan(rng.integers(1, 30, len(who))), "yuan"),
            "representative": Plain(small.heads[who]),
            "phone": Plain(small.phones[who]),
            "recorded_on": Day(_reports(small, who, rng)),
        },
        optional=("phone",),
    )


def insured_units(small: Small) -> RawTable:
    """One row is an employer as the social insurance office registers it."""
    region, people = small.region, small.region.subjects
    rng = region.rng("insured_units")
    firms = np.flatnonzero(people.kind == "firm")
    chance = np.where(firms < len(region.firms), 0.75, 0.25 * small.trading[firms])
    who = firms[rng.random(len(firms)) < chance]
    began = after(people.established[who], rng.integers(10, 400, len(who)))
    return item_rows(
        small,
        who,
        {
            "kind": _one(who, "firm"),
            "address": Plain(small.homes[who]),
            "representative": Plain(small.heads[who]),
            "phone": Plain(small.phones[who]),
            "industry_code": _trades(small, who),
            "recorded_on": Day(np.minimum(began, region.today)),
        },
        optional=("phone", "representative"),
    )


def statistics_units(small: Small) -> RawTable:
    """One row is a unit of the statistics bureau; its register is a year behind."""
    region, people = small.region, small.region.subjects
    year = np.datetime64(f"{region.asof.year - 1}-12-31")
    every = np.flatnonzero((people.kind == "firm") & (people.established < year))
    who = some(small, "statistics_units", every, 0.6)
    return item_rows(
        small,
        who,
        {
            "kind": _one(who, "firm"),
            "established_on": Day(people.established[who]),
            "region_code": district_codes(region, who, region.rng("statistics_units"), 0.6),
            "industry_code": _trades(small, who),
            "address": Plain(small.homes[who]),
            "recorded_on": Day(np.full(len(who), year)),
        },
        optional=("address",),
    )


def quiet_people(small: Small) -> RawTable:
    """One row is a person in an office of a quiet firm."""
    region, people = small.region, small.region.subjects
    rng = region.rng("quiet_people")
    several = rng.integers(1, 3, len(small.firms))
    who = np.repeat(small.firms, several)
    first = np.cumsum(several) - several
    nth = np.arange(len(who)) - np.repeat(first, several)
    position = np.where(nth == 0, 0, rng.choice(3, len(who), p=[0.45, 0.45, 0.1]) + 1)
    positions = ("chair", "supervisor", "finance_head", "general_manager")
    return item_rows(
        small,
        who,
        {
            "person_ref": Plain(codes.pseudonyms("P", rng, len(who))),
            "position": Word(position, positions),
            "from_on": Day(people.established[who]),
            "until_on": Day(np.full(len(who), NO_DAY)),
        },
        flows=False,
        words=("position",),
    )


def quiet_shareholders(small: Small) -> RawTable:
    """One row is a holder of a quiet firm: mostly a single person."""
    region = small.region
    rng = region.rng("quiet_shareholders")
    two = rng.random(len(small.firms)) < 0.4
    who = np.repeat(small.firms, 1 + two)
    second = np.concatenate([[False], who[1:] == who[:-1]])
    part = np.where(two, rng.integers(51, 96, len(small.firms)), 100)
    share = np.repeat(part, 1 + two)
    share = np.where(second, 100 - share, share)
    capital = yuan(np.repeat(np.exp(rng.normal(13.2, 1.0, len(small.firms))), 1 + two))
    held = capital // 100 * share
    return item_rows(
        small,
        who,
        {
            "holder_ref": numbered("GD", np.arange(len(who))),
            "holder_name": Plain(np.where(second, small.heads[who[::-1]], small.heads[who])),
            "holder_kind": _one(who, "person"),
            "share_percent": Plain(share),
            "subscribed_fen": Money(held, "yuan"),
            "paid_in_fen": Money(np.where(rng.random(len(who)) < 0.4, held, 0), "yuan"),
            "is_controller": Word(second.astype(int), ("是", "否")),
            "recorded_on": Day(day_lived(rng, region, who, 4)),
        },
        flows=False,
    )
