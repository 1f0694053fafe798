"""Items of fact, the feeds that fill them, and the rule that settles conflicts between feeds."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from huoshui.policy.schema.parts import (
    Cite,
    Definition,
    Expression,
    Form,
    Identifier,
    Label,
    Number,
)


class ColumnType(StrEnum):
    """What a column of facts holds."""

    TEXT = "text"
    CHOICE = "choice"  # one word of a vocabulary
    CODE = "code"  # an identifier with its own check, named by `scheme`
    WHOLE = "whole"  # an integer
    DECIMAL = "decimal"  # a number with a fraction, kept as DECIMAL(18,6)
    MONEY = "money"  # integer fen; `currency_into` takes the currency where it may differ
    DAY = "day"
    FLAG = "flag"  # true or false


FACTS_BUILT_IN = (
    "subject_code",  # as given, normalised; null where the source gave none
    "subject_name",  # as given, trimmed and in NFKC
    "true_from",
    "true_until",
    "batch",
    "feed",
    "source_file",
    "source_row",
)
"""Columns that every fact has beside its item's own."""

FACTS_RESERVED = ("entity", "reason", "field", "message", "fix", "also", "raw")
"""Columns that rows carry on their way, which no item may call its own."""


class ItemColumn(Form):
    """One column of an item."""

    type: ColumnType
    label: Label
    unit: str | None = None  # for whole, decimal and money
    vocabulary: str | None = None  # for choice
    scheme: str | None = None  # for code: uscc, registration_number, person_ref, ...
    required: bool = False
    at_least: Number | None = None
    at_most: Number | None = None
    personal: bool = False  # tells of a person


class Category(Definition):
    """One of the catalogue's categories."""

    order: int


class Item(Definition):
    """A kind of fact: its columns, what identifies one, who owns it and how it may be read."""

    category: Identifier
    columns: dict[Identifier, ItemColumn]
    key: tuple[str, ...]  # with the subject and the feed, identifies a fact; may hold true_from
    true_from: str  # the column (type day or a whole year) from which a row is true
    true_until: str | None = None  # the column of the last day it is true, where it ends
    owner: Label  # the office or body that keeps it
    refresh: Literal["daily", "weekly", "monthly", "quarterly", "yearly", "as_it_happens"]
    sensitivity: Literal["public", "internal", "confidential", "personal"]
    consent: Literal["none", "enterprise", "person"]
    fresh_days: int  # the promise: no older than this
    absence: Literal["means_none", "unknown"]  # what no row for a subject tells
    about: Literal["subject", "identity"] = "subject"  # identity: says who is who and nothing else
    cite: Cite


class FeedSource(Form):
    """Where raw rows are."""

    format: Literal["csv", "xlsx", "parquet", "jsonl", "postgresql"]
    path: str | None = None  # a glob below the folder that is ingested
    encodings: tuple[str, ...] = ("utf-8",)  # tried in order
    delimiter: str = ","
    sheet: str | None = None
    query: str | None = None  # for postgresql; the address is given by environment or argument


class FeedSubject(Form):
    """Which raw columns say whom a row is about; at least one of the two."""

    code: str | None = None
    name: str | None = None
    scheme: Identifier = "uscc"  # how the code is checked; an old 15-digit number passes too


class FeedColumn(Form):
    """How one column of the item is read from the raw table."""

    source: Annotated[str | None, Field(alias="from")] = None
    value: str | None = None  # the same for every row, where the raw table does not say it
    unit: str | None = None  # the unit the raw table uses (yuan, wan_yuan, percent ...)
    map: dict[str, str] | None = None  # raw word -> word of the vocabulary
    form: str | None = None  # for a day written unusually: yyyymm, yyyy ...
    currency_into: str | None = None  # for money with a currency in the text: the column it goes to


class Feed(Definition):
    """How a raw source table becomes rows of an item."""

    item: Identifier
    source: FeedSource
    subject: FeedSubject
    columns: dict[str, FeedColumn]
    where: Expression | None = None  # raw rows outside it are not for this item; they are counted
    owner: Label
    note: str | None = None


class Settlement(Definition):
    """Which of several feeds is believed where they differ; the losing facts survive.

    One file of all packs read together states the `rule`; a region's own file adds which of its
    feeds has authority for an item.
    """

    rule: tuple[Literal["authority", "latest_true", "latest_known"], ...] = ()
    authority: dict[Identifier, tuple[Identifier, ...]] = {}  # item -> feeds, most trusted first
    cite: Cite
