"""What the facts of an entity amount to on a day: one row for each, a column for each indicator."""

from huoshui.indicators.build import Measuring, build, measuring
from huoshui.indicators.checks import checks, definition_problems
from huoshui.indicators.compute import Formulas, compile, compute
from huoshui.indicators.explain import parts, trace
from huoshui.indicators.schema import profile_schema

__all__ = [
    "Formulas",
    "Measuring",
    "build",
    "checks",
    "compile",
    "compute",
    "definition_problems",
    "measuring",
    "parts",
    "profile_schema",
    "trace",
]
