"""The handbook as a PDF of pocket size in one language, set by typst in an open Chinese face.

Everything goes to the template as data; no text of a pack is ever read as typst's markup.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import importlib.resources
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from huoshui.explain.numbers import Language
from huoshui.kernel.citation import Citation
from huoshui.kernel.errors import Refusal
from huoshui.pipeline.handbook import labels
from huoshui.pipeline.handbook.book import Book
from huoshui.pipeline.handbook.leaves import Block, Entry, Grid, Line, Lines, Words
from huoshui.pipeline.handbook.site import authority, source_facts

FACE_OF = "noto-cjk-sans-otc"
FACE, NARROW_FACE = "Noto Sans CJK SC", "Noto Sans CJK KR"
SETTER = "typst"


class PrintRefusal(Refusal):
    """Why the handbook cannot be printed."""

    NO_SETTER = (
        "The handbook is printed with {setter}, which is not installed.",
        "Install {setter}, or leave the PDF out with --no-pdf.",
    )
    NO_FACE = (
        "The Chinese face of {package} is not installed, so the PDF would show boxes.",
        "Install {package}, or leave the PDF out with --no-pdf.",
    )


def faces_folder(package: str = FACE_OF) -> Path:
    """Find the folder of the Chinese face among the installed files of its package."""
    try:
        files = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in sorted(map(str, files)):
        if file.endswith((".ttc", ".otf", ".ttf")):
            path = Path(str(importlib.metadata.distribution(package).locate_file(file)))
            if path.is_file():
                return path.parent
    raise PrintRefusal.NO_FACE.refuse(package=package)


def pdf(book: Book, language: Language, *, faces: Path) -> bytes:
    """Print the book; the same book gives the same bytes."""
    try:
        import typst  # large, and needed here only
    except ImportError:
        raise PrintRefusal.NO_SETTER.refuse(setter=SETTER) from None
    template = importlib.resources.files("huoshui.pipeline.handbook") / "assets/handbook.typ"
    midnight = dt.datetime.combine(book.pack.asof, dt.time(), tzinfo=dt.UTC)
    source: Any = template.read_bytes()
    made: bytes = typst.compile(
        source,
        font_paths=[str(faces)],
        ignore_system_fonts=True,
        sys_inputs={"book": json.dumps(_data(book, language), ensure_ascii=False)},
        timestamp=int(midnight.timestamp()),
    )
    return made


def _data(book: Book, language: Language) -> dict[str, Any]:
    def word(words: Words, **by: str) -> str:
        return words[language].format(**by) if by else words[language]

    made = word(labels.MADE_OF, region=book.region, day=book.day, digest=book.pack.digest[:12])
    return {
        "language": language,
        "face": FACE,
        "narrow_face": NARROW_FACE,
        "date": [book.pack.asof.year, book.pack.asof.month, book.pack.asof.day],
        "title": word(labels.BOOK),
        "as_of": word(labels.AS_OF, day=book.day),
        "how_to_read": word(labels.HOW_TO_READ),
        "made": made,
        "contents": word(labels.CONTENTS),
        "chapters": [
            {
                "title": word(chapter.label),
                "entries": [_entry(book, entry, language) for entry in chapter.entries],
            }
            for chapter in book.chapters
        ],
        "sources_title": word(labels.SOURCES),
        "sources": [
            {
                "title": getattr(book.pack.sources[name].title, language),
                "facts": [[word(a), b] for a, b in source_facts(book, name, language)],
            }
            for name in book.citing
        ],
    }


def _entry(book: Book, entry: Entry, language: Language) -> dict[str, Any]:
    numbered = {cite: nth for nth, cite in enumerate(entry.cites(), 1)}
    office = book.pack.institutions.get(entry.institution or "")
    under = [getattr(office.label, language)] if office else []
    under += [entry.group[language]] if entry.group else []
    return {
        "title": entry.label[language],
        "under": " · ".join(under),
        "lead": entry.lead[language] if entry.lead else "",
        "flags": [flag[language] for flag in entry.flags],
        "blocks": [_block(book, block, numbered, language) for block in entry.blocks],
        "authorities": [_authority(book, cite, language) for cite in numbered],
        "rests_on": labels.READ_WHERE[language],
        "checked": f"{labels.CHECKED[language]} {entry.checked_on}",
    }


def _authority(book: Book, cite: str, language: Language) -> dict[str, str]:
    return {
        "about": authority(book, cite, language),
        "place": Citation.parse(cite).place,
        "mark": book.mark(cite)[language],
    }


def _block(
    book: Book, block: Block, numbered: dict[str, int], language: Language
) -> dict[str, Any]:
    def cells(lines: Sequence[Line]) -> list[dict[str, Any]]:
        return [_line(book, line, numbered, language) for line in lines]

    return {
        "title": block.title[language],
        "lead": block.lead[language] if block.lead else "",
        "items": cells(block.items) if isinstance(block, Lines) else [],
        "head": [word[language] for word in block.head] if isinstance(block, Grid) else [],
        "rows": [cells(row) for row in block.rows] if isinstance(block, Grid) else [],
        "spans": block.spans() if isinstance(block, Grid) else [],
    }


def _line(book: Book, line: Line, numbered: dict[str, int], language: Language) -> dict[str, Any]:
    text = book.by_key[line.link].label[language] if line.link else line.text[language]
    unknown = ""
    if line.is_unknown and text != labels.UNKNOWN[language]:
        unknown = labels.IS_UNKNOWN[language]
    return {
        "text": text,
        "unknown": unknown,
        "mark": book.mark(line.cite)[language] if line.cite else "",
        "ref": str(numbered[line.cite]) if line.cite else "",
    }
