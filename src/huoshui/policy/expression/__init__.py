"""The rule language: a checked subset of SQL, three-valued, with one meaning and three renderings.

>>> import datetime as dt
>>> scope = Scope(columns={"staff_count": Column(Type.NUMBER)})
>>> typed = check(parse("staff_count between 10 and 300"), scope)
>>> evaluate_row(typed, {"staff_count": 12}, asof=dt.date(2026, 1, 1)).value
True
"""

from huoshui.policy.expression.check import check
from huoshui.policy.expression.cuts import Cuts, bin_codes, cuts, representatives
from huoshui.policy.expression.nodes import Expression, names, text_of
from huoshui.policy.expression.parse import parse
from huoshui.policy.expression.refusals import ExpressionRefusal
from huoshui.policy.expression.row import evaluate_row
from huoshui.policy.expression.sql import to_sql
from huoshui.policy.expression.table import Program, compile_table, evaluate_table
from huoshui.policy.expression.typed import Column, Constant, Scope, Type, Typed, Value

__all__ = [
    "Column",
    "Constant",
    "Cuts",
    "Expression",
    "ExpressionRefusal",
    "Program",
    "Scope",
    "Type",
    "Typed",
    "Value",
    "bin_codes",
    "check",
    "compile_table",
    "cuts",
    "evaluate_row",
    "evaluate_table",
    "names",
    "parse",
    "representatives",
    "text_of",
    "to_sql",
]
