"""SQL text of the same meaning, for engines: every name quoted, every number a double.

The text keeps to functions that DuckDB and Spark share; for Spark the pipeline turns its quotation
marks with sqlglot.  What engines do otherwise is written out: division by zero, results that are
not finite, least and greatest over unknowns, rounding.
"""

from __future__ import annotations

import datetime as dt

from huoshui.policy.expression.operations.arithmetic import finite_sql
from huoshui.policy.expression.refusals import ExpressionRefusal as Refusal
from huoshui.policy.expression.typed import Apply, Constant, Read, Scalar, Today, Type, Typed

SQL_MOST = 200_000
"""Longest text made; some operations write an operand several times."""

_KINDS = {Type.NUMBER: "DOUBLE", Type.FLAG: "BOOLEAN", Type.DAY: "DATE", Type.TEXT: "VARCHAR"}


def to_sql(typed: Typed, *, asof: dt.date) -> str:
    """Write a typed expression as SQL; raises `Refused` if it would grow beyond reason."""
    if isinstance(typed, Constant):
        return _literal(typed.value, typed.type)
    if isinstance(typed, Read):
        return _column(typed)
    if isinstance(typed, Today):
        return _literal(asof, Type.DAY)
    assert isinstance(typed, Apply), "there are four kinds of parts"
    text = typed.operation.sql(*(to_sql(arg, asof=asof) for arg in typed.args))
    if len(text) > SQL_MOST:
        raise Refusal.SQL_TOO_LONG.refuse(most=SQL_MOST)
    return text


def _column(read: Read) -> str:
    name = '"' + read.column.replace('"', '""') + '"'
    if read.type != Type.NUMBER:
        return name
    number = f"CAST({name} AS DOUBLE)"
    return number if read.unit is not None and read.unit.whole else finite_sql(number)


def _literal(value: Scalar, type_: Type) -> str:
    if value is None:
        return f"CAST(NULL AS {_KINDS[type_]})"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        digits = repr(value).removesuffix(".0")
        digits = digits if "e" in digits else digits + "e0"
        return f"({digits})" if value < 0 else digits
    if isinstance(value, dt.date):
        return f"DATE '{value.isoformat()}'"
    return "'" + value.replace("'", "''") + "'"
