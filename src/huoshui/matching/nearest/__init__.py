"""The nearest way to yes: the least that a subject could change for a rule to answer it so."""

from huoshui.matching.nearest.schema import ALREADY, ColumnChange, Nearest, Step
from huoshui.matching.nearest.search import GRADE, nearest

__all__ = ["ALREADY", "GRADE", "ColumnChange", "Nearest", "Step", "nearest"]
