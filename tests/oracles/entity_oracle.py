"""A slow plain version of entity linking and settlement, written from the rules and not the SQL."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence

from huoshui.policy.schema import Item, Settlement
from tests.entities.worlds import BRACKET_WORDS, BRANCH_WORDS, LEGAL_FORMS, Facts, Row

Subject = tuple[str | None, str | None]


def normal(name: str | None) -> str | None:
    """Give the normal form of a name, or None where nothing of it is left."""
    if name is None:
        return None
    text = "".join(c for c in unicodedata.normalize("NFKC", name) if not c.isspace()).upper()
    text = text.replace("[", "(").replace("]", ")")
    start, end = text.find("("), text.find(")")
    if start > 0 and start + 1 < end < len(text) - 1:
        before, inside, after = text[:start], text[start + 1 : end], text[end + 1 :]
        if not before.endswith(LEGAL_FORMS) and inside not in BRACKET_WORDS:
            text = inside + before + after
    return text.replace("(", "").replace(")", "") or None


class Linking:
    """Who is who in a world of facts."""

    def __init__(self, facts: Facts) -> None:
        every = [row for rows in facts.values() for row in rows]
        registrations, branches = facts.get("registration", ()), facts.get("branch", ())
        self.claims: dict[object, set[object]] = defaultdict(set)
        for row in registrations:
            if row["legacy_no"] and len(str(row["subject_code"])) == 18:
                self.claims[row["legacy_no"]].add(row["subject_code"])
        self.current: dict[str, set[str]] = defaultdict(set)
        self.former: dict[str, set[str]] = defaultdict(set)
        for row in every:
            self._bear(self.current, row["subject_code"], row["subject_name"])
        for row in branches:
            self._bear(self.current, row["branch_code"], row["branch_name"])
        for row in registrations:
            self._bear(self.former, row["subject_code"], row["former_name"])
        self.subjects: dict[Subject, tuple[str | None, str]] = {
            (row["subject_code"], row["subject_name"]): self._link(row) for row in every
        }
        self.parents = self._parents(branches)

    def code(self, code: object) -> str | None:
        """Give the entity of a code, or None where several claim it."""
        claims = self.claims.get(code, set())
        if len(claims) > 1:
            return None
        return str(next(iter(claims))) if claims else str(code)

    def _bear(self, names: dict[str, set[str]], code: object, name: object) -> None:
        form = normal(name)  # type: ignore[arg-type]
        entity = self.code(code) if code else None
        if form and entity:
            names[form].add(entity)

    def _link(self, row: Row) -> tuple[str | None, str]:
        """Give the entity and how it was found, or None and the reason."""
        if row["subject_code"]:
            entity = self.code(row["subject_code"])
            if entity is None:
                return None, "AMBIGUOUS_LEGACY_CODE"
            return entity, "legacy_code" if row["subject_code"] in self.claims else "code"
        form = normal(row["subject_name"])  # type: ignore[arg-type]
        if form is None:
            return None, "NO_SUBJECT"
        bearers = self.current[form] | self.former[form]
        if len(bearers) > 1:
            return None, "AMBIGUOUS_NAME"
        if not bearers:
            digest = hashlib.md5(form.encode(), usedforsecurity=False).hexdigest()
            return "N" + digest[:20].upper(), "name_only"
        return next(iter(bearers)), "name" if self.current[form] else "former_name"

    def _parents(self, branches: Sequence[Row]) -> dict[str, str]:
        """Give the parent of every branch: listed by the parent, or else told by the name."""
        listed: dict[str, list[tuple[object, object, str]]] = defaultdict(list)
        for row in branches:
            parent = self.subjects[row["subject_code"], row["subject_name"]][0]  # type: ignore[index]
            branch = self.code(row["branch_code"])
            if parent and branch and parent != branch:
                listed[branch].append((row["true_from"], row["batch"], parent))
        found = {}
        for branch, listings in listed.items():
            best = max((t, b) for t, b, _ in listings)
            found[branch] = min(p for t, b, p in listings if (t, b) == best)
        named = {(e, n) for n, es in self.current.items() for e in es}
        named |= {
            (str(entity), str(normal(name)))
            for (_, name), (entity, how) in self.subjects.items()
            if how == "name_only"
        }
        every = named | {(e, n) for n, es in self.former.items() for e in es}
        candidates: dict[str, set[tuple[int, str]]] = defaultdict(set)
        for branch, name in named:
            for parent, start in every:
                fits = name.startswith(start) and 4 <= len(start) < len(name) - 1
                if name.endswith(BRANCH_WORDS) and fits and parent != branch:
                    candidates[branch].add((len(start), parent))
        for branch, fitting in candidates.items():
            longest = {p for n, p in fitting if n == max(fitting)[0]}
            if branch not in found and len(longest) == 1:
                found[branch] = longest.pop()
        return found


def settled(
    item: Item, rows: Sequence[Row], rule: Settlement, subjects: Mapping[Subject, object]
) -> dict[tuple[object, ...], Row]:
    """Give the believed fact of every entity and key."""
    versions: dict[tuple[object, ...], Row] = {}
    for row in rows:
        entity = subjects[row["subject_code"], row["subject_name"]][0]  # type: ignore[index]
        if entity is None:
            continue
        place = (entity, *(row[k] for k in item.key), row["feed"])
        held = versions.get(place)
        if held is None or _word(row) > _word(held):
            versions[place] = row
    believed: dict[tuple[object, ...], Row] = {}
    for (*place, _feed), row in sorted(versions.items(), key=lambda kv: str(kv[1]["feed"])):
        held = believed.get(tuple(place))
        if held is None or _rank(item, rule, row) > _rank(item, rule, held):
            believed[tuple(place)] = row
    return believed


def _word(row: Row) -> tuple[object, ...]:
    return row["batch"], row["source_row"], row["source_file"]


def _rank(item: Item, rule: Settlement, row: Row) -> list[object]:
    ranks: list[object] = []
    for step in rule.rule:
        if step == "authority":
            feeds = rule.authority.get(item.id, ())
            ranks.append(-feeds.index(row["feed"]) if row["feed"] in feeds else -len(feeds))
        else:
            ranks.append(row["true_from" if step == "latest_true" else "batch"])
    return ranks
