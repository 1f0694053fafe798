"""What `packs check` finds: that packs load, that schemes are sound, that every example holds."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from huoshui import indicators, ratings
from huoshui.kernel.errors import Problem, Refused
from huoshui.pipeline.examples import indicator_examples
from huoshui.pipeline.offering_examples import offering_examples, title_examples
from huoshui.pipeline.rating_examples import rating_examples
from huoshui.pipeline.workflow_examples import workflow_examples
from huoshui.policy.check.citations import KINDS, cited
from huoshui.policy.loader import load
from huoshui.policy.pack import Pack

EXAMPLES: tuple[Callable[[Pack], Iterable[Problem]], ...] = (
    indicator_examples,
    rating_examples,
    offering_examples,
    title_examples,
    workflow_examples,
)
"""Each runs the worked examples of one kind of definition and gives those that do not hold."""


@dataclass
class Report:
    """What was read, how sure we are of it, and what is wrong."""

    definitions: dict[str, int] = field(default_factory=dict)
    cited: int = 0
    by_mark: dict[str, int] = field(default_factory=dict)
    examples: int = 0
    faults: list[Problem] = field(default_factory=list)

    def to_dict(self) -> dict[str, object]:
        """Give the report as data, as `--json` prints it."""
        return {
            "definitions": self.definitions,
            "cited": self.cited,
            "by_mark": self.by_mark,
            "unknown": self.by_mark.get("unknown", 0),
            "examples": self.examples,
            "faults": [fault.to_dict() for fault in self.faults],
        }


def check(roots: Sequence[Path], *, asof: dt.date, with_examples: bool = True) -> Report:
    """Read packs and report every fault there is; a pack that does not load has its own only."""
    try:
        pack = load(roots, asof=asof)
    except Refused as refused:
        return Report(faults=list(refused.problems))
    report = Report()
    for kind in ("sources", "vocabularies", *KINDS, "categories", "institutions"):
        report.definitions[kind] = len(pack.definitions(kind))
    marks: Counter[str] = Counter()
    for kind in KINDS:
        for definition in pack.definitions(kind).values():
            marks.update(str(pack.certainty(citation)) for _, citation in cited(definition))
    report.cited, report.by_mark = marks.total(), dict(sorted(marks.items()))
    report.examples = sum(
        len(document.content)
        for document in pack.example_documents.values()
        if isinstance(document.content, list)
    )
    report.faults += indicators.definition_problems(pack)
    report.faults += ratings.check(pack)
    if with_examples:
        for examples in EXAMPLES:
            report.faults += examples(pack)
    return report
