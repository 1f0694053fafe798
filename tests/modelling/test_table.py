"""Which columns of a table are fit to fit on, and which tables are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from huoshui.kernel.errors import Refused
from huoshui.modelling.table import sample_of, table_at
from tests.modelling.samples import outcomes


def test_a_csv_file_and_a_parquet_file_give_the_same_sample(tmp_path: Path) -> None:
    table = outcomes(120)
    pq.write_table(table, tmp_path / "t.parquet")
    pa.csv.write_csv(table, tmp_path / "t.csv")
    one = sample_of(table_at(tmp_path / "t.parquet"), target="bad")
    two = sample_of(table_at(tmp_path / "t.csv"), target="bad")
    assert [c.name for c in one.columns] == [c.name for c in two.columns]
    for a, b in zip(one.columns, two.columns, strict=True):
        assert a.kind == b.kind
        if a.kind == "number":
            np.testing.assert_allclose(a.values, b.values)
        else:
            assert a.values.tolist() == b.values.tolist()


def test_columns_that_identify_never_vary_or_hold_days_are_left_out_with_the_reason() -> None:
    table = outcomes(100)
    rows = table.num_rows
    table = table.append_column("serial", pa.array(range(rows)))
    table = table.append_column(
        "register_no", pa.array(range(10_000_000, 10_000_000 + 7 * rows, 7))
    )
    table = table.append_column("name", pa.array([f"firm {i}" for i in range(rows)]))
    table = table.append_column("country", pa.array(["CN"] * rows))
    table = table.append_column("nothing", pa.nulls(rows, pa.float64()))
    table = table.append_column("since", pa.array([0] * rows, pa.date32()))
    sample = sample_of(table, target="bad", drop=["noise"])
    reasons = {name: reason.split(":")[0] for name, reason in sample.dropped.items()}
    assert reasons == {
        "noise": "asked to leave it out",
        "serial": "identifies rows",
        "register_no": "identifies rows",
        "name": "identifies rows",
        "country": "has the same value everywhere",
        "nothing": "never has a value",
        "since": "a day earns no points; give an age or a span instead",
    }


def test_a_column_that_gives_the_outcome_away_is_left_out_and_named_unless_it_is_kept() -> None:
    table = outcomes(200)
    bad = table["bad"].to_numpy()
    loss = pa.array(np.where(bad == 1, 500.0, np.nan), from_pandas=True)  # known for bad rows only
    table = table.append_column("written_off", loss)
    sample = sample_of(table, target="bad")
    assert sample.dropped["written_off"].startswith("gives the outcome away")
    assert any("written_off" in warning for warning in sample.warnings)
    kept = sample_of(table, target="bad", keep=["written_off"])
    assert "written_off" in [c.name for c in kept.columns]


def test_rows_without_an_outcome_are_left_out_and_counted() -> None:
    table = outcomes(100)
    bad = table["bad"].to_pylist()
    bad[3] = bad[50] = None
    sample = sample_of(table.set_column(5, "bad", pa.array(bad)), target="bad")
    assert sample.rows == 98
    assert sample.warnings == ("2 rows have no value of bad and are left out.",)


@pytest.mark.parametrize(
    ("words", "bad", "expected"),
    [
        (["是", "否"], None, "是"),
        (["good", "bad"], None, "bad"),
        ([True, False], None, "true"),
        (["P I F", "CHGOFF"], "CHGOFF", "CHGOFF"),
    ],
)
def test_the_bad_value_of_the_target_is_known_by_its_word_or_said(
    words: list[object], bad: str | None, expected: str
) -> None:
    table = outcomes(80)
    was_bad = table["bad"].to_pylist()
    first_is_bad = str(words[0]).lower() == expected.lower()
    pair = words if first_is_bad else words[::-1]
    told = pa.array([pair[0] if b else pair[1] for b in was_bad])
    sample = sample_of(table.set_column(5, "bad", told), target="bad", bad=bad)
    assert sample.bad.tolist() == was_bad


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda t: (t, {"target": "outcome"}), "model.no_column"),
        (lambda t: (t, {"target": "bad", "drop": ["outcome"]}), "model.no_column"),
        (lambda t: (t, {"target": "age"}), "model.not_binary"),
        (lambda t: (t, {"target": "bad", "bad": "2"}), "model.no_such_value"),
        (lambda t: (t.select(["bad"]), {"target": "bad"}), "model.no_columns"),
        (
            lambda t: (
                t.append_column("y", pa.array(["up", "down"] * (t.num_rows // 2))),
                {"target": "y"},
            ),
            "model.which_is_bad",
        ),
    ],
)
def test_a_table_that_no_model_can_be_fitted_to_is_refused(change, code: str) -> None:  # type: ignore[no-untyped-def]
    table, asked = change(outcomes(60))
    with pytest.raises(Refused) as refused:
        sample_of(table, **asked)
    assert refused.value.problems[0].code == code


def test_a_file_that_is_missing_or_cut_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        table_at(tmp_path / "none.parquet")
    assert refused.value.problems[0].code == "model.no_table"
    pq.write_table(outcomes(60), tmp_path / "t.parquet")
    content = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(content[: len(content) // 2])
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00a,b\n\xff,1\n")
    (tmp_path / "empty.csv").write_bytes(b"")
    for name in ("cut.parquet", "bytes.csv", "empty.csv"):
        with pytest.raises(Refused) as refused:
            table_at(tmp_path / name)
        assert refused.value.problems[0].code == "model.unreadable"


def test_a_file_in_gbk_is_read_as_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "gbk.csv").write_bytes("名称,坏\n甲企业,1\n".encode("gbk"))
    table = table_at(tmp_path / "gbk.csv")
    assert table.to_pylist() == [{"名称": "甲企业", "坏": 1}]
