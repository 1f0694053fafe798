"""A workflow's drawing: every way is there, nothing lies on anything else."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huoshui.policy.loader import load
from huoshui.policy.machine import Machine, machine_of
from huoshui.web.audit.rules.diagram import TALL, WIDE, Diagram, Node, Way
from huoshui.web.cases.rules.diagram import FlowDiagram
from huoshui.web.cases.rules.drawing import diagram_of

PACKS = Path(__file__).resolve().parents[3] / "packs"
WORKFLOWS = ("financing_application", "need", "product_listing", "subsidy_claim")
BOTH = {"zh": "名", "en": "name"}
Point = tuple[int, int]


@cache
def machine(name: str) -> Machine:
    return machine_of(load([PACKS / "common"], asof=dt.date(2026, 11, 20)), name)


def corners(d: str) -> list[Point]:
    """Follow a path of M, V and H to its corners."""
    points: list[Point] = []
    for letter, numbers in re.findall(r"([MVH])([-\d ]+)", d):
        values = [int(n) for n in numbers.split()]
        if letter == "M":
            points.append((values[0], values[1]))
        else:
            x, y = points[-1]
            points.append((x, values[0]) if letter == "V" else (values[0], y))
    return points


def crossed(drawn: Diagram) -> list[tuple[str, str]]:
    """Name the boxes that a line runs through, with the line."""
    found = []
    for d in drawn.paths():
        for (x1, y1), (x2, y2) in pairwise(corners(d)):
            for box in drawn.boxes():
                inside_x = max(x1, x2) > box.x + 1 and min(x1, x2) < box.x + WIDE - 1
                inside_y = max(y1, y2) > box.y + 1 and min(y1, y2) < box.y + TALL - 1
                if inside_x and inside_y:
                    found.append((box.node.id, d))
    return found


def sound(drawn: Diagram) -> None:
    wide, tall = drawn.size()
    for one, other in combinations(drawn.boxes(), 2):
        apart = abs(one.x - other.x) >= WIDE or abs(one.y - other.y) >= TALL
        assert apart, (one.node.id, other.node.id)
    for d in drawn.paths():
        assert all(0 <= x <= wide and 0 <= y <= tall for x, y in corners(d)), d


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_way_of_a_workflow_is_drawn_clear_of_every_box(name: str) -> None:
    flow = machine(name)
    drawn = diagram_of(flow, here=flow.moves[flow.workflow.opening].to, been=[])
    sound(drawn)
    assert crossed(drawn) == []
    ways = {(s, m.to) for m in flow.moves.values() for s in m.from_ if s != m.to}
    assert len(drawn.paths()) == len(ways) == len({(w.source, w.target) for w in drawn.ways})
    assert {box.node.id for box in drawn.boxes()} == set(flow.states)


def test_the_way_walked_and_where_it_stands_are_marked() -> None:
    been = ["draft", "submitted", "in_review", "asked_for_more"]
    drawn = diagram_of(machine("financing_application"), here="in_review", been=been)
    assert sum(line.is_walked for line in drawn.lines()) == 4
    assert [node.id for node in drawn.nodes if node.state == "now"] == ["in_review"]
    assert drawn.lines()[-1].is_walked, "what was walked lies on top"


@st.composite
def flows(draw: st.DrawFn) -> FlowDiagram:
    """Draw a workflow: a main way, and ways between its states and to ends beneath."""
    main = [f"m{n}" for n in range(draw(st.integers(2, 7)))]
    ends = [f"e{n}" for n in range(draw(st.integers(0, 4)))]
    ways = set(pairwise(main))
    for end in ends:
        sources = draw(st.sets(st.sampled_from(main[:-1]), min_size=1))
        ways |= {(source, end) for source in sources}
    pairs = st.tuples(st.sampled_from(main[:-1]), st.sampled_from(main))
    ways |= {(a, b) for a, b in draw(st.sets(pairs, max_size=5)) if a != b}
    return FlowDiagram(
        "flow",
        BOTH,  # type: ignore[arg-type]
        tuple(Node(name, BOTH) for name in (*main, *ends)),  # type: ignore[arg-type]
        tuple(Way(a, b, BOTH) for a, b in sorted(ways)),  # type: ignore[arg-type]
        main=tuple(main),
    )


@given(drawn=flows())
def test_any_workflow_is_drawn_without_boxes_or_lines_over_boxes(drawn: FlowDiagram) -> None:
    sound(drawn)
    assert crossed(drawn) == []
    assert len(drawn.paths()) == len(drawn.ways)
