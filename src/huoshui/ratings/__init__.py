"""Ratings: points of every scheme for everybody at once, and why one subject has its own."""

from huoshui.ratings.build import add, compile, compute, known_rating, score
from huoshui.ratings.explain import (
    ConditionTrace,
    CriterionTrace,
    GroupTrace,
    Missing,
    RatingTrace,
    explain,
    trace,
)
from huoshui.ratings.schema import MICRO, NO_GRADE, RatingColumns, columns, fields
from huoshui.ratings.scheme import RatingRefusal, Scheme, check, compile_rating

__all__ = [
    "MICRO",
    "NO_GRADE",
    "ConditionTrace",
    "CriterionTrace",
    "GroupTrace",
    "Missing",
    "RatingColumns",
    "RatingRefusal",
    "RatingTrace",
    "Scheme",
    "add",
    "check",
    "columns",
    "compile",
    "compile_rating",
    "compute",
    "explain",
    "fields",
    "known_rating",
    "score",
    "trace",
]
