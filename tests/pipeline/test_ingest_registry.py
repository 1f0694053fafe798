"""All real registrations of Hunan come in by the pack's own feed; what does not is named."""

from __future__ import annotations

import collections
import datetime as dt
from pathlib import Path

import pytest
import yaml

from huoshui.engines.duckdb import DuckDB
from huoshui.pipeline.aside import quarantined
from huoshui.pipeline.ingest import ingest, known_facts
from huoshui.pipeline.lake import Lake
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Feed, Item, Vocabulary
from tests.conftest import PACKS
from tests.given import pack_of

ROWS = 116_886


@pytest.fixture(scope="module")
def lake(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Give a lake of the real registry."""
    lake = Lake(tmp_path_factory.mktemp("registry") / "lake")
    (result,) = ingest(lake, _pack(), shared_data / "registry" / "registry_hunan.parquet")
    assert result.status == "ingested", result
    return lake


def _pack() -> Pack:
    """Read the feed and what it needs from the packs, and nothing else of them."""

    def read(path: str) -> dict[str, object]:
        return yaml.safe_load((PACKS / path).read_text("utf-8"))

    words = ("subject_kind", "registration_status")
    registration = read("common/facts/registration_affairs/registration.yaml")
    return pack_of(
        dt.date(2026, 11, 20),
        items={"registration": Item.model_validate(registration)},
        feeds={
            "registry_hunan": Feed.model_validate(read("hunan/feeds/registry_hunan.yaml")),
        },
        vocabularies={
            word: Vocabulary.model_validate(read(f"common/vocabularies/{word}.yaml"))
            for word in words
        },
    )


def test_every_registration_is_a_fact_or_in_quarantine(lake: Lake) -> None:
    (batch,) = lake.batches()
    assert (batch.rows_in, batch.rows_new, batch.rows_quarantined) == (ROWS, ROWS - 6, 6)
    reasons = collections.Counter(quarantined(lake)["reason"].to_pylist())
    assert reasons == {"feed.not_a_word": 3, "feed.not_an_amount": 3}


def test_capital_in_all_its_spellings_is_money_and_currency(lake: Lake) -> None:
    with DuckDB() as engine:
        known_facts(engine, lake, _pack(), None)
        found = engine.query(
            "SELECT coalesce(capital_currency, 'none') AS currency, count(*) AS n, "
            "sum(capital_fen)::HUGEINT::VARCHAR AS total "
            "FROM fact_registration GROUP BY 1 ORDER BY 2 DESC"
        ).to_pylist()
    by_currency = {row["currency"]: (row["n"], row["total"]) for row in found}
    assert {currency: n for currency, (n, _) in by_currency.items()} == {
        "CNY": 87_832,
        "none": 28_694,  # 28,688 empty and six that say -
        "USD": 284,
        "HKD": 63,
        "EUR": 5,
        "CAD": 1,
        "JPY": 1,
    }
    assert by_currency["JPY"][1] == "40000000"  # 4,000(万日元): the yen has no smaller unit
    assert by_currency["CAD"][1] == "654000000"  # 654(万加拿大元) in cents


def test_the_amounts_left_out_are_the_uncertain_ones(lake: Lake) -> None:
    rows = quarantined(lake, reason="feed.not_an_amount").to_pylist()
    assert sorted(row["message"].split(" is ")[0] for row in rows) == [
        "50()",
        "万人民币",
        "万人民币",
    ]
