"""The benchmark's own working: tasks made, resolved by the platform, and handed to others."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huoshui.bench import link, link_page
from huoshui.bench.link_score import LINKS, score
from huoshui.cli import output
from huoshui.cli.main import cli
from huoshui.policy.loader import load
from huoshui.synth import second_office
from huoshui.synth.misnaming import KINDS, SAME_NAME
from tests.conftest import PACKS


@pytest.fixture(scope="module")
def made() -> second_office.Task:
    return link.task(None, records=4_000, seed=3)


@pytest.fixture(scope="module")
def links(made: second_office.Task) -> pa.Table:
    pack = load([PACKS / "common"], asof=dt.date(2026, 11, 20))
    found, seconds = link.resolved(pack, made.records)
    assert seconds > 0
    return found


def test_the_platform_is_right_where_names_or_old_codes_settle_it(
    made: second_office.Task, links: pa.Table
) -> None:
    found = score(made.truth, links)["f1_by_kind"]
    for kind in ("missing_code", "old_code", "full_width", "region_bracketed", "former_name"):
        assert found[kind] == 1, kind


def test_branches_are_linked_as_branches_and_near_identical_names_are_left_alone(
    made: second_office.Task, links: pa.Table
) -> None:
    counts = score(made.truth, links)["counts_by_kind"]
    branch, twin = counts["branch"], counts["near_identical"]
    assert branch["right_ones"] == branch["due"] == branch["made"]
    assert twin["alone"] == twin["records"]


def test_what_went_wrong_is_shown_with_the_body_that_was_meant(
    made: second_office.Task,
) -> None:
    nothing = LINKS.empty_table()
    failures = link.wrong(made, nothing, each=2)
    assert set(failures) == set(KINDS) - {"near_identical"}
    for kind, rows in failures.items():
        assert len(rows) == 2
        for row in rows:
            assert row["linked_to"] is None
            assert (row["name"] == row["about"]) == (kind in SAME_NAME)


def test_links_that_are_right_are_no_failures(made: second_office.Task) -> None:
    right = made.truth.select(["record", "code", "relation"])
    assert link.wrong(made, right, each=1) == {}
    assert score(made.truth, right)["f1"] == 1


def test_others_can_make_the_records_and_have_their_links_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "task"
    making = ["bench", "link-maker", str(folder), "--records", "600", "--seed", "2", "--json"]
    assert output.run(cli, making) == output.DONE
    said = json.loads(capsys.readouterr().out)
    assert (said["records"], said["dirty"]) == (660, 60)
    records = pq.read_table(folder / "records.parquet")
    assert records.schema.equals(second_office.RECORDS)
    page = (folder / "README.md").read_text("utf-8")
    assert all(f"`{kind}`" in page for kind in KINDS)
    assert all(f"`{column}`" in page for column in second_office.RECORDS.names)

    by_name = {
        row["name"]: row["code"] for row in records.to_pylist() if row["office"] == "register"
    }
    simple = [
        {"record": row["record"], "code": by_name.get(row["name"])}
        for row in records.to_pylist()
        if row["office"] == "second"
    ]
    pq.write_table(pa.Table.from_pylist(simple), tmp_path / "links.parquet")
    scoring = ["bench", "link-score", str(folder), str(tmp_path / "links.parquet"), "--json"]
    assert output.run(cli, scoring) == output.DONE
    found = json.loads(capsys.readouterr().out)
    assert {found["f1_by_kind"][kind] for kind in SAME_NAME} == {1}
    assert found["f1_by_kind"]["legal_form"] == 0


def test_the_page_tells_of_every_kind_and_of_the_figures_given(made: second_office.Task) -> None:
    figures = score(made.truth, made.truth.select(["record", "code", "relation"]))
    result = {
        **figures,
        "register": "invented",
        "records": 4_400,
        "seconds": 1.0,
        "peer": "somebody",
        "peer_records": 4_400,
        "peer_seconds": 2.0,
        "peer_precision": 0.5,
        "peer_recall": 0.25,
        "peer_f1": 0.3333,
        "peer_f1_by_kind": {},
        "commit": "abc",
        "cores": 2,
        "peak_mib": 100,
    }
    page = link_page.page([result])
    assert set(link_page.KINDS) == set(KINDS)
    assert "| F1 | 1.0000 | 0.3333 |" in page
    assert "somebody; 4,400 records" in page
