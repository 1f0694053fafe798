"""Worked examples as their file has them, in the form of their kind, or refused with each fault."""

from __future__ import annotations

from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from huoshui.kernel.errors import Refusal, Refused
from huoshui.policy.reading import Document

Example = TypeVar("Example")


def examples_in(
    document: Document, form: TypeAdapter[list[Example]], refusal: Refusal
) -> list[Example]:
    """Read the examples of a file, or refuse all that is not of their form.

    `refusal` is the kind's own word for it, whose message takes the `detail`.
    """
    try:
        return form.validate_python(document.content)
    except ValidationError as error:
        problems = [
            refusal.problem(
                where=document.where(tuple(detail["loc"])),
                detail=detail["msg"].removeprefix("Value error, ").rstrip("."),
            )
            for detail in error.errors()
        ]
    raise Refused(*problems)
