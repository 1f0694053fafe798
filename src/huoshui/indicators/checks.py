"""What must hold of indicators: of their definitions before a run, of the profile after it."""

from __future__ import annotations

from collections.abc import Iterator

from huoshui.indicators.schema import PROFILE_MEASURED, gives_amount
from huoshui.kernel.errors import Problem, Refusal
from huoshui.kernel.step import Step
from huoshui.policy.pack import Pack
from huoshui.policy.schema import ColumnType, Indicator, Item, Measure


class MeasureRefusal(Refusal):
    """Why a measure cannot give what its indicator says."""

    WRONG_TYPE = (
        "The measure gives a {got}, but the indicator is a {wanted}.",
        "Correct the type of the indicator, or the column or aggregate of the measure.",
    )
    WRONG_UNIT = (
        "The column {column} is in {unit}, which cannot become {wanted}.",
        "Give the indicator a unit of the same dimension.",
    )
    NOT_A_SUM = "The column {column} is a {type} and cannot be added up.", "Count it instead."
    NOT_FOR_OP = "A {op} cannot read the {type} column {column}.", "Read a {wanted} column."


_GIVES = {
    ColumnType.WHOLE: "number",
    ColumnType.DECIMAL: "number",
    ColumnType.MONEY: "number",
    ColumnType.DAY: "day",
    ColumnType.FLAG: "flag",
}
_COUNTED = ("count", "count_distinct")


def definition_problems(pack: Pack) -> Iterator[Problem]:
    """Yield the measures whose type or unit differs from what their indicator says."""
    for indicator in pack.indicators.values():
        measure = indicator.measure
        if measure is not None and measure.item in pack.items:
            yield from _measure(pack, indicator, measure, pack.items[measure.item])


def _measure(pack: Pack, indicator: Indicator, measure: Measure, item: Item) -> Iterator[Problem]:
    where = pack.where("indicators", indicator.id, "measure")
    column = item.columns.get(measure.column or "")
    kind = _GIVES.get(column.type, "text") if column else "day"
    if measure.aggregate == "any" and column and kind != "flag":
        yield MeasureRefusal.NOT_FOR_OP.problem(
            where=where, op="any", type=kind, column=measure.column, wanted="flag"
        )
    summed = measure.op in ("top_share", "variation") or measure.aggregate == "sum"
    if summed and kind != "number":
        yield MeasureRefusal.NOT_A_SUM.problem(where=where, column=measure.column, type=kind)
    if measure.op in ("since", "edge_day") and kind != "day":
        yield MeasureRefusal.NOT_FOR_OP.problem(
            where=where, op=measure.op, type=kind, column=measure.column, wanted="day"
        )
    given = _given(measure, kind)
    if given != indicator.type:
        yield MeasureRefusal.WRONG_TYPE.problem(where=where, got=given, wanted=indicator.type)
    elif gives_amount(measure) and column and column.unit and given == "number":
        own, wanted = pack.units.get(column.unit), pack.units.get(indicator.unit or "")
        if own and wanted and own.dimension != wanted.dimension:
            yield MeasureRefusal.WRONG_UNIT.problem(
                where=where, column=measure.column, unit=column.unit, wanted=indicator.unit
            )


def _given(measure: Measure, kind: str) -> str:
    if measure.op in ("top_share", "active_months", "variation", "since"):
        return "number"
    if measure.aggregate == "any":
        return "flag"
    return "number" if measure.aggregate in _COUNTED else kind


def checks(pack: Pack) -> list[Step]:
    """Describe relations that must all be empty, named for what they find."""
    return [
        Step(
            "profile_twice",
            f"SELECT entity FROM {PROFILE_MEASURED} GROUP BY entity HAVING count(*) > 1",
            "view",
        ),
        Step(
            "profile_of_nobody",
            f"SELECT p.entity FROM {PROFILE_MEASURED} AS p"
            " LEFT JOIN entity AS e ON e.entity = p.entity WHERE e.entity IS NULL",
            "view",
        ),
        Step(
            "profile_lost",
            f"SELECT s.entity FROM profile_subject AS s LEFT JOIN {PROFILE_MEASURED} AS p"
            " ON p.entity = s.entity WHERE p.entity IS NULL",
            "view",
        ),
        Step(
            "fact_without_day",
            " UNION ALL ".join(
                f"SELECT '{item}' AS item, entity FROM settled_{item} WHERE true_from IS NULL"
                for item in sorted(pack.items)
            ),
            "view",
        ),
    ]
