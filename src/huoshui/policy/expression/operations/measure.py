"""Yuan, wan_yuan and plain: give a number its unit, or take it off."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from huoshui.policy.expression.dimensions import base, dimension, said
from huoshui.policy.expression.nodes import text_of
from huoshui.policy.expression.operations.arithmetic import BY, TIMES
from huoshui.policy.expression.operations.operation import Operation, Site, need
from huoshui.policy.expression.refusals import ExpressionRefusal as Refusal
from huoshui.policy.expression.typed import Constant, Type, Typed
from huoshui.policy.schema import Unit


def _scaled(arg: Typed, scale: Decimal, unit: Unit | None, text: str) -> Typed:
    """Say a number in a unit that is `scale` of its own."""
    if isinstance(arg, Constant):
        exact = None if arg.exact is None else arg.exact * scale
        value = None if exact is None else float(exact)
        return replace(arg, exact=exact, value=value, unit=unit, text=text)
    if scale == 1:
        return replace(arg, unit=unit, text=text)
    # Dividing by 100 is the nearest double to a hundredth; multiplying by 0.01 is not.
    operation, factor = (TIMES, scale) if scale > 1 else (BY, 1 / scale)
    by = Constant(type=Type.NUMBER, value=float(factor), exact=factor, text=f"{factor:f}")
    return operation.on(Type.NUMBER, arg, by, text=text, unit=unit)


def _money(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    need(site, args, Type.NUMBER)
    unit = site.scope.units.get(operation.name)
    if unit is None:
        raise site.refuse(Refusal.UNIT_NOT_GIVEN, name=operation.name, unit=operation.name)
    if args[0].unit is not None and (dimension(args[0].unit) or args[0].unit.scale != 1):
        raise site.refuse(
            Refusal.UNITS_DIFFER,
            0,
            left=operation.name,
            left_unit="a plain number",
            right=args[0].text,
            right_unit=said(args[0].unit),
        )
    first = base(unit, site.scope.units)
    return _scaled(args[0], unit.scale / first.scale, first, text_of(site.node))


def _plain(site: Site, operation: Operation, args: tuple[Typed, ...]) -> Typed:
    need(site, args, Type.NUMBER)
    unit = args[0].unit
    if unit is None:
        return replace(args[0], text=text_of(site.node))
    if not unit.bare:
        raise site.refuse(Refusal.NO_PLAIN_NUMBER, unit=said(unit), text=args[0].text)
    return _scaled(args[0], unit.scale, None, text_of(site.node))


YUAN = Operation("yuan", _money, TIMES.row, TIMES.table, TIMES.sql)
WAN_YUAN = Operation("wan_yuan", _money, TIMES.row, TIMES.table, TIMES.sql)
PLAIN = Operation("plain", _plain, BY.row, BY.table, BY.sql)

OPERATIONS = (YUAN, WAN_YUAN, PLAIN)
