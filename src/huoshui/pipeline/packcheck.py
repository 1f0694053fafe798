"""What `packs check` finds: that packs load, that rules mean something, that every example holds.

A region's packs are read with the common ones.  Several regions are checked one after the other,
and what the common packs define is counted once.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from huoshui import indicators, ratings
from huoshui.kernel.errors import Problem, Refusal, Refused
from huoshui.matching import together
from huoshui.pipeline.examples import indicator_examples
from huoshui.pipeline.offering_examples import offering_examples, title_examples
from huoshui.pipeline.rating_examples import rating_examples
from huoshui.pipeline.sharing_examples import sharing_examples
from huoshui.pipeline.table_examples import table_examples
from huoshui.pipeline.workflow_examples import workflow_examples
from huoshui.policy.check.citations import KINDS, cited
from huoshui.policy.loader import FOLDERS, load
from huoshui.policy.pack import Pack

CHECKED_WITHIN_DAYS = 365
"""After so many days somebody has to compare a definition with its source again."""


class PackCheckRefusal(Refusal):
    """Why packs that load are faulted all the same."""

    STALE = (
        "{id} was last compared with its source on {checked_on}, over a year before {asof}.",
        "Compare it, correct what changed, and write the day into checked_on.",
    )


EXAMPLES: Mapping[str, Callable[[Pack], Iterable[Problem]]] = {
    "indicators": indicator_examples,
    "ratings": rating_examples,
    "offerings": offering_examples,
    "titles": title_examples,
    "workflows": workflow_examples,
    "tables": table_examples,
    "sharings": sharing_examples,
}
"""Each runs the worked examples of one kind of definition and gives those that do not hold."""

COUNTED = ("sources", "vocabularies", *KINDS, "categories", "institutions")
"""The kinds whose definitions are counted."""


@dataclass
class Report:
    """What was read, how sure we are of it, and what is wrong."""

    definitions: dict[str, int] = field(default_factory=dict)
    by_mark: dict[str, int] = field(default_factory=dict)
    examples: int = 0
    undecided: list[str] = field(default_factory=list)  # too large to try for clauses that clash
    faults: list[Problem] = field(default_factory=list)

    @property
    def cited(self) -> int:
        """Count the citations."""
        return sum(self.by_mark.values())

    def counted(self, code: str) -> int:
        """Count the faults of one code."""
        return sum(fault.code == code for fault in self.faults)

    def to_dict(self) -> dict[str, object]:
        """Give the report as data, as `--json` prints it."""
        return {
            "definitions": self.definitions,
            "cited": self.cited,
            "uncited": self.counted("pack.uncited"),
            "unknown": self.by_mark.get("unknown", 0),
            "by_mark": self.by_mark,
            "stale": self.counted(PackCheckRefusal.STALE.code),
            "examples": self.examples,
            "undecided": self.undecided,
            "faults": [fault.to_dict() for fault in self.faults],
        }


def regions(folder: Path) -> list[Path]:
    """Give the packs in a folder that are read with the common ones, by name."""
    found = [path for path in (*folder.glob("*"), *folder.glob("*/*")) if path.is_dir()]
    packs = [path for path in found if any((path / kind).is_dir() for kind in FOLDERS)]
    return sorted(path for path in packs if path.name not in ("common", *FOLDERS))


def check_regions(folder: Path, *, asof: dt.date) -> Report:
    """Check the common packs in a folder with each region's beside them, and sum up."""
    whole = Report()
    for nth, region in enumerate(regions(folder)):
        roots = [folder / "common", region]
        report = check(roots, asof=asof, of=None if nth == 0 else (region.name,))
        counts = Counter(whole.definitions) + Counter(report.definitions)
        whole.definitions = {kind: counts[kind] for kind in COUNTED if kind in counts}
        marks = Counter(whole.by_mark) + Counter(report.by_mark)
        whole.by_mark = dict(sorted(marks.items()))
        whole.examples += report.examples
        whole.undecided += report.undecided
        whole.faults += [fault for fault in report.faults if fault not in whole.faults]
    return whole


def check(roots: Sequence[Path], *, asof: dt.date, of: Sequence[str] | None = None) -> Report:
    """Read packs and report every fault there is; a pack that does not load has its own only.

    `of` names the roots whose definitions are counted and whose kinds of examples are run; none
    named: all of them.
    """
    try:
        pack = load(roots, asof=asof)
    except Refused as refused:
        return Report(faults=list(refused.problems))
    own = _own(pack, of)
    report = Report()
    kinds = Counter(kind for kind, _ in own)
    report.definitions = {kind: kinds[kind] for kind in COUNTED if kinds[kind] or of is None}
    marks: Counter[str] = Counter()
    for kind, name in own:
        if kind in KINDS:
            citations = cited(pack.definitions(kind)[name])
            marks.update(str(pack.certainty(citation)) for _, citation in citations)
    report.by_mark = dict(sorted(marks.items()))
    for document in pack.example_documents.values():
        report.faults += document.problems
    report.examples = sum(
        len(document.content)
        for document in pack.example_documents.values()
        if isinstance(document.content, list) and _is_of(document.file, of)
    )
    report.faults += indicators.definition_problems(pack)
    report.faults += ratings.check(pack)
    report.faults += _stale(pack, own)
    clashes, report.undecided = together.check(pack)
    report.faults += clashes
    for kind, examples in EXAMPLES.items():
        if kinds[kind]:
            report.faults += examples(pack)
    return report


def _own(pack: Pack, of: Sequence[str] | None) -> list[tuple[str, str]]:
    return [key for key, document in pack.documents.items() if _is_of(document.file, of)]


def _is_of(file: str, of: Sequence[str] | None) -> bool:
    return of is None or file.split("/")[0] in of


def _stale(pack: Pack, own: Sequence[tuple[str, str]]) -> Iterator[Problem]:
    """Yield what nobody has compared with its source for a year."""
    for kind, name in own:
        checked_on = getattr(pack.definitions(kind)[name], "checked_on", None)
        if checked_on is not None and (pack.asof - checked_on).days > CHECKED_WITHIN_DAYS:
            yield PackCheckRefusal.STALE.problem(
                where=pack.where(kind, name, "checked_on"),
                id=name,
                checked_on=checked_on,
                asof=pack.asof,
            )
