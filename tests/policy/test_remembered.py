"""Packs are taken up as they were made, where nothing at all has changed since."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from huoshui.policy import loader, remembered
from huoshui.policy.pack import Pack
from tests.given import ROOT

DAY = dt.date(2026, 11, 20)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what is remembered, empty and a test's own."""
    monkeypatch.setenv(remembered.CACHE, str(tmp_path / "cache"))
    monkeypatch.setattr(remembered, "HELD", {})
    return tmp_path / "cache" / "packs"


@pytest.fixture
def roots(tmp_path: Path) -> list[Path]:
    """A copy of the common packs, to change."""
    shutil.copytree(ROOT / "packs" / "common", tmp_path / "packs" / "common")
    return [tmp_path / "packs" / "common"]


def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be read from here on, as in a process that has just begun."""
    remembered.HELD.clear()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file is read")

    monkeypatch.setattr(loader, "read", refuse)


def told(pack: Pack) -> list[object]:
    """Give what a pack says of everything."""
    kinds = ("indicators", "ratings", "offerings", "items", "vocabularies", "roles", "workflows")
    return [pack.asof, pack.digest, pack.roots, pack.units, *(pack.definitions(k) for k in kinds)]


def test_what_was_read_before_is_not_read_again_and_is_the_same(
    kept: Path, roots: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = loader.load(roots, asof=DAY)
    (file,) = kept.iterdir()
    unread(monkeypatch)
    again = loader.load(roots, asof=DAY)
    assert told(again) == told(first)
    assert again.where("roles", "auditor", "label") == first.where("roles", "auditor", "label")
    assert set(again.example_documents) == set(first.example_documents)
    assert file.stat().st_mode & 0o077 == 0


def test_a_process_that_reads_the_same_again_makes_no_second_copy(
    kept: Path, roots: list[Path]
) -> None:
    first = loader.load(roots, asof=DAY)
    again = loader.load(roots, asof=DAY)
    assert all(again.roles[name] is role for name, role in first.roles.items())
    assert again.remembered is not first.remembered


def test_the_same_files_in_another_folder_are_known_and_keep_their_own_place(
    kept: Path, roots: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loader.load(roots, asof=DAY)
    elsewhere = tmp_path / "elsewhere" / "common"
    shutil.copytree(roots[0], elsewhere)
    unread(monkeypatch)
    assert loader.load([elsewhere], asof=DAY).roots == (elsewhere,)


def test_a_changed_byte_or_another_day_is_read_anew(kept: Path, roots: list[Path]) -> None:
    first = loader.load(roots, asof=DAY)
    role = roots[0] / "roles" / "auditor.yaml"
    role.write_text(role.read_text("utf-8") + "# a remark\n", "utf-8")
    changed = loader.load(roots, asof=DAY)
    later = loader.load(roots, asof=turn_after(first))
    assert changed.digest != first.digest
    assert later.asof == turn_after(first)
    assert len(list(kept.iterdir())) == 3


def turn_after(pack: Pack) -> dt.date:
    """Give the next day on which a pack might say something else."""
    return min(day for day in pack.turns if day > pack.asof)


def test_days_that_no_file_names_say_the_same_and_are_read_once(
    kept: Path, roots: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = loader.load(roots, asof=DAY)
    turn = turn_after(first)
    within, after = turn + dt.timedelta(days=1), turn_after(loader.load(roots, asof=turn))
    assert not loader.is_same_on(first, turn)
    assert loader.is_same_on(first, turn - dt.timedelta(days=1))
    unread(monkeypatch)
    later = loader.load(roots, asof=within)
    assert later.asof == within < after
    assert loader.on_day(later, turn).asof == turn


def test_what_begins_on_a_day_holds_from_that_day_however_it_was_read(
    kept: Path, roots: list[Path]
) -> None:
    begins = dt.date(2031, 3, 4)
    role = roots[0] / "roles" / "auditor.yaml"
    role.write_text(role.read_text("utf-8") + f"valid_from: {begins}\n", "utf-8")
    day = dt.timedelta(days=1)
    for asof in (begins - day, begins, begins + day, begins - 2 * day):
        pack = loader.load(roots, asof=asof)
        assert ("auditor" in pack.roles) == (asof >= begins)
        for other in (begins - day, begins):
            assert ("auditor" in loader.on_day(pack, other).roles) == (other >= begins)


def test_what_is_damaged_is_read_anew_and_mended(kept: Path, roots: list[Path]) -> None:
    first = loader.load(roots, asof=DAY)
    (file,) = kept.iterdir()
    whole = file.read_bytes()
    for damaged in (b"", b"no pickle", whole[: len(whole) // 2]):
        file.write_bytes(damaged)
        remembered.HELD.clear()
        assert told(loader.load(roots, asof=DAY)) == told(first)
        assert len(file.read_bytes()) == len(whole)


def test_a_folder_that_others_may_write_to_is_neither_read_nor_written(
    kept: Path, roots: list[Path]
) -> None:
    kept.mkdir(parents=True)
    kept.chmod(0o777)
    loader.load(roots, asof=DAY)
    assert list(kept.iterdir()) == []


def test_those_unused_for_longest_are_let_go(
    kept: Path, roots: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "KEPT_MOST", 1)
    loader.load(roots, asof=turn_after(loader.load(roots, asof=DAY)))
    assert len(list(kept.iterdir())) == 1
