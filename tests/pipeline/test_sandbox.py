"""The sandbox says who enters and who leaves exactly as two whole runs would, and why."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from huoshui import matching
from huoshui.kernel.errors import Refused
from huoshui.pipeline import sandbox
from huoshui.pipeline.archive import archive
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.published import snapshot_files, snapshot_folders
from huoshui.pipeline.requests import Request, perform
from huoshui.pipeline.reuse import fingerprints
from huoshui.pipeline.run import Work, run, session
from huoshui.pipeline.sandbox.listing import escaped
from huoshui.pipeline.sandbox.money import cost, public_share
from huoshui.pipeline.sandbox.sides import Side
from huoshui.pipeline.shadow import disagreements, keep_shadow, shadow_one
from huoshui.policy.editing import copied, with_tier, with_value
from huoshui.policy.loader import contents, load
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Sharing
from huoshui.policy.values import resolved
from tests.given import indicator_of, pack_of
from tests.region import told

DAY = dt.date(2026, 11, 20)
SINCE = dt.date(2026, 11, 1)
LOAN = "commercial_value_loan"


@dataclass(frozen=True)
class Whole:
    """What a whole run gave, taken out of its engine."""

    pack: Pack
    tables: dict[str, pa.Table]

    @classmethod
    def of(cls, work: Work) -> Whole:
        return cls(work.pack, {n: work.made(n) for n in ("profile", "verdicts", "titles")})

    def made(self, name: str = "profile") -> pa.Table:
        return self.tables[name]


@dataclass(frozen=True)
class World:
    """A home with a snapshot, the packs it was made with, and what a whole run of them gives."""

    home: Path
    roots: list[Path]
    work: Whole

    @property
    def pack(self) -> Pack:
        return self.work.pack

    def difference(self, changed: list[Path], **given: Any) -> sandbox.Difference:
        return sandbox.difference(self.home, self.roots, changed, asof=DAY, **given)

    def whole(self, changed: list[Path]) -> Whole:
        """Run everything anew from the facts, as nothing in the sandbox does."""
        pack = load(changed, asof=DAY)
        with session() as engine:
            return Whole.of(run(engine, Lake(self.home / "lake"), pack))


@pytest.fixture(scope="module")
def world(
    small_region: tuple[Path, dict[str, Any]],
    demo_packs: list[Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> World:
    """Take the snapshot that the demo published, and packs that nobody edits meanwhile."""
    home = tmp_path_factory.mktemp("sandbox") / "home"
    shutil.copytree(small_region[0], home)
    (folder,) = snapshot_folders(home)
    digest = snapshot_files(folder).pack_digest
    roots = [home / "packs" / digest / root.name for root in demo_packs]
    with session() as engine:
        work = run(engine, Lake(home / "lake"), load(roots, asof=DAY))
        return World(home, roots, Whole.of(work))


@pytest.fixture(scope="module")
def stricter(world: World, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Packs in which one loan asks for twelve people from this month on."""
    edits = with_value(
        world.roots, "offerings", LOAN, "least_staff",
        day=SINCE, value=12, unit=None, cite="house#offer-terms",
    )  # fmt: skip
    return copied(world.roots, edits, tmp_path_factory.mktemp("stricter"))


@pytest.fixture(scope="module")
def found(world: World, stricter: list[Path]) -> sandbox.Difference:
    """Compare the packs in force with the stricter ones."""
    return world.difference(stricter)


def rewritten(roots: list[Path], folder: Path, name: str, *changes: tuple[str, str]) -> list[Path]:
    """Copy packs with words of one file written otherwise."""
    text = contents(roots)[name].read_text("utf-8")
    for before, after in changes:
        assert before in text, f"{before} does not stand in {name}"
        text = text.replace(before, after)
    return copied(roots, {name: text}, folder)


