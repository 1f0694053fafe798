"""The handbook 惠企政策口袋书 of a region: every rule in force in plain words with its source.

Made of the packs and of nothing else, so that it cannot say what the platform does not do.
"""

from huoshui.pipeline.handbook.book import Book, book_of
from huoshui.pipeline.handbook.write import (
    MARKER,
    HandbookRefusal,
    Written,
    region_roots,
    write_handbook,
)

__all__ = [
    "MARKER",
    "Book",
    "HandbookRefusal",
    "Written",
    "book_of",
    "region_roots",
    "write_handbook",
]
