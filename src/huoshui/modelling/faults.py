"""Why a table is not fitted, a fitted card not written, or money not allocated."""

from __future__ import annotations

import importlib
from types import ModuleType

from huoshui.kernel.errors import Refusal


class ModelRefusal(Refusal):
    """Why no model is fitted, the weightiest first."""

    NOT_INSTALLED = (
        "Fitting needs {library}, which is not installed.",
        "Install the extra: pip install 'huoshui[modelling]' (or `make setup`).",
    )
    NO_TABLE = "There is no table at {path}.", "Give a Parquet or CSV file."
    UNREADABLE = (
        "{path} cannot be read as a table: {detail}.",
        "Give a whole Parquet file, or a CSV file in UTF-8 with one row of headings.",
    )
    NO_COLUMN = "The table has no column {column}.", "Use one of: {known}."
    NOT_BINARY = (
        "The target {target} has {count} different values ({shown}); a default model needs two.",
        "Give a column with two values, or turn it into one first.",
    )
    WHICH_IS_BAD = (
        "It is not plain which of {first} and {second} in {target} is the default.",
        "Say so: --bad {first}, or --bad {second}.",
    )
    NO_SUCH_VALUE = (
        "The target {target} never has the value {value}.",
        "Use one of: {shown}.",
    )
    TOO_FEW = (
        "{count} rows are {what}; {folds} folds need at least {folds} of each kind.",
        "Take fewer folds, or a table with more rows of both kinds.",
    )
    FOLDS = (
        "{folds} folds repeated {repeats} times is no validation.",
        "Take 2 folds or more, 1 repeat or more.",
    )
    BAD_TREND = (
        "{trend} is no direction for {column}.",
        "Use ascending (the bad rate rises with the column) or descending.",
    )
    TREND_OF_WORDS = (
        "{column} holds words, which have no direction.",
        "Declare a direction for columns of numbers only.",
    )
    NO_COLUMNS = (
        "No column is left to fit on: {reasons}.",
        "Keep a column with --keep, or give a table with more columns.",
    )
    NOTHING_TOLD = (
        "No column tells bad rows from good ones.",
        "Give columns that were known before the outcome and bear on it.",
    )
    NO_MAXIMUM = (
        "The likelihood has no maximum: some columns separate good from bad rows exactly.",
        "Give a penalty above zero, or leave the separating column out.",
    )


def library(name: str) -> ModuleType:
    """Import a modelling library, or refuse saying how to install it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise ModelRefusal.NOT_INSTALLED.refuse(library=name.split(".")[0]) from None
