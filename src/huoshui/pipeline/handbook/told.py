"""Rule reports laid out as leaves of the handbook: what is asked, what is given, on what authority.

Nothing is judged here: every sentence and mark comes from the report of the definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from huoshui.explain.numbers import LANGUAGES
from huoshui.pipeline.handbook import labels
from huoshui.pipeline.handbook.leaves import Block, Grid, Line, Lines, Words
from huoshui.pipeline.handbook.scores import rating_blocks

Told = Mapping[str, Any]


def plain(text: str) -> Words:
    """Give a text that is the same in both languages."""
    return dict.fromkeys(LANGUAGES, text)


def filled(words: Words, **by: Words | str) -> Words:
    """Fill words of the handbook with words or text."""
    return {
        x: words[x].format(**{k: v if isinstance(v, str) else v[x] for k, v in by.items()})
        for x in LANGUAGES
    }


def blocks(told: Told, links: Mapping[str, tuple[str, str]]) -> tuple[Block, ...]:
    """Lay out a report; `links` says which definition makes a column of the profile."""
    found: list[Block] = [_about(told)]
    found += _rules(labels.CONDITIONS, told["clauses"])
    found += _given(told)
    found += _sharing(told)
    found += _table(told)
    if told["kind"] == "ratings":
        found += rating_blocks(told)
    found += _numbers(told)
    found += _related(told, links)
    return tuple(block for block in found if _has_any(block))


def flags(told: Told, *, fictional: bool) -> tuple[Words, ...]:
    """Say what a reader must know first."""
    found: list[Words] = []
    if told["kind"] == "ratings":
        if told["caution"]:
            found.append(filled(labels.CAUTION, text=told["caution"]))
        found.append(labels.NO_LIKELIHOOD)
    if told["terms_are"] == "house":
        found.append(labels.HOUSE_TERMS)
    elif told["terms_are"] == "mixed":
        found.append(labels.MIXED_TERMS)
    elif any(mark["mark"] == "house" for mark in told["marks"]):
        found.append(labels.HAS_HOUSE)
    if fictional:
        found.append(labels.FICTIONAL)
    if any(mark["mark"] == "unknown" for mark in told["marks"]) or _any_unknown(told):
        found.append(labels.HAS_UNKNOWN)
    return tuple(found)


def _any_unknown(told: Told) -> bool:
    return any(not value["known"] for value in told["values"])


def _has_any(block: Block) -> bool:
    return bool(block.items if isinstance(block, Lines) else block.rows)


def _about(told: Told) -> Grid:
    pairs = [(each["label"], each["value"]) for each in told["about"]]
    start, end = told["valid_from"], told["valid_until"]
    if start and end:
        pairs.append((labels.LASTS_SINCE, filled(labels.UNTIL, a=start, b=end)))
    elif start or end:
        pairs.append((labels.LASTS_SINCE, filled(labels.FROM, a=start or "…")))
    if told.get("form"):
        pairs.append((labels.BY_KIND, labels.FORMS[told["form"]]))
    if told.get("region_label"):
        pairs.append((labels.REGION, told["region_label"]))
    return Grid(labels.ABOUT, tuple((Line(label), Line(value)) for label, value in pairs))


def _rules(title: Words, clauses: Iterable[Told]) -> list[Block]:
    return [Lines(title, tuple(clause_line(clause) for clause in clauses))]


def clause_line(clause: Told) -> Line:
    """Say one clause; one that reads an unknown value says so."""
    return Line(clause["say"], clause["cite"], is_unknown=bool(clause["undecidable"]))


def _given(told: Told) -> list[Block]:
    if told["kind"] != "offerings":
        return []
    terms = tuple(
        (Line(each["label"]), Line(each["says"], each["rests_on"])) for each in told["terms"]
    )
    before = tuple(Line(each["label"], each["cite"]) for each in told["conditions"])
    found: list[Block] = [Grid(labels.TERMS, terms)]
    found += _rules(labels.AUTOMATIC, told["automatic"])
    found.append(Lines(labels.BEFORE_DRAW, before))
    if told["subsidy"]:
        found.append(_claiming(told["subsidy"]))
    return found


def _claiming(subsidy: Told) -> Grid:
    pairs: list[tuple[Words, Words]] = [
        (labels.HOW_OFTEN, subsidy["once_per"]),
        (labels.PAID_TO, subsidy["paid_to"]),
    ]
    if subsidy["opens"] and subsidy["closes"]:
        window = filled(labels.EACH_YEAR, a=subsidy["opens"], b=subsidy["closes"])
        pairs.append((labels.OPENS, window))
    if subsidy["stacking"]:
        pairs.append((labels.STACKED, subsidy["stacking"]))
    if subsidy["stacking_most"]:
        pairs.append((labels.STACKED_MOST, subsidy["stacking_most"]))
    if subsidy["evidence"]:
        pairs.append((labels.EVIDENCE, joined(subsidy["evidence"])))
    if subsidy["without_application"]:
        pairs.append((labels.UNASKED, labels.YES))
    return Grid(labels.CLAIMING, tuple((Line(a), Line(b, subsidy["cite"])) for a, b in pairs))


def joined(words: Iterable[Words]) -> Words:
    """Write a list."""
    known = list(words)
    return {"zh": "、".join(x["zh"] for x in known), "en": ", ".join(x["en"] for x in known)}


def _sharing(told: Told) -> list[Block]:
    if told["kind"] != "sharings":
        return []
    loss = told["loss"]
    parts = [
        (Line(p["label"]), Line(p["says"], p["cite"], is_unknown=p["counts"] is None))
        for p in loss["parts"]
    ]
    if loss["claimable_after"]:
        after = loss["claimable_after"]
        parts.append((Line(labels.CLAIMABLE), _now(after)))
    limits = tuple(
        Line(each["says"], each["cite"], is_unknown=not each["value"]["known"])
        for each in told["limits"]
    )
    return [
        Grid(labels.FUNDERS, _parties(told["funders"])),
        Grid(labels.BEARERS, _parties(told["bearers"])),
        Grid(labels.LOSS, tuple(parts), lead=loss["says"]),
        Lines(labels.LIMITS, limits),
    ]


def _now(value: Told) -> Line:
    in_force = [each["cite"] for each in value["through_time"] if each["in_force"]]
    cite = in_force[0] if in_force else None
    return Line(value["now"], cite, is_unknown=not value["known"])


def _parties(parties: Iterable[Told]) -> tuple[tuple[Line, ...], ...]:
    return tuple(
        (Line(p["label"]), Line(p["share"], p["cite"], is_unknown=not p["known"])) for p in parties
    )


def _table(told: Told) -> list[Block]:
    if told["kind"] != "tables":
        return []
    head = (labels.WHERE, *(output["label"] for output in told["outputs"]))
    rows = tuple(
        (Line(row["says"], row["cite"]), *(Line(given) for given in row["gives"].values()))
        for row in told["rows"]
    )
    return [Grid(labels.ROWS, rows, head)]


def _numbers(told: Told) -> list[Block]:
    """List every number with its days; a clause that reads it says what it is of."""
    clauses = [*told["clauses"], *told.get("automatic", ()), *told.get("hard", ())]
    named = {value["name"]: (value, clause) for clause in clauses for value in clause["values"]}
    rows = []
    for value in told["values"]:
        better, clause = named.get(value["name"], (value, None))
        for each in better["through_time"]:
            shown: Words = each["shown"]
            if each["in_force"] and len(better["through_time"]) > 1:
                shown = {x: shown[x] + labels.NOW[x] for x in LANGUAGES}
            unknown = shown == labels.UNKNOWN
            rows.append(
                (
                    Line(_called(value["name"], clause)),
                    Line(shown, each["cite"], is_unknown=unknown),
                    Line(plain(each["from"])),
                )
            )
    head = (labels.NAME, labels.VALUE, labels.SINCE)
    return [Grid(labels.NUMBERS, tuple(rows), head, labels.NUMBERS_LEAD, ends_with_day=True)]


def _called(name: str, clause: Told | None) -> Words:
    spaced = name.replace("_", " ")
    if clause is None or not clause["columns"]:
        return plain(spaced)
    of = joined(each["label"] for each in clause["columns"][:2])
    return {"zh": f"{of['zh']}（{spaced}）", "en": f"{of['en']} ({spaced})"}


def _related(told: Told, links: Mapping[str, tuple[str, str]]) -> list[Block]:
    clauses = [*told["clauses"], *told.get("automatic", ()), *told.get("hard", ())]
    found = [
        links[c["column"]] for clause in clauses for c in clause["columns"] if c["column"] in links
    ]
    found += [
        links[each["column"]]
        for g in told.get("groups", ())
        for each in g["criteria"]
        if each["column"] in links
    ]
    found += [("titles", name) for name in told.get("after", ())]
    if told.get("sharing"):
        found.append(("sharings", told["sharing"]))
    own = (told["kind"], told["id"])
    items = tuple(Line({}, link=key) for key in dict.fromkeys(found) if key != own)
    return [Lines(labels.RELATED, items)]
