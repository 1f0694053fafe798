"""A decision's report is made anew from the facts and the kept packs, equal to the byte."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from huoshui.explain.decision import canonical, decision_report
from huoshui.kernel.errors import Refused
from huoshui.matching.automatic import Asked, Limits
from huoshui.pipeline.archive import archived
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.published import Snapshot, snapshot_files, snapshot_folders
from huoshui.pipeline.replay import Inputs, compared, first_difference, report_sha256
from huoshui.pipeline.requests import Request, perform
from huoshui.pipeline.run import session
from huoshui.pipeline.subjects import see
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack
from tests.region import deliveries, huoshui, told

DAY = "2026-11-20"
SUBJECTS = 50


@dataclass(frozen=True)
class Decided:
    """A home where decisions were made from a snapshot, and more was delivered afterwards."""

    home: Path
    pack: Pack
    known: int
    reports: dict[tuple[str, str], tuple[Inputs, str]]  # by entity and offering

    def one(self) -> tuple[Inputs, str]:
        return next(iter(self.reports.values()))


def decided_on(snapshot: Snapshot, pack: Pack) -> dict[tuple[str, str], tuple[Inputs, str]]:
    """Report from the rows of the published profile, as whoever loaded it does."""
    profile = snapshot.table("profile")
    step = max(1, profile.num_rows // SUBJECTS)
    rows = profile.take(list(range(0, profile.num_rows, step))[:SUBJECTS]).to_pylist()
    ruled = [name for name, offering in pack.offerings.items() if offering.automatic]
    plain = [name for name, offering in pack.offerings.items() if not offering.automatic]
    reports = {}
    for nth, row in enumerate(rows):
        offering = (ruled if nth % 2 else plain)[nth // 2 % len(ruled)]
        asked = Asked(amount_fen=100_000_00 * (nth + 1), months=12, purpose="working_capital")
        limits = Limits(open_fen=nth * 100, day_taken_fen=0, quota_left_fen=None, has_quota=False)
        withheld = tuple(pack.indicators)[nth : nth + 1]
        inputs = Inputs(
            snapshot.known,
            snapshot.asof,
            snapshot.pack_digest,
            row["entity"],
            offering,
            asked,
            limits,
            withheld,
        )
        seen = {**row, **dict.fromkeys(withheld)}
        given: Any = {"asof": snapshot.asof, "known": snapshot.known}
        report = decision_report(pack, seen, offering, asked, limits, **given)
        reports[row["entity"], offering] = (inputs, canonical(report))
    return reports


@pytest.fixture(scope="module")
def decided(
    small_region: tuple[Path, dict[str, Any]],
    first_delivery: Path,
    demo_packs: list[Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Decided:
    """Decide on what the first delivery told; take the second; delete every stored result."""
    home = Path(shutil.copytree(first_delivery, tmp_path_factory.mktemp("decided") / "home"))
    packs = home / "edited"
    for root in demo_packs:
        shutil.copytree(root, packs / root.name)
    roots = [packs / root.name for root in demo_packs]
    (published,) = snapshot_folders(home)
    snapshot = snapshot_files(published)
    pack = load(archived(home, snapshot.pack_digest), asof=snapshot.asof)
    reports = decided_on(snapshot, pack)
    later = deliveries(small_region[0])[1]
    perform(Request("ingest", {"place": str(later)}), home=home, packs=roots)
    shutil.rmtree(home / "snapshots")
    shutil.rmtree(packs)
    return Decided(home, pack, snapshot.known, reports)


def test_reports_from_the_published_profile_and_from_the_facts_are_the_same_bytes(
    decided: Decided,
) -> None:
    asked = [inputs.entity for inputs, _ in decided.reports.values()]
    assert len(asked) == SUBJECTS
    with session() as engine:
        lake = Lake(decided.home / "lake")
        work, seen = see(engine, lake, decided.pack, asked, known=decided.known)
    differing = []
    for one, (inputs, kept) in zip(seen, decided.reports.values(), strict=True):
        row = {**one.row, **dict.fromkeys(inputs.withheld)}
        given: Any = {"asof": inputs.asof, "known": work.known}
        again = canonical(
            decision_report(
                decided.pack, row, inputs.offering, inputs.asked, inputs.limits, **given
            )
        )
        if again != kept:
            differing.append((one.entity, first_difference(json.loads(kept), json.loads(again))))
    assert differing == []


def test_a_decision_replays_in_a_new_process_after_corrections_without_stored_results(
    decided: Decided, tmp_path: Path
) -> None:
    inputs, kept = decided.one()
    said = {**inputs.to_dict(), "evidence_sha256": report_sha256(kept)}
    answer = perform(Request("replay", {"inputs": said}), home=decided.home, packs=[])
    assert answer["report"] == kept
    assert (answer["is_equal"], answer["difference"]) == (True, None)

    file = tmp_path / "inputs.json"
    file.write_text(json.dumps({**inputs.to_dict(), "evidence": kept}), "utf-8")
    assert huoshui("replay", "--inputs", file, "--home", decided.home).code == 0
    later = {**inputs.to_dict(), "known": Lake(decided.home / "lake").last_batch, "evidence": kept}
    file.write_text(json.dumps(later), "utf-8")
    answer = told("replay", "--inputs", file, "--home", decided.home, "--json")
    assert answer.code == 3, "what is known now is not what was known then"
    assert not answer.json["is_equal"]
    assert answer.json["difference"]


def test_a_report_that_was_altered_is_told_with_the_first_place_that_differs(
    decided: Decided, tmp_path: Path
) -> None:
    inputs, kept = decided.one()
    altered = json.loads(kept)
    altered["automatic"]["outcome"] = "approved by a friend"
    file = tmp_path / "inputs.json"
    file.write_text(json.dumps({**inputs.to_dict(), "evidence": canonical(altered)}), "utf-8")
    answer = told("replay", "--inputs", file, "--home", decided.home)
    assert answer.code == 3
    assert "automatic.outcome" in answer.out
    assert "approved by a friend" in answer.out


def test_a_digest_alone_can_be_compared_with_and_a_kept_text_must_fit_its_digest() -> None:
    text = canonical({"a": 1})
    assert compared(text, kept=None, kept_sha256=report_sha256(text)).is_equal
    assert not compared(text, kept=None, kept_sha256=report_sha256("else")).is_equal
    assert compared(text, kept=text, kept_sha256=None).is_equal
    assert not compared(text, kept=text, kept_sha256=report_sha256("else")).is_equal
    assert compared(text, kept=canonical({"b": 1, "a": 1}), kept_sha256=None).difference == "b"


@pytest.mark.parametrize(
    "change",
    [{"entity": None}, {"asof": "yesterday"}, {"known": "x"}, {"asked": {"amount": 1}}, {}],
)
def test_what_are_no_inputs_of_a_decision_is_refused(
    decided: Decided, change: dict[str, Any]
) -> None:
    said = {**decided.one()[0].to_dict(), **change}
    if not change:
        del said["limits"]
    elif said["entity"] is None:
        del said["entity"]
    with pytest.raises(Refused, match=r"replay\.not_inputs"):
        Inputs.from_dict(said)


def test_rules_that_are_not_the_ones_in_force_then_are_never_used(
    decided: Decided, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(decided.home, tmp_path / "home"))
    inputs, _ = decided.one()
    request = Request("replay", {"inputs": inputs.to_dict()})
    path = home / "packs" / inputs.pack_digest / "common/units.yaml"
    path.write_text(path.read_text("utf-8") + "# kinder\n", "utf-8")
    with pytest.raises(Refused, match=r"archive\.altered"):
        perform(request, home=home, packs=[])
    shutil.rmtree(home / "packs")
    with pytest.raises(Refused, match=r"archive\.not_kept"):
        perform(request, home=home, packs=[])
