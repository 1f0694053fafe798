"""Why a raw table or a row of it is not taken, the weightiest first.

The first group refuses a file whole: nothing of it is kept, and nothing known before is touched.
The second sets one row aside in quarantine, from where it can be repaired and sent in again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from huoshui.kernel.errors import Problem, Refusal


class FeedRefusal(Refusal):
    """Reasons of files, then reasons of rows."""

    NO_FEED = (
        "No feed reads the file {file}.",
        "Add a feed to the pack whose source.path fits the file, or name the feed.",
    )
    UNKNOWN_FEED = "The pack has no feed {feed}.", "Name one of: {feeds}."
    NO_FILE = "There is no file or folder {file}.", "Give the path of what is to be ingested."
    NO_ADDRESS = (
        "The feed {feed} reads a database, but no address was given.",
        "Set HUOSHUI_SOURCE_URL, or give the address.",
    )
    UNREACHABLE = (
        "The source database did not answer the feed {feed}: {detail}.",
        "Check the address, the account's rights and the query, then ingest again.",
    )
    NOT_READABLE = (
        "The file is not a readable {format}: {detail}.",
        "Check that the feed names the right format, or export the file again.",
    )
    EMPTY_FILE = "The file is empty.", "Ask the source to send it again."
    WRONG_ENCODING = (
        "The file is not in {declared}: byte {byte} cannot be read{seems}.",
        "Add the file's encoding to source.encodings of the feed, or save the file as UTF-8.",
    )
    CUT_SHORT = (
        "The file is cut short: {detail}.",
        "Ask the source to send the whole file again; nothing of it was taken.",
    )
    NO_SHEET = "The workbook has no sheet {sheet}; it has {sheets}.", "Correct sheet in the feed."
    DOUBLED_COLUMN = (
        "The column {column} occurs twice.",
        "Rename one of the two in the source; names that differ in case only count as one.",
    )
    RENAMED_COLUMN = (
        "The column {column} is missing; the file has {near}, which may be its new name.",
        "Rename the column in the file, or write `from: {near}` in the feed if it is the same.",
    )
    MISSING_COLUMN = (
        "The column {column} is missing; the file has {columns}.",
        "Ask for a file with the column, or correct `from` in the feed.",
    )

    RAGGED_ROW = (
        "The row has {found} fields where the heading has {expected}.",
        "Put the fields in their columns, empty unsplit_row and resubmit the row.",
    )
    NOT_JSON = (
        "The line is not a JSON object.",
        "Put the values in their columns, empty unsplit_row and resubmit the row.",
    )
    NO_SUBJECT = (
        "The row says neither code nor name of whom it is about.",
        "Fill in the code or the name and resubmit the row.",
    )
    MISSING_VALUE = "{field} is empty.", "Fill it in and resubmit the row."
    NOT_A_CODE = (
        "{value} does not have the form of a {scheme}.",
        "Correct the code from the certificate and resubmit the row.",
    )
    WRONG_CHECK_DIGIT = (
        "The check digit of {value} is wrong.",
        "Correct the code from the certificate and resubmit the row.",
    )
    NOT_A_DAY = "{value} is not a day.", "Correct the day and resubmit the row."
    NOT_AN_AMOUNT = (
        "{value} is not a certain amount of money.",
        "Write the exact amount with its unit and resubmit the row.",
    )
    FINER_THAN_A_FEN = (
        "{value} has a fraction of the smallest unit of its currency.",
        "Round the amount as the source's own rule says and resubmit the row.",
    )
    FOREIGN_CURRENCY = (
        "{value} is in {currency}, but the column is kept in yuan.",
        "Convert the amount by the source's own rate and resubmit the row.",
    )
    NOT_A_NUMBER = "{value} is not a number.", "Correct the number and resubmit the row."
    NOT_WHOLE = "{value} is not a whole number of {unit}.", "Correct it and resubmit the row."
    NOT_A_WORD = (
        "{value} is no word of {vocabulary}.",
        "Correct the word, or add it to `map` of the feed's column, and resubmit the row.",
    )
    NOT_A_FLAG = "{value} is neither yes nor no.", "Write 是 or 否 and resubmit the row."
    OUT_OF_RANGE = "{value} is outside {range}.", "Correct the number and resubmit the row."


@dataclass(frozen=True)
class Fault:
    """What is wrong with one value: the reason, and what fills its sentence."""

    reason: FeedRefusal
    fields: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, reason: FeedRefusal, **fields: str) -> Fault:
        """Name the reason with what fills its sentence."""
        return cls(reason, tuple(fields.items()))

    def problem(self, *, value: str, field: str) -> Problem:
        """Say it of a value in a field."""
        said: dict[str, Any] = {"value": value, "field": field, **dict(self.fields)}
        return self.reason.problem(**said)
