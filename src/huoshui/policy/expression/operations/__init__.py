"""The table of operations, by the name that the parser gives each."""

from huoshui.policy.expression.operations import (
    arithmetic,
    choice,
    comparison,
    days,
    logic,
    measure,
    number,
)
from huoshui.policy.expression.operations.operation import Operation, Site

OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for family in (logic, comparison, choice, arithmetic, number, measure, days)
    for operation in family.OPERATIONS
}

__all__ = ["OPERATIONS", "Operation", "Site"]
