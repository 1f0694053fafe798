"""What waits on a record in doubt is counted by item, and of nobody else."""

from __future__ import annotations

import duckdb

from huoshui.entities.ops.waiting import facts_waiting


def test_facts_are_counted_by_item_for_records_in_doubt_alone() -> None:
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE fact_loan AS SELECT * FROM (VALUES (NULL, '甲'), (NULL, '甲'), ('9', '甲'),"
        " (NULL, '乙'), (NULL, NULL)) AS t(subject_code, subject_name)"
    )
    connection.execute("CREATE TABLE fact_award (subject_code VARCHAR, subject_name VARCHAR)")
    connection.execute("INSERT INTO fact_award VALUES (NULL, '甲')")
    connection.execute(
        "CREATE TABLE resemblance AS SELECT * FROM (VALUES (NULL, '甲', 'E1'), (NULL, '甲', 'E2'),"
        " ('9', '甲', 'E3')) AS t(subject_code, subject_name, entity)"
    )
    found = connection.execute(facts_waiting(["loan", "award"])).fetchall()
    assert sorted(found, key=str) == [
        ("9", "甲", "loan", 1),
        (None, "甲", "award", 1),
        (None, "甲", "loan", 2),
    ]
