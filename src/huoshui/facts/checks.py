"""What must hold of a raw table before it is read: every column that the feed names is there."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from huoshui.facts.faults import FeedRefusal
from huoshui.kernel.errors import Problem, Where
from huoshui.policy import expression
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Feed

SHOWN = 12  # columns of a wide file that a message lists


def columns_wanted(feed: Feed, pack: Pack) -> list[str]:
    """Name the raw columns that the feed reads, each once, in the order it names them."""
    wanted = [feed.subject.code, feed.subject.name]
    wanted += [how.source for how in feed.columns.values()]
    if feed.where is not None:
        where = pack.where("feeds", feed.id, "where")
        wanted += sorted(expression.names(expression.parse(feed.where, where=where)))
    return list(dict.fromkeys(name for name in wanted if name))


def heading(feed: Feed, pack: Pack, columns: Sequence[str], file: str) -> list[Problem]:
    """Give what is wrong with a raw table's heading."""
    problems = []
    seen: set[str] = set()
    for column in columns:
        if column.casefold() in seen:  # SQL does not tell names apart by case
            where = Where(file, field=column)
            problems.append(FeedRefusal.DOUBLED_COLUMN.problem(where=where, column=column))
        seen.add(column.casefold())
    wanted = columns_wanted(feed, pack)
    spare = [column for column in columns if column not in wanted]
    for name in wanted:
        if name in columns:
            continue
        near = difflib.get_close_matches(name, spare, 1, cutoff=0.6)
        if near:
            problem = FeedRefusal.RENAMED_COLUMN.problem(
                where=Where(file, field=name), column=name, near=near[0]
            )
        else:
            shown = "、".join(columns[:SHOWN]) + (" …" if len(columns) > SHOWN else "")
            problem = FeedRefusal.MISSING_COLUMN.problem(
                where=Where(file, field=name), column=name, columns=shown or "no columns"
            )
        problems.append(problem)
    return problems
