"""Why not: what stands between a subject and a benefit, and the ways to it.

For one row and one definition of any kind: each clause with its distance, the least change that
leads to yes, the earliest day by time alone, what evidence would decide what is unknown and who
has it, and how far a score can still move.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from huoshui import ratings
from huoshui.explain.evidence import items_behind, missing_columns
from huoshui.explain.gaps import gap_report, gaps_of, plain_value
from huoshui.explain.numbers import LANGUAGES, Language, column_label, column_value, plain_number
from huoshui.explain.reports import Report, citation_report, clause_report
from huoshui.explain.sentences import said
from huoshui.matching.moved import Rules
from huoshui.matching.nearest import GRADE, ColumnChange, Nearest, nearest
from huoshui.matching.questions import Answer, DefinitionKind, Question, ask, question_of
from huoshui.matching.waiting import Earliest, Wait, earliest
from huoshui.policy.pack import Pack

Row = Mapping[str, object]


def whynot_report(
    pack: Pack,
    kind: DefinitionKind,
    definition: str,
    row: Row,
    asof: dt.date,
    *,
    rules: Rules | None = None,
    grade: str | None = None,
) -> Report:
    """Say why a definition says what it says of a row, and what would make it say yes.

    `rules` made once for the pack saves making them again; `grade` is the grade wanted of a
    rating, the next better one where none is named.
    """
    rules = rules or Rules(pack)
    whole = rules.whole_row(row)
    if kind == "ratings" and grade is None and definition in pack.ratings:
        grade = next_grade(rules, definition, whole, asof)
    question = question_of(rules, kind, definition, grade=grade)
    whole = {**dict.fromkeys(question.columns), **whole}  # inputs of a table may not be given
    answer = ask(rules, question, whole, asof=asof)
    intervals = _intervals(rules, question, whole, asof)
    # A table has no yes to reach, and points that nobody knows cannot be earned.
    is_closed = kind == "tables" or (kind == "ratings" and _is_beyond_knowing(intervals[0], answer))
    way = None if is_closed else nearest(rules, question, whole, asof=asof)
    first = None if is_closed else earliest(rules, question, whole, asof=asof)
    stated = pack.definitions(kind)[definition]
    return {
        "definition": definition,
        "kind": kind,
        "label": {"zh": stated.label.zh, "en": stated.label.en},
        "asof": asof.isoformat(),
        "verdict": answer.verdict,
        "grade": answer.grade,
        "wanted_grade": grade,
        "row": answer.row,
        "clauses": _clauses(rules, question, answer, whole, asof),
        "nearest": None if way is None else nearest_report(pack, question, way),
        "earliest": None if first is None else earliest_report(pack, question, first, asof),
        "unknown": _unknown(rules, question, answer, whole),
        "interval": intervals[0] if intervals else None,
        "intervals": intervals,
    }


def _is_beyond_knowing(interval: Report, answer: Answer) -> bool:
    return answer.verdict == "unknown" and interval["low"] is None


def next_grade(rules: Rules, rating: str, row: Row, asof: dt.date) -> str | None:
    """Name the grade above the one that a subject has, or is sure of; None without grades."""
    grades = [band.grade for band in rules.pack.ratings[rating].bands]
    if not grades:
        return None
    names = ratings.columns(rating)
    found = rules.rated(rating, row, asof)
    now, low = found[names.grade], found[names.low]
    if now is None and isinstance(low, float):
        floors = [band.at_least for band in rules.pack.ratings[rating].bands]
        reached = [g for g, f in zip(grades, floors, strict=True) if f is None or low >= float(f)]
        now = reached[0] if reached else None
    if now not in grades:
        return grades[-1]
    return grades[max(0, grades.index(str(now)) - 1)]


# Clauses.


def _clauses(
    rules: Rules, question: Question, answer: Answer, row: Row, asof: dt.date
) -> list[Report]:
    made: list[Report] = []
    for clause, trace in zip(question.clauses, answer.clauses, strict=True):
        report = clause_report(rules.pack, trace, row)
        gaps = gaps_of(rules.pack, clause.whole.typed, row, asof)
        parts = [gap_report(rules.pack, gap) for gap in gaps]
        lacking = [p for p in parts if p["verdict"] is not True] or parts
        first = lacking[0] if lacking and trace.verdict is not True else (parts or [None])[0]
        report |= {
            key: None if first is None else first[key]
            for key in ("column", "value", "threshold", "distance", "unit")
        }
        made.append({**report, "parts": parts})
    if question.grades:
        made.append(_grade_clause(rules, question, answer, row, asof))
    return made


def _grade_clause(
    rules: Rules, question: Question, answer: Answer, row: Row, asof: dt.date
) -> Report:
    """Tell the grade wanted as a clause: the score, the floor, and what is lacking."""
    pack, names = rules.pack, ratings.columns(question.definition)
    wanted = question.grades[-1]
    band = next(b for b in pack.ratings[question.definition].bands if b.grade == wanted)
    found = rules.rated(question.definition, row, asof)
    low, floor = found[names.low], band.at_least
    lacks = None
    if isinstance(low, float) and floor is not None:
        lacks = max(0.0, round(float(floor) - low, 6))
    verdict = None if answer.grade is None else answer.grade in question.grades
    at = "—" if floor is None else plain_number(floor, 6)
    score = {x: column_value(pack, names.low, low, x) for x in LANGUAGES}
    return {
        "clause": GRADE,
        "verdict": verdict,
        "implied": True,
        "say": {
            "zh": f"达到等级 {wanted}（{at} 分起）",
            "en": f"reaches grade {wanted} (from {at})",
        },
        "sentence": {
            "zh": f"达到等级 {wanted}（{at} 分起；现有把握的得分 {score['zh']}）",
            "en": f"reaches grade {wanted} (from {at}; sure of {score['en']} now)",
        },
        "found": [],
        "compared_with": [],
        "missing": list(missing_columns(pack, names, row)) if verdict is None else [],
        "evidence": [],
        "column": names.low,
        "value": low,
        "threshold": None if floor is None else plain_value(float(floor)),
        "distance": None if lacks is None else plain_value(lacks),
        "unit": "point",
        "parts": [],
        **citation_report(pack, band.cite),
    }


# Ways to yes.

_BOUND: Mapping[str, Mapping[Language, str]] = {
    "at_least": {"zh": "提高到 {limit} 以上（含）", "en": "raised to at least {limit}"},
    "above": {"zh": "提高到超过 {limit}", "en": "raised above {limit}"},
    "at_most": {"zh": "降到 {limit} 以下（含）", "en": "lowered to at most {limit}"},
    "below": {"zh": "降到低于 {limit}", "en": "lowered below {limit}"},
    "exactly": {"zh": "变为 {limit}", "en": "changed to {limit}"},
}
_SHOWN: Mapping[str, Mapping[Language, str]] = {
    "at_least": {"zh": "证明不低于 {limit}", "en": "shown to be at least {limit}"},
    "above": {"zh": "证明超过 {limit}", "en": "shown to be above {limit}"},
    "at_most": {"zh": "证明不高于 {limit}", "en": "shown to be at most {limit}"},
    "below": {"zh": "证明低于 {limit}", "en": "shown to be below {limit}"},
    "exactly": {"zh": "证明为 {limit}", "en": "shown to be {limit}"},
}


def nearest_report(pack: Pack, question: Question, way: Nearest) -> Report:
    """Give the least change that leads to yes, or which clauses stand in every way."""
    return {
        "reached": way.reached,
        "changes": [_change_report(pack, change) for change in way.changes],
        "effort": plain_number(way.effort, 6),
        "verified": way.verified,
        "exact": way.exact,
        "blocking": list(way.blocking),
        "sentence": {x: _way_sentence(pack, question, way, x) for x in LANGUAGES},
    }


def _change_report(pack: Pack, change: ColumnChange) -> Report:
    return {
        "column": change.column,
        "label": {x: column_label(pack, change.column, x) for x in LANGUAGES},
        "from": plain_value(change.before),
        "to": plain_value(change.after),
        "bound": change.bound,
        "limit": plain_value(change.limit),
        "steps": change.steps,
        "effort": plain_number(change.effort, 6),
        "shown": change.shown,
        "how": {"zh": change.how.zh, "en": change.how.en},
        "sentence": {x: _change_sentence(pack, change, x) for x in LANGUAGES},
        **citation_report(pack, change.cite),
    }


def _change_sentence(pack: Pack, change: ColumnChange, language: Language) -> str:
    what = column_label(pack, change.column, language)
    limit = column_value(pack, change.column, change.limit, language)
    form = (_SHOWN if change.shown else _BOUND)[change.bound][language].format(limit=limit)
    before = column_value(pack, change.column, change.before, language)
    if language == "zh":
        return f"{what}由 {before} {form}：{change.how.zh}"
    return f"{what}, now {before}, {form}: {change.how.en}"


def _way_sentence(pack: Pack, question: Question, way: Nearest, language: Language) -> str:
    zh = language == "zh"
    if way.reached and not way.changes:
        return "已经满足" if zh else "it holds already"
    if way.reached:
        each = [_change_sentence(pack, change, language) for change in way.changes]
        return ("；" if zh else "; ").join(each)
    names = [_clause_said(pack, question, name, language) for name in way.blocking]
    told = ("；" if zh else "; ").join(names)
    if zh:
        return f"凭主体自身可以改变的事项达不到；卡在：{told}"
    return f"not by what the subject can change; in the way: {told}"


def _clause_said(pack: Pack, question: Question, name: str, language: Language) -> str:
    for clause in question.clauses:
        if clause.id == name:
            return said(pack, clause.say, {}, clause.values, language)
    wanted = question.grades[-1]
    return f"等级 {wanted}" if language == "zh" else f"grade {wanted}"


def earliest_report(pack: Pack, question: Question, first: Earliest, asof: dt.date) -> Report:
    """Give the first day of a yes by time alone, and which clause waits for what."""
    return {
        "day": None if first.day is None else first.day.isoformat(),
        "until": first.until.isoformat(),
        "waits": [_wait_report(pack, wait) for wait in first.waits],
        "sentence": {x: _earliest_sentence(first, asof, x) for x in LANGUAGES},
    }


def _wait_report(pack: Pack, wait: Wait) -> Report:
    return {
        "clause": wait.clause,
        "day": wait.day.isoformat(),
        "reads_day": wait.reads_day,
        "moves": [
            {
                "column": name,
                "label": {x: column_label(pack, name, x) for x in LANGUAGES},
                "from": plain_value(before),
                "to": plain_value(after),
                "shown": {x: column_value(pack, name, after, x) for x in LANGUAGES},
            }
            for name, (before, after) in wait.moves.items()
        ],
    }


def _earliest_sentence(first: Earliest, asof: dt.date, language: Language) -> str:
    zh = language == "zh"
    if first.day is None:
        until = first.until.isoformat()
        return f"到 {until} 为止，单靠时间达不到" if zh else f"not by time alone until {until}"
    if first.day == asof:
        return "今天即满足" if zh else "it holds today"
    day = first.day.isoformat()
    return f"其他不变，最早 {day} 满足" if zh else f"nothing else changing, from {day}"


# What is not known.


def _unknown(rules: Rules, question: Question, answer: Answer, row: Row) -> list[Report]:
    """Give each missing value that leaves a clause open, and who could show it."""
    pack = rules.pack
    clauses: dict[str, list[str]] = {}
    for trace in answer.clauses:
        if trace.verdict is None:
            for column in missing_columns(pack, trace.columns, row):
                clauses.setdefault(column, []).append(trace.id)
    if question.grades and answer.grade is None:
        for column in missing_columns(pack, ratings.columns(question.definition), row):
            clauses.setdefault(column, []).append(GRADE)
    return [_missing(pack, column, asking, row) for column, asking in clauses.items()]


def _missing(pack: Pack, column: str, clauses: Iterable[str], row: Row) -> Report:
    items = items_behind(pack, column, row)
    sources = [_source(pack, item) for item in items if item in pack.items]
    return {
        "column": column,
        "evidence": {x: column_label(pack, column, x) for x in LANGUAGES},
        "clauses": list(clauses),
        "from": sources,
    }


def _source(pack: Pack, item: str) -> Report:
    definition = pack.items[item]
    return {
        "item": item,
        "label": {"zh": definition.label.zh, "en": definition.label.en},
        "owner": {"zh": definition.owner.zh, "en": definition.owner.en},
        "feeds": [name for name, feed in sorted(pack.feeds.items()) if feed.item == item],
        "consent": definition.consent,
    }


def _intervals(rules: Rules, question: Question, row: Row, asof: dt.date) -> list[Report]:
    """Give the interval of each score that the question reads, the widest first."""
    read = {rules.rating_of[c] for c in question.columns if c in rules.rating_of}
    if question.kind == "ratings":
        read.add(question.definition)
    found = [_interval(rules, question, name, row, asof) for name in sorted(read)]
    return sorted(found, key=lambda x: (x["low"] == x["high"], str(x["rating"])))


def _interval(rules: Rules, question: Question, rating: str, row: Row, asof: dt.date) -> Report:
    pack = rules.pack
    trace = ratings.explain(pack, rating, row, asof=asof)
    names = ratings.columns(rating)
    thresholds = [
        plain_value(gap.threshold)
        for clause in question.clauses
        for gap in gaps_of(pack, clause.whole.typed, row, asof)
        if gap.column in (names.score, names.low, names.high)
    ]
    if question.definition == rating and question.grades:
        bands = pack.ratings[rating].bands
        floor = next(b.at_least for b in bands if b.grade == question.grades[-1])
        thresholds = [] if floor is None else [plain_value(float(floor))]
    most = trace.missing[0] if trace.missing else None
    return {
        "rating": rating,
        "label": {"zh": trace.label.zh, "en": trace.label.en},
        "caution": None
        if trace.caution is None
        else {"zh": trace.caution.zh, "en": trace.caution.en},
        "applies": trace.applies,
        "low": None if trace.low is None else plain_number(trace.low, 6),
        "high": None if trace.high is None else plain_number(trace.high, 6),
        "thresholds": list(dict.fromkeys(thresholds)),
        "moves_most": None
        if most is None
        else {
            "id": most.id,
            "label": {"zh": most.label.zh, "en": most.label.en},
            "columns": list(most.columns),
            "rises_to": plain_number(most.rises_to, 6),
            "falls_to": plain_number(most.falls_to, 6),
            "moves": plain_number(most.moves, 6),
        },
    }
