"""The sources: every document can be cited, every place has a mark, and gaps stay gaps."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from huoshui.kernel.citation import Certainty
from huoshui.policy.check.citations import KINDS, cited
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack

REPORTS = {
    "report-icbc-hunan-2026",
    "report-ccb-hunan-2023",
    "report-wuhan-2025",
    "report-icbc-xiangtan-2023",
    "report-iit-2025",
}


@pytest.fixture(scope="module")
def pack(demo_packs: list[Path], asof: dt.date) -> Pack:
    return load(demo_packs, asof=asof)


def test_the_five_reports_are_there_and_were_seen(pack: Pack) -> None:
    assert set(pack.sources) >= REPORTS
    for name in REPORTS:
        marks = {place.mark for place in pack.sources[name].places.values()}
        assert marks == {Certainty.SEEN}, name


def test_every_report_is_named_by_an_offering(pack: Pack) -> None:
    named = {o.named_in.source for o in pack.offerings.values() if o.named_in is not None}
    assert named >= REPORTS


def test_only_what_was_read_in_full_text_is_marked_as_law(pack: Pack) -> None:
    lawful = {
        name
        for name, source in pack.sources.items()
        if any(place.mark is Certainty.LAW for place in source.places.values())
    }
    assert lawful >= {"civil-code", "guarantee-company-rules-2017", "sme-payments-2025"}
    for name in lawful:
        assert "full text" in (pack.sources[name].found_at or ""), name


def test_only_the_house_speaks_for_the_house(pack: Pack) -> None:
    for name, source in pack.sources.items():
        marks = {place.mark for place in source.places.values()}
        assert (Certainty.HOUSE in marks) == (name == "house"), name


def test_a_place_that_is_unknown_tells_no_figure(pack: Pack) -> None:
    for name, source in pack.sources.items():
        for place_name, place in source.places.items():
            if place.mark is Certainty.UNKNOWN:
                said = re.sub(r"\b20\d\d\b", "", place.says)
                assert not re.search(r"\d+ ?(%|bp|million|yuan)", said), (name, place_name)


def test_a_source_says_who_issued_it_and_where_we_read_it(pack: Pack) -> None:
    for name, source in pack.sources.items():
        assert source.issuer, name
        assert source.found_at, name
        assert not re.search(r"https?://", source.found_at), f"{name} has a live link"
        if source.in_force_from and source.in_force_until:
            assert source.in_force_from < source.in_force_until, name


def test_the_marks_of_what_is_cited_are_counted(pack: Pack) -> None:
    counts = dict.fromkeys(Certainty, 0)
    for kind in KINDS:
        for definition in pack.definitions(kind).values():
            for _, citation in cited(definition):
                counts[pack.certainty(citation)] += 1
    assert counts[Certainty.HOUSE] > 0
    assert counts[Certainty.SEEN] > 0
    assert counts[Certainty.LAW] > 0
    assert counts[Certainty.UNKNOWN] > 0, "a gap that nobody filled should be cited as one"