def verdicts_of(work: Whole, kind: str) -> dict[tuple[str, str], str]:
    """Give every verdict of a whole run, by entity and definition."""
    words = work.made("verdicts" if kind == "offerings" else "titles")
    entities = words["entity"].to_pylist()
    found = {}
    for nth, name in enumerate(work.pack.definitions(kind)):
        yes, no = matching.decoded(words, nth)
        for entity, is_yes, is_no in zip(entities, yes, no, strict=True):
            found[entity, name] = "yes" if is_yes else "no" if is_no else "unknown"
    return found


def moves_of(found: sandbox.Difference) -> dict[tuple[str, str, str], tuple[str, str]]:
    words = ("no", "yes", "unknown")
    return {
        (move.kind, found.entity(move), move.definition): (words[move.before], words[move.after])
        for one in found.moved
        for move in one.moves
    }


def expected_moves(world: World, changed: list[Path]) -> dict[tuple[str, str, str], Any]:
    after = world.whole(changed)
    made = {}
    for kind in ("offerings", "titles"):
        was, now = verdicts_of(world.work, kind), verdicts_of(after, kind)
        assert was.keys() == now.keys()
        for (entity, name), verdict in was.items():
            if verdict != now[entity, name]:
                made[kind, entity, name] = (verdict, now[entity, name])
    return made


def test_a_threshold_moves_whom_two_whole_runs_tell_apart(
    world: World, stricter: list[Path], found: sandbox.Difference
) -> None:
    moves = moves_of(found)
    assert moves == expected_moves(world, stricter)
    assert {name for _, _, name in moves} == {LOAN}
    assert ("yes", "no") in moves.values()
    (change,) = found.definitions
    assert (change.kind, change.id, change.change) == ("offerings", LOAN, "changed")
    (part,) = change.parts
    assert part.part == f"values.least_staff.{SINCE}"
    assert part.before is None
    assert part.after is not None
    assert (part.after.value, part.after.cite) == ("12 person", "house#offer-terms")
    assert part.after.mark == "house"


def test_each_clause_behind_a_move_is_what_the_row_by_row_way_says(
    world: World, stricter: list[Path], found: sandbox.Difference
) -> None:
    packs = world.pack, load(stricter, asof=DAY)
    plans = [matching.compile(p, asof=DAY, offerings=[LOAN]) for p in packs]
    rows = {row["entity"]: row for row in world.work.made().to_pylist()}
    words = {False: 0, True: 1, None: 2}
    (moved,) = [one for one in found.moved if one.moves]
    for move in moved.moves:
        row = rows[found.entity(move)]
        traces = [
            matching.explain_one(pack, row, asof=DAY, plan=plan)[0]
            for pack, plan in zip(packs, plans, strict=True)
        ]
        asked = [{c.id: words[c.verdict] for c in trace.clauses} for trace in traces]
        assert move.clauses, "somebody moved and no clause is named"
        for clause, was, now in move.clauses:
            assert (was, now) == (asked[0][clause], asked[1][clause])
    assert set(moved.by_clause) == {"people"}


def test_an_indicator_measured_otherwise_is_measured_anew_and_only_it(
    world: World, tmp_path: Path
) -> None:
    name = next(n for n in contents(world.roots) if n.endswith("/equity_qualified_24m_fen.yaml"))
    changed = rewritten(world.roots, tmp_path, name, ("months: 24", "months: 12"))
    found = world.difference(changed)
    anew = found.changed.measured_anew
    assert "equity_qualified_24m_fen" in anew
    assert len(anew) < 10
    assert found.base.measured_anew == ()
    after = world.whole(changed)
    for column in after.made().column_names:
        assert found.changed.profile[column].equals(after.made()[column]), column
    assert moves_of(found) == expected_moves(world, changed)


def test_a_change_of_who_is_who_measures_everything_anew(world: World, tmp_path: Path) -> None:
    name = "common/vocabularies/legal_form.yaml"
    text = contents(world.roots)[name].read_text("utf-8")
    changed = copied(
        world.roots,
        {name: text.replace("\nentries:", "\nentries:\n  某某形式: { zh: 某某形式, en: form }")},
        tmp_path,
    )
    filled = frozenset(batch.item for batch in Lake(world.home / "lake").batches())
    before = fingerprints(world.pack, filled)
    after = fingerprints(load(changed, asof=DAY), filled)
    measured = [n for n, i in world.pack.indicators.items() if i.measure is not None]
    assert all(before[n] != after[n] for n in measured)


