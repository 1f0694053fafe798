"""The peer of linking: Splink with the settings that its own tutorial would lead one to.

Jaro-Winkler on the whole name, exact comparisons of the rest, blocking on each column, u by random
sampling, m by expectation maximisation, clusters at 0.95.
"""

from __future__ import annotations

import logging
import time

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from huoshui.bench.link_score import LINKS

THRESHOLD = 0.95
COLUMNS = ("name", "representative", "address", "phone")


def peer_links(records: pa.Table, *, seed: int, threads: int = 2) -> tuple[pa.Table, float]:
    """Link the second office's records to the register's by Splink; give links and seconds."""
    import splink.comparison_library as library
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    told = [c for c in COLUMNS if records.column(c).null_count < records.num_rows]
    started = time.perf_counter()
    with duckdb.connect(config={"threads": threads}) as connection:
        api = DuckDBAPI(connection=connection)
        offices = [
            api.register(
                records.filter(pc.equal(records.column("office"), office)).select(
                    ["record", *told]
                ),
                dataset_display_name=office,
            )
            for office in ("register", "second")
        ]
        settings = SettingsCreator(
            link_type="link_only",
            unique_id_column_name="record",
            comparisons=[
                library.JaroWinklerAtThresholds("name"),
                *(library.ExactMatch(column) for column in told if column != "name"),
            ],
            blocking_rules_to_generate_predictions=[block_on(column) for column in told],
        )
        linker = Linker(offices, settings, log_level=logging.ERROR)
        training = linker.training
        training.estimate_probability_two_random_records_match([block_on("name")], recall=0.5)
        training.estimate_u_using_random_sampling(max_pairs=1e6, seed=seed)
        for column in told[:2]:
            training.estimate_parameters_using_expectation_maximisation(block_on(column))
        pairs = linker.inference.predict(threshold_match_probability=0.5)
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, THRESHOLD)
        name = clusters.physical_name
        connection.register("given_record", records.select(["record", "office", "code"]))
        links = connection.execute(
            f"""
SELECT s.record, r.code, 'same' AS relation
FROM {name} AS a JOIN given_record AS s ON s.record = a.record AND s.office = 'second'
JOIN {name} AS b ON b.cluster_id = a.cluster_id
JOIN given_record AS r ON r.record = b.record AND r.office = 'register'"""
        ).to_arrow_table()
    return links.cast(LINKS), time.perf_counter() - started
