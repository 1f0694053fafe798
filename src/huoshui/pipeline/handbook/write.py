"""The handbook as a folder: pages, style, search and PDF files, and nothing that is not ours.

A folder is written over only if the handbook made it and nobody has added to it.
"""

from __future__ import annotations

import importlib.resources
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from huoshui.explain.numbers import LANGUAGES, Language
from huoshui.kernel.errors import Refusal, Where
from huoshui.kernel.step import Tick, unwatched
from huoshui.pipeline.handbook import labels
from huoshui.pipeline.handbook.book import Book
from huoshui.pipeline.handbook.markup import joined, tag
from huoshui.pipeline.handbook.printed import faces_folder, pdf
from huoshui.pipeline.handbook.site import LANG_CODES, Site
from huoshui.pipeline.packcheck import regions

MARKER = ".huoshui-handbook.json"
ASSETS = ("handbook.css", "search.js")


class HandbookRefusal(Refusal):
    """Why a handbook is not written."""

    NO_REGION = (
        "There are no packs of a region {region} in {folder}.",
        "Use one of: {known}.",
    )
    NOT_A_FOLDER = ("{out} is a file.", "Name a folder that is empty or does not exist.")
    NOT_OURS = (
        "The folder {out} holds {found}, which no handbook wrote.",
        "Name an empty folder, or move what is there away.",
    )


@dataclass(frozen=True)
class Written:
    """What was written where."""

    folder: Path
    entries: int
    sources: int
    files: int
    bytes: int


def region_roots(folder: Path, region: str) -> tuple[Path, Path]:
    """Give the common packs and a region's, or refuse with the regions there are."""
    known = {path.name: path for path in regions(folder)}
    if region not in known:
        named = ", ".join(sorted(known))
        raise HandbookRefusal.NO_REGION.refuse(
            where=Where(str(folder)), region=region, folder=folder, known=named
        )
    return folder / "common", known[region]


def write_handbook(
    book: Book,
    out: Path,
    *,
    languages: Sequence[Language] = LANGUAGES,
    printed: bool = True,
    tick: Tick = unwatched,
) -> Written:
    """Write the book into a folder, all of it or nothing; a second time gives the same bytes."""
    out = out.resolve()
    _refuse_what_is_not_ours(out)
    files = _files(book, languages, printed=printed, tick=tick)
    marker = {"region": book.region, "asof": book.day, "digest": book.pack.digest}
    text = json.dumps({**marker, "files": sorted(files)}, indent=1) + "\n"
    out.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        building.chmod(0o755)
        for path, content in {**files, MARKER: text.encode()}.items():
            target = building / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        if out.exists():
            shutil.rmtree(out)
        building.rename(out)
    except OSError:
        shutil.rmtree(building, ignore_errors=True)
        raise
    total = sum(map(len, files.values()))
    return Written(out, len(book.entries), len(book.citing), len(files), total)


def _refuse_what_is_not_ours(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise HandbookRefusal.NOT_A_FOLDER.refuse(where=Where(str(out)), out=out)
    ours: set[str] = {MARKER}
    ours |= _written_before(out / MARKER)
    found = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir())
    others = [name for name in found if name not in ours]
    if others:
        raise HandbookRefusal.NOT_OURS.refuse(where=Where(str(out)), out=out, found=others[0])


def _written_before(marker: Path) -> set[str]:
    """Read what a handbook wrote; a marker that cannot be read vouches for nothing."""
    try:
        return set(json.loads(marker.read_text(encoding="utf-8"))["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _files(
    book: Book, languages: Sequence[Language], *, printed: bool, tick: Tick
) -> dict[str, bytes]:
    """Make every file by its path; what cannot be made is refused before anything is written."""
    faces = faces_folder() if printed else None
    assets = importlib.resources.files("huoshui.pipeline.handbook") / "assets"
    files = {name: (assets / name).read_bytes() for name in ASSETS}
    files["index.html"] = _door(languages).encode()
    for nth, language in enumerate(languages):
        tick("pages", nth, len(languages))
        site = Site(book, language, languages, printed=printed)
        files |= {path: text.encode() for path, text in site.pages()}
        if faces is not None:
            tick("PDF", nth, len(languages))
            files[f"handbook-{language}.pdf"] = pdf(book, language, faces=faces)
    return files


def _door(languages: Sequence[Language]) -> str:
    """Write the first page: it leads to a language's contents."""
    links = [
        tag("li", tag("a", labels.BOOK[x], href=f"{x}/index.html", lang=LANG_CODES[x]))
        for x in languages
    ]
    head = joined(
        [
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("title", labels.BOOK[languages[0]]),
            tag("link", rel="stylesheet", href="handbook.css"),
        ]
    )
    body = tag("main", tag("h1", labels.BOOK[languages[0]]), tag("ul", *links, class_="cards"))
    page = tag("html", tag("head", head), tag("body", body), lang=LANG_CODES[languages[0]])
    return f"<!doctype html>\n{page}\n"