def test_words_that_people_read_change_no_fingerprint(world: World, tmp_path: Path) -> None:
    name = next(n for n in contents(world.roots) if n.endswith("/equity_qualified_24m_fen.yaml"))
    text = contents(world.roots)[name].read_text("utf-8")
    fresh = text.replace("label: {", "# a remark\nlabel: {", 1).replace("en: ", "en: Other ", 1)
    changed = load(copied(world.roots, {name: fresh}, tmp_path), asof=DAY)
    assert changed.digest != world.pack.digest
    assert fingerprints(changed, frozenset()) == fingerprints(world.pack, frozenset())


def test_a_tier_moves_scores_and_grades_as_two_whole_runs_do(world: World, tmp_path: Path) -> None:
    rating = world.pack.ratings["knowledge_value"]
    group = rating.groups[0]
    criterion = next(c for c in group.criteria if len(c.tiers) > 2)
    edits = with_tier(
        world.roots, rating.id, group=group.id, criterion=criterion.id, nth=1,
        day=SINCE, points="0.5", cite="house#rating-weights",
    )  # fmt: skip
    changed = copied(world.roots, edits, tmp_path)
    (score,) = [
        s for s in world.difference(changed).to_dict()["scores"] if s["rating"] == rating.id
    ]
    before, after = world.work.made(), world.whole(changed).made()
    ends = [
        (t[f"{rating.id}_low"].to_pylist(), t[f"{rating.id}_high"].to_pylist())
        for t in (before, after)
    ]
    pairs = list(zip(zip(*ends[0], strict=True), zip(*ends[1], strict=True), strict=True))
    assert score["moved"] == sum(was != now for was, now in pairs) > 0
    exact = [
        now - was
        for was, now in zip(
            before[rating.id].to_pylist(), after[rating.id].to_pylist(), strict=True
        )
        if was is not None and now is not None and was != now
    ]
    assert score["moved_exactly"] == len(exact)
    if exact:
        assert score["mean_move"] == pytest.approx(sum(exact) / len(exact), abs=1e-6)
        down = min(exact)
        assert (score["largest_down"] or {"by": 0})["by"] == pytest.approx(min(down, 0))
    assert sum(n for row in score["grades"].values() for n in row.values()) == before.num_rows


def test_without_a_snapshot_the_facts_give_the_same_report(
    world: World, stricter: list[Path], found: sandbox.Difference, tmp_path: Path
) -> None:
    with_one = found.to_dict()
    assert with_one["columns_from"] == snapshot_folders(world.home)[0].name
    bare = tmp_path / "bare"
    shutil.copytree(world.home / "lake", bare / "lake")
    without = sandbox.difference(bare, world.roots, stricter, asof=DAY).to_dict()
    assert without["columns_from"] == "facts"
    assert {**without, "columns_from": None} == {**with_one, "columns_from": None}


