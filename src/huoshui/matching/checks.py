"""What must hold of verdicts: a row for each row of the profile, and never both yes and no."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from huoshui.kernel.errors import Problem, Refusal
from huoshui.matching.schema import word_count


class VerdictRefusal(Refusal):
    """Why verdict words are not to be published."""

    ROWS_DIFFER = (
        "There are {words} rows of verdicts for {profile} rows of the profile.",
        "Match the whole profile again.",
    )
    BOTH = "{rows} rows say both yes and no in word {word}.", "Report this as a fault of Huoshui."


def check(words: pa.Table, profile: pa.Table, offerings: int) -> Iterator[Problem]:
    """Yield what is wrong with a table of verdict words."""
    if words.num_rows != profile.num_rows:
        yield VerdictRefusal.ROWS_DIFFER.problem(words=words.num_rows, profile=profile.num_rows)
        return
    for w in range(word_count(offerings)):
        both = words[f"yes_{w}"].to_numpy() & words[f"no_{w}"].to_numpy()
        if both.any():
            yield VerdictRefusal.BOTH.problem(rows=int(np.count_nonzero(both)), word=w)
