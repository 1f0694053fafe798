"""A fitted card in a folder: the rating and the source it cites, as files of a pack."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from huoshui.kernel.citation import Citation
from huoshui.modelling.card import source_of
from huoshui.policy.schema import Form, Rating

HEADER = "# Written by `huoshui model fit`; fit it again rather than edit it.\n"


def card_save(rating: Rating, folder: Path) -> Path:
    """Write ratings/<id>.yaml and the source it cites, and give the rating's file."""
    card = folder / "ratings" / f"{rating.id}.yaml"
    source = source_of(rating)
    _write(rating, card)
    _write(source, folder / "sources" / f"{source.id}.yaml")
    return card


def _write(form: Form, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(_plain(form), allow_unicode=True, sort_keys=False, width=96)
    path.write_text(HEADER + text, "utf-8")


def _plain(value: Any) -> Any:
    """Turn a form into what YAML writes: what is said and no defaults, numbers and days as text."""
    if isinstance(value, Form):
        fields = type(value).model_fields
        said = ((name, getattr(value, name)) for name in fields)
        return {name: _plain(part) for name, part in said if part != fields[name].default}
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dt.date | Citation | str):  # a word of an enumeration is text too
        return str(value)
    return value