def test_a_snapshot_that_was_altered_or_is_of_another_day_is_not_taken(
    world: World, stricter: list[Path], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(world.home, home)
    (folder,) = snapshot_folders(home)
    path = folder / "profile.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    altered = sandbox.difference(home, world.roots, stricter, asof=DAY)
    assert altered.origin == "facts"
    next_day = sandbox.difference(
        world.home, world.roots, stricter, asof=DAY + dt.timedelta(days=1)
    )
    assert next_day.origin == "facts"


def test_a_snapshot_of_other_packs_gives_only_what_they_have_in_common(
    world: World, stricter: list[Path], tmp_path: Path
) -> None:
    """BASE is not the packs of the snapshot, but those are kept, so that they can be compared."""
    name = next(n for n in contents(world.roots) if n.endswith("/equity_qualified_24m_fen.yaml"))
    base = rewritten(world.roots, tmp_path / "a", name, ("months: 24", "months: 12"))
    changed = rewritten(stricter, tmp_path / "b", name, ("months: 24", "months: 12"))
    found = sandbox.difference(world.home, base, changed, asof=DAY)
    assert found.origin == snapshot_folders(world.home)[0].name
    assert "equity_qualified_24m_fen" in found.base.measured_anew
    whole = world.whole(base).made()
    for column in world.pack.indicators:
        assert found.base.profile[column].equals(whole[column]), column


def test_the_budget_is_what_subjects_could_claim_one_by_one(world: World) -> None:
    found = world.difference(world.roots)
    assert found.to_dict()["moved"] == []
    assert found.definitions == []
    pack, rows = world.pack, world.work.made().to_pylist()
    names = [n for n, o in pack.offerings.items() if o.kind == "subsidy"]
    plan = matching.compile(pack, asof=DAY, offerings=names)
    step = max(1, len(rows) // 60)
    budget = cost(found.base).budget
    for nth in range(0, len(rows), step):
        open_to = matching.offers(pack, rows[nth], asof=DAY, plan=plan)
        claims: dict[Any, list[int]] = {}
        most: dict[Any, int] = {}
        for offer in open_to:
            definition = pack.offerings[offer.offering]
            stacking = definition.subsidy.stacking if definition.subsidy else None
            key = (stacking.group, stacking.rule) if stacking else (offer.offering, None)
            claims.setdefault(key, []).append(offer.terms.amount_fen or 0)
            if stacking and stacking.most:
                cited = resolved(definition.values[stacking.most], DAY)
                assert cited is not None
                assert cited.value is not None
                scale = pack.units[cited.unit or "fen"].scale
                most[key] = int(cited.value * scale)
        total = 0
        for key, amounts in claims.items():
            if key[1] == "one_of":
                total += max(amounts)
            else:
                total += min(sum(amounts), most.get(key, 2**62))
        assert budget[nth] == total


def test_money_by_county_and_by_section_adds_up_to_the_whole(
    world: World, stricter: list[Path], found: sandbox.Difference
) -> None:
    money = found.to_dict()["money"]
    for when in ("before", "after"):
        whole = money["budget_fen"][when]
        for groups in ("by_county", "by_section"):
            assert sum(g["budget_fen"].get(when, 0) for g in money[groups].values()) == whole
    assert money["budget_fen"]["before"] > 0
    rates = money["assumptions"]["after"]
    assert all(rate["cite"] == "house#sandbox-assumptions" for rate in rates.values())


def shared(*bearers: Mapping[str, object], clauses: tuple[Any, ...] = ()) -> Sharing:
    cite = "house#adr-0001"
    part = {"counts": None, "cite": cite}
    loss = {"bad_principal": part, "overdue_principal": part, "interest": part}
    label = {"zh": "分担", "en": "sharing"}
    return Sharing.model_validate(
        {
            "id": "agreed",
            "label": label,
            "form": "guarantee",
            "loss": {**loss, "say": label},
            "bearers": [{"label": label, "cite": cite, **bearer} for bearer in bearers],
            "clauses": clauses,
            "cite": cite,
            "checked_on": "2026-11-20",
        }
    )


PUBLIC_SHARES = (
    # bank 0.3 exactly, fund the rest, which is 0.7
    ([{"id": "bank", "share": "0.3"}, {"id": "fund", "bound": "remainder"}], 0.7, 0.7),
    # fund 0.4 exactly, bank the rest
    ([{"id": "fund", "share": "0.4"}, {"id": "bank", "bound": "remainder"}], 0.4, 0.4),
    # bank at least 0.2: the fund bears from nothing to 0.8
    (
        [{"id": "bank", "share": "0.2", "bound": "at_least"}, {"id": "fund"}],
        0.0,
        0.8,
    ),
    # fund at most 0.5 and nobody knows what the bank bears
    ([{"id": "bank"}, {"id": "fund", "share": "0.5", "bound": "at_most"}], 0.0, 0.5),
    # two public bearers, 0.4 and 0.2, and the bank's rest
    (
        [
            {"id": "fund", "share": "0.4"},
            {"id": "pool", "share": "0.2"},
            {"id": "bank", "bound": "remainder"},
        ],
        0.6,
        0.6,
    ),
    # nobody knows any share
    ([{"id": "bank"}, {"id": "fund"}], 0.0, 1.0),
    # no public bearer at all: bank 0.5, insurer 0.5
    ([{"id": "bank", "share": "0.5"}, {"id": "insurer", "share": "0.5"}], 0.0, 0.0),
)


@pytest.mark.parametrize(("bearers", "low", "high"), PUBLIC_SHARES)
def test_the_public_part_of_a_loss_is_as_narrow_as_the_arrangement_allows(
    world: World, bearers: list[dict[str, object]], low: float, high: float
) -> None:
    side = sided(world, {"is_firm": [True, False, None]})
    found = public_share(side, shared(*bearers))
    assert found[0] == pytest.approx([low] * 3)
    assert found[1] == pytest.approx([high] * 3)


def test_an_arrangement_bears_only_what_it_is_for(world: World) -> None:
    say = {"zh": "企业", "en": "a firm"}
    clause = {"id": "firm", "when": "is_firm", "say": say, "cite": "house#adr-0001"}
    side = sided(world, {"is_firm": [True, False, None]})
    bearers = ({"id": "bank", "share": "0.2"}, {"id": "fund", "bound": "remainder"})
    low, high = public_share(side, shared(*bearers, clauses=(clause,)))
    assert low == pytest.approx([0.8, 0, 0])
    assert high == pytest.approx([0.8, 0, 0.8])


def sided(world: World, columns: Mapping[str, list[Any]]) -> Side:
    """Make a side of a few rows with the house's public bearers."""
    pack = pack_of(
        DAY,
        indicators={name: indicator_of(name, "flag") for name in columns},
        vocabularies={"public_bearer": world.pack.vocabularies["public_bearer"]},
    )
    return Side(pack, pa.table(dict(columns)), {}, {}, ())


def test_a_missing_assumption_leaves_the_loss_unknown_and_not_zero(
    world: World, tmp_path: Path
) -> None:
    name = "common/constants/take_up_rate.yaml"
    text = contents(world.roots)[name].read_text("utf-8")
    fresh = text.replace('value: "0.20"', "value: null")
    assert fresh != text
    report = world.difference(copied(world.roots, {name: fresh}, tmp_path)).to_dict()["money"]
    assert report["expected_loss_fen"]["after"] is None
    assert report["expected_loss_fen"]["before"] is not None
    assert report["budget_at_take_up_fen"]["after"] is None


def test_the_list_names_everybody_who_moved_with_clause_and_values(
    world: World, stricter: list[Path], found: sandbox.Difference, tmp_path: Path
) -> None:
    count = sandbox.write_list(found, tmp_path / "list.csv", "en")
    assert (tmp_path / "list.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count == len(moves_of(found))
    assert {(row["id"], row["clauses"]) for row in rows} == {(LOAN, "people")}
    assert {row["thresholds moved"] for row in rows} == {"least_staff 5 → 12"}
    for row in rows:
        assert (row["before"], row["after"]) == moves_of(found)["offerings", row["subject"], LOAN]
        assert "insures at least 12" in row["what they ask and find"]


def test_no_cell_is_run_as_a_formula() -> None:
    for cell in ("=1+1", "+86", "-1", "@sum", "\tx", "\r=x", "\n=x"):
        assert escaped(cell) == f"'{cell}"
    for cell in ("a=1", "鼎新", "", None, 5):
        assert not escaped(cell).startswith("'")


def test_a_definition_that_comes_or_goes_is_entered_and_left_by_those_it_is_open_to(
    world: World, tmp_path: Path
) -> None:
    (path,) = [n for n in contents(world.roots) if n.endswith(f"/{LOAN}.yaml")]
    changed = copied(world.roots, {}, tmp_path)
    (tmp_path / path).unlink()
    (tmp_path / path.replace(".yaml", ".examples.yaml")).unlink()
    for base, after, word in ((world.roots, changed, "left"), (changed, world.roots, "entered")):
        report = sandbox.difference(world.home, base, after, asof=DAY).to_dict()
        (one,) = [m for m in report["moved"] if m["definition"] == LOAN]
        was = sum(
            v == "yes" for (_, n), v in verdicts_of(world.work, "offerings").items() if n == LOAN
        )
        assert one[word] == one["subjects_moved"] == was > 0
        (change,) = [d for d in report["definitions"] if d["id"] == LOAN]
        assert change["change"] == ("removed" if word == "left" else "added")


def test_the_command_gives_one_report_to_the_byte_and_writes_the_list(
    world: World, stricter: list[Path], tmp_path: Path
) -> None:
    arguments = (
        "packs", "diff", world.roots[0].parent, stricter[0].parent,
        "--asof", DAY, "--home", world.home,
    )  # fmt: skip
    first = told(*arguments, "--json")
    assert first.code == 0, first.err + first.out
    assert told(*arguments, "--json").out == first.out
    assert first.json["subjects"] == world.work.made().num_rows
    shown = told(*arguments, "--list", tmp_path / "list.csv", "--lang", "en")
    assert shown.code == 0, shown.err + shown.out
    assert "least_staff" in shown.out
    assert "no score is a probability" in shown.out
    assert (tmp_path / "list.csv").is_file()
    one_pack = told(
        "packs", "diff", world.roots[1], stricter[1],
        "--asof", DAY, "--home", world.home, "--json",
    )  # fmt: skip
    assert one_pack.json["moved"] == first.json["moved"]


def test_bad_input_of_the_command_is_refused_with_what_to_do(
    world: World, stricter: list[Path], tmp_path: Path
) -> None:
    base = world.roots[0].parent

    def answer(*arguments: Any) -> tuple[int, Any]:
        done = told("packs", "diff", *arguments, "--json")
        return done.code, done.json["problems"]

    place: tuple[Any, ...] = ("--asof", DAY, "--home", world.home)
    code, (problem,) = answer(base, tmp_path / "nothing", *place)
    assert (code, problem["code"]) == (1, "sandbox.no_packs")
    assert problem["fix"]
    code, (problem,) = answer(base, base, "--packs-of", "nowhere", *place)
    assert (code, problem["code"]) == (1, "sandbox.no_packs")
    code, (problem,) = answer(base, base, "--asof", DAY, "--home", tmp_path)
    assert (code, problem["code"]) == (1, "place.no_lake")
    code, (problem,) = answer(base, base, *place, "--known", "0")
    assert (code, problem["code"]) == (1, "sandbox.nobody")
    code, (problem,) = answer(base, base, *place, "--known", "99999")
    assert (code, problem["code"]) == (1, "lake.no_batch")
    code, (problem,) = answer(base, base, "--asof", "20 Nov", "--home", world.home)
    assert code == 2
    broken = copied(world.roots, {}, tmp_path / "broken")
    (path,) = [n for n in contents(world.roots) if n.endswith(f"/{LOAN}.yaml")]
    text = (tmp_path / "broken" / path).read_text("utf-8")
    lines = text.replace("house#offer-terms", "house#nowhere").splitlines()
    (tmp_path / "broken" / path).write_text("\n".join(lines), "utf-8")
    code, problems = answer(base, broken[0].parent, *place)
    assert code == 1
    assert len(problems) == text.count("house#offer-terms")
    for problem in problems:
        assert problem["where"]["file"] == path
        assert "house#nowhere" in lines[problem["where"]["line"] - 1] or problem["where"]["line"]


def test_a_difference_can_be_asked_for_as_a_job(
    world: World, stricter: list[Path], found: sandbox.Difference, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int]] = []
    answer = perform(
        Request(
            "diff",
            {"changed": str(stricter[0].parent), "asof": DAY, "list": str(tmp_path / "l.csv")},
        ),
        home=world.home,
        packs=world.roots,
        on_progress=lambda *progress: told.append(progress),
    )
    report = found.to_dict()
    listed = answer.pop("list")
    assert listed["rows"] == len(moves_of(found))
    assert answer == json.loads(json.dumps(report, default=str))
    assert told
    with pytest.raises(Refused, match=r"request\.not_askable"):
        perform(
            Request("diff", {"changed": "x", "asof": DAY}),
            home=world.home,
            packs=[world.roots[0], stricter[1]],
        )


def test_a_shadow_lists_what_a_candidate_decides_otherwise_and_leaves_the_snapshot(
    world: World, stricter: list[Path], found: sandbox.Difference, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(world.home, home)
    (folder,) = snapshot_folders(home)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    candidate = load(stricter, asof=DAY)
    with session() as engine:
        listed = disagreements(run(engine, Lake(home / "lake"), world.pack), candidate)
    path, manifest = keep_shadow(snapshot_files(folder), world.pack, candidate, listed)
    rows = listed.to_pylist()
    moves = {
        (row["kind"], row["entity"], row["definition"]): (row["in_force"], row["candidate"])
        for row in rows
    }
    assert moves == moves_of(found)
    assert path.name == f"shadow-{candidate.digest[:12]}.parquet"
    assert sum(one["subjects"] for one in manifest["counts"]) == len(rows)
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.name in before}
    assert after == before
    snapshot_files(folder)  # still the one that was published


def test_the_run_command_keeps_a_shadow_beside_its_snapshot(
    world: World, stricter: list[Path], found: sandbox.Difference, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(world.home, home)
    packs = [text for root in world.roots for text in ("--packs", root)]
    done = told(
        "run", "--asof", DAY, "--home", home, *packs, "--shadow", stricter[0].parent, "--json"
    )
    assert done.code == 0, done.err + done.out
    shadow = done.json["shadow"]
    assert Path(shadow["file"]).parent == snapshot_folders(home)[0]
    assert shadow["rows"] == len(moves_of(found))


def test_a_single_case_agrees_with_the_whole(
    world: World, stricter: list[Path], found: sandbox.Difference
) -> None:
    candidate = load(stricter, asof=DAY)
    moves = moves_of(found)
    rows = world.work.made().to_pylist()
    verdicts = verdicts_of(world.work, "offerings")
    for row in rows[:: max(1, len(rows) // 40)]:
        case = shadow_one(world.pack, candidate, row, LOAN, DAY)
        was = verdicts[row["entity"], LOAN]
        expected = moves.get(("offerings", row["entity"], LOAN), (was, was))
        assert (case.in_force, case.candidate) == expected
        assert case.agrees == (expected[0] == expected[1])
        assert case.unmeasured == ()
    with pytest.raises(Refused, match=r"shadow\.not_there"):
        shadow_one(world.pack, candidate, rows[0], "no_such_loan", DAY)
    with pytest.raises(Refused, match=r"shadow\.other_day"):
        shadow_one(world.pack, candidate, rows[0], LOAN, DAY + dt.timedelta(days=1))


def test_what_a_candidate_measures_otherwise_is_unknown_in_a_single_case(
    world: World, tmp_path: Path
) -> None:
    name = next(n for n in contents(world.roots) if n.endswith("/equity_qualified_24m_fen.yaml"))
    changed = load(rewritten(world.roots, tmp_path, name, ("months: 24", "months: 12")), asof=DAY)
    row = next(r for r in world.work.made().to_pylist() if r["equity_qualified_24m_fen"])
    case = shadow_one(world.pack, changed, row, "equity_redemption", DAY)
    assert "equity_qualified_24m_fen" in case.unmeasured
    assert ("raised", "yes", "unknown") in case.clauses or case.in_force != "yes"


def test_archived_packs_can_be_compared_with_those_in_force(
    world: World, stricter: list[Path], found: sandbox.Difference
) -> None:
    digest = archive(stricter, world.home)
    kept = [world.home / "packs" / digest / root.name for root in stricter]
    assert moves_of(world.difference(kept)) == moves_of(found)
    assert np.array_equal(cost(world.difference(kept).base).budget, cost(found.base).budget)
