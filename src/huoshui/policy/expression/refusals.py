"""Every reason for which the text of a rule is refused, the weightiest first."""

from __future__ import annotations

from huoshui.kernel.errors import Refusal


class ExpressionRefusal(Refusal):
    """Why an expression is not accepted; `at` is line:column inside its text."""

    EMPTY = "The expression is empty.", "Write a condition or a formula."
    TOO_LONG = (
        "The expression has {length} characters; {most} are read.",
        "Move a part of it into an indicator and name that.",
    )
    COMMENT = "A comment stands inside the expression at {at}.", "Put it into the YAML beside it."
    SYMBOL = "{symbol} at {at} is no symbol of the rule language.", "{hint}"
    TOO_DEEP = (
        "The expression is nested deeper than {most} at {at}.",
        "Move a part of it into an indicator and name that.",
    )
    SYNTAX = "The expression cannot be read at {at}: {detail}", "Correct the text at that place."
    FORM = "{form} at {at} is not part of the rule language.", "{hint}"
    UNKNOWN_FUNCTION = "There is no function {name} (at {at}).", "{hint}"
    ARGUMENTS = (
        "{name} at {at} takes {wanted}, not {given}.",
        "Give it as many arguments as it takes.",
    )
    NULL_LITERAL = (
        "null stands at {at} where it makes the answer always unknown.",
        "Write `is null` or `is not null`; null may stand after then and else.",
    )
    NOT_A_NUMBER = "{value} at {at} is no number that can be kept.", "Write a finite number."
    NOT_A_DAY = "'{value}' at {at} is not a day.", "Write an existing day as 'YYYY-MM-DD'."
    UNKNOWN_NAME = "There is no column or value {name} (at {at}).", "{hint}"
    AMBIGUOUS_NAME = (
        "{name} at {at} is both a column and a value.",
        "Rename the value so that the expression says which is meant.",
    )
    UNIT_NOT_GIVEN = (
        "{name} at {at} needs the unit {unit}, which this pack does not define.",
        "Define the unit in units.yaml.",
    )
    OPERAND_TYPE = (
        "{name} at {at} works on {wanted}, but {text} is a {given}.",
        "Give it {wanted}.",
    )
    TYPES_DIFFER = (
        "{left} is a {left_type} and {right} is a {right_type} (at {at}).",
        "Make both sides of one type.",
    )
    TEXT_ORDER = (
        "{text} at {at} is a {type}, which has no order.",
        "Compare it with = or <>, or list the words with in (...).",
    )
    UNITS_DIFFER = (
        "{left} is in {left_unit} and {right} is in {right_unit} (at {at}).",
        "Bring both to one unit; plain(x) takes the unit off a count, a share or points.",
    )
    BARE_NUMBER = (
        "{number} at {at} has no unit, but {text} is in {unit}.",
        "Write yuan(n) or wan_yuan(n) for money, or name a value that has a unit.",
    )
    SCALED_FACTOR = (
        "{text} at {at} is in {unit}, a hundredth or other part of a plain number.",
        "Write plain({text}) to multiply or divide with the plain number.",
    )
    NO_PLAIN_NUMBER = (
        "plain at {at} would take the unit {unit} off {text}.",
        "Divide by an amount instead, such as {text} / yuan(1).",
    )
    UNKNOWN_WORD = "'{word}' at {at} is not a word that {text} can hold.", "{hint}"
    NOT_CONSTANT = (
        "The last argument of {name} at {at} is not {wanted}.",
        "Write it out, or name a value that holds it.",
    )
    NO_VALUE = "case at {at} gives null on every branch.", "Give at least one branch a value."
    RESULT_TYPE = "The expression is a {given}, but a {wanted} is asked.", "Write one that fits."
    RESULT_UNIT = (
        "The expression is in {given}, but {wanted} is asked.",
        "Bring it to that unit; plain(x) takes the unit off a count, a share or points.",
    )
    SQL_TOO_LONG = (
        "As SQL the expression grows beyond {most} characters.",
        "Move a nested least, greatest, round or date part into an indicator and name that.",
    )
