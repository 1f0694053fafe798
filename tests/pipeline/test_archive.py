"""Packs are kept by their digest, found again, and refused when they are not what was kept."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from huoshui.kernel.errors import Refused
from huoshui.pipeline.archive import archive, archived, kept, load_and_keep
from huoshui.policy.loader import load
from tests.given import pack_folder

ASOF = dt.date(2026, 11, 20)


@pytest.fixture
def roots(tmp_path: Path) -> list[Path]:
    """Give the folders of two small packs, one of them with files that are no definitions."""
    first = pack_folder(tmp_path / "given", {})
    second = tmp_path / "given/demo"
    (second / "constants").mkdir(parents=True)
    (second / "notes.txt").write_text("not read", "utf-8")
    return [first, second]


def test_a_pack_read_from_the_archive_has_the_digest_it_is_kept_under(
    roots: list[Path], tmp_path: Path
) -> None:
    pack = load_and_keep(roots, tmp_path / "home", asof=ASOF)
    shutil.rmtree(tmp_path / "given")
    again = load(archived(tmp_path / "home", pack.digest), asof=ASOF)
    assert again.digest == pack.digest
    assert [root.name for root in again.roots] == ["common", "demo"]
    assert not list((tmp_path / "home").rglob("notes.txt"))


def test_keeping_the_same_packs_again_changes_nothing_and_others_stand_beside(
    roots: list[Path], tmp_path: Path
) -> None:
    first = archive(roots, tmp_path)
    assert archive(roots, tmp_path) == first
    with (roots[0] / "sources/house.yaml").open("a") as file:
        file.write("# changed\n")
    second = archive(roots, tmp_path)
    assert sorted(path.name for path in (tmp_path / "packs").iterdir()) == sorted([first, second])
    assert archived(tmp_path, first) != archived(tmp_path, second)
    assert [each.digest for each in kept(tmp_path)] == sorted([first, second])
    assert all(each.is_whole and each.names == ("common", "demo") for each in kept(tmp_path))


@pytest.mark.parametrize("how", ["changed", "added", "removed", "stray folder"])
def test_a_kept_pack_that_was_altered_is_refused_and_kept_anew_when_it_is_read_again(
    roots: list[Path], tmp_path: Path, how: str
) -> None:
    digest = archive(roots, tmp_path)
    folder = tmp_path / "packs" / digest / "common"
    file = folder / "sources/house.yaml"
    if how == "changed":
        file.write_text(file.read_text("utf-8") + " ", "utf-8")
    elif how == "added":
        shutil.copy(file, file.with_name("other.yaml"))
    elif how == "removed":
        file.unlink()
    else:
        (folder / "stray").mkdir()
        shutil.copy(file, folder / "stray/house.yaml")
    with pytest.raises(Refused, match=r"archive\.altered"):
        archived(tmp_path, digest)
    assert [each.is_whole for each in kept(tmp_path)] == [False]
    archive(roots, tmp_path)
    assert archived(tmp_path, digest)


@pytest.mark.parametrize("digest", ["0" * 64, "", "../packs", "."])
def test_a_digest_under_which_nothing_is_kept_is_refused(tmp_path: Path, digest: str) -> None:
    with pytest.raises(Refused, match=r"archive\.not_kept"):
        archived(tmp_path, digest)


def test_packs_that_changed_while_they_were_read_are_not_kept(
    roots: list[Path], tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=r"archive\.changed"):
        archive(roots, tmp_path, digest="0" * 64)
    assert not list(tmp_path.glob("packs/*"))


def test_two_packs_of_one_name_are_refused(roots: list[Path], tmp_path: Path) -> None:
    other = pack_folder(tmp_path / "other", {})
    with pytest.raises(Refused, match=r"archive\.named_alike"):
        archive([*roots, other], tmp_path)
    with pytest.raises(Refused, match=r"archive\.named_alike"):
        archive([Path()], tmp_path)
