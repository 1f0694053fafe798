"""The pack's rules said in the language of zen-engine, a rules engine in Rust: the peer of `match`.

It gets every advantage that its form allows: each condition and each clause is computed once and
referred to afterwards, the decision is made ready beforehand, and it need not hand out its reasons.
Its comparisons refuse null, so each is guarded; yes, no and unknown are true, false and null.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from huoshui.matching import Plan
from huoshui.policy.expression import Type, Typed
from huoshui.policy.expression.typed import Apply, Constant, Read

STRICT = {"<": "<", "<=": "<=", "=": "==", "<>": "!=", ">": ">", ">=": ">="}
VERDICTS = {"yes": True, "no": False, "unknown": None}


def decision(plan: Plan) -> str:
    """Give the decision as its JSON: conditions, then clauses, then a verdict for each offering."""
    names = {condition: f"q{i}" for i, condition in enumerate(plan.conditions.all)}
    first = [(name, said(condition, {})) for condition, name in names.items()]
    clauses, second = [], []
    for i, clause in enumerate(plan.distinct):
        if clause in names:
            clauses.append(names[clause])
        else:
            clauses.append(f"c{i}")
            second.append((f"c{i}", said(clause, names)))
    third = [(f"v{k}", _verdict([clauses[i] for i in used])) for k, used in enumerate(plan.uses)]
    nodes: list[dict[str, Any]] = [{"id": "in", "type": "inputNode", "name": "in"}]
    for name, entries in (("conditions", first), ("clauses", second), ("verdicts", third)):
        nodes.append(_expressions(name, entries, passes=name != "verdicts"))
    nodes.append({"id": "out", "type": "outputNode", "name": "out"})
    ids = [node["id"] for node in nodes]
    edges = [
        {"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in pairwise(ids)
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


def _expressions(name: str, entries: list[tuple[str, str]], *, passes: bool) -> dict[str, Any]:
    said_so = [{"id": key, "key": key, "value": value} for key, value in entries]
    content = {"expressions": said_so, "passThrough": passes}
    return {"id": name, "type": "expressionNode", "name": name, "content": content}


def _verdict(clauses: list[str]) -> str:
    if not clauses:
        return "true"
    no = " or ".join(f"{name} == false" for name in clauses)
    unknown = " or ".join(f"{name} == null" for name in clauses)
    return f"({no}) ? false : (({unknown}) ? null : true)"


def said(part: Typed, names: Mapping[Typed, str]) -> str:
    """Say a flag; `names` are those of parts that have been computed before."""
    if part in names:
        return names[part]
    if isinstance(part, Read):
        return part.column
    if isinstance(part, Constant):
        return _constant(part)
    assert isinstance(part, Apply), "nothing in the pack's clauses reads the day by itself"
    name, args = part.operation.name, part.args
    if name == "is null":
        return f"({said(args[0], names)} == null)"
    if name == "not":
        inner = said(args[0], names)
        return f"(({inner} == null) ? null : not({inner}))"
    if name in ("or", "and"):
        return _joined(
            [said(arg, names) for arg in args], weighs="true" if name == "or" else "false"
        )
    if name == "case":
        text = said(args[-1], names)
        for when, value in reversed(list(zip(args[:-1:2], args[1:-1:2], strict=True))):
            text = f"(({said(when, names)} == true) ? {said(value, names)} : {text})"
        return text
    known = " and ".join(f"{column} != null" for column in sorted(part.columns))
    return f"(({known}) ? {_strict(part)} : null)"


def _joined(parts: list[str], *, weighs: str) -> str:
    """Say `or` (true outweighs) or `and` (false does); unknown comes before the other."""
    other = "false" if weighs == "true" else "true"
    any_weighs = " or ".join(f"{part} == {weighs}" for part in parts)
    any_unknown = " or ".join(f"{part} == null" for part in parts)
    return f"(({any_weighs}) ? {weighs} : (({any_unknown}) ? null : {other}))"


def _strict(part: Apply) -> str:
    name, args = part.operation.name, part.args
    if name in STRICT:
        return f"({_value(args[0])} {STRICT[name]} {_value(args[1])})"
    if name == "in":
        return f"({_value(args[0])} in [{', '.join(_value(arg) for arg in args[1:])}])"
    assert name == "starts_with", f"{name} has not been said in zen's language"
    return f"startsWith({_value(args[0])}, {_value(args[1])})"


def _value(part: Typed) -> str:
    if isinstance(part, Read):
        return part.column
    if isinstance(part, Constant):
        return _constant(part)
    assert isinstance(part, Apply), "nothing in the pack's clauses reads the day by itself"
    assert part.operation.name in "+-*", (
        f"{part.operation.name} has not been said in zen's language"
    )
    return f"({f' {part.operation.name} '.join(_value(arg) for arg in part.args)})"


def _constant(part: Constant) -> str:
    if part.value is None:
        return "null"
    if part.type == Type.FLAG:
        return "true" if part.value else "false"
    if part.type == Type.NUMBER:
        return format(part.exact, "f") if part.exact is not None else repr(part.value)
    return repr(str(part.value))
