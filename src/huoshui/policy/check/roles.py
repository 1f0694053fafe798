"""Roles hold permissions that exist and that their party may hold at all."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from huoshui.kernel.errors import Problem, Refusal
from huoshui.policy.pack import Pack
from huoshui.policy.schema import PERMISSIONS, Role


class RoleRefusal(Refusal):
    """Why a role is refused."""

    NO_PERMISSION = (
        "There is no permission {name}.",
        "Use {near}; the program lists them in policy/schema/roles.py.",
    )
    NOT_FOR_PARTY = (
        "A role for the {party} cannot hold {name}, which is for {parties}.",
        "Take it out, or give it to a role of that party.",
    )
    TWICE = "The permission {name} is given twice.", "Keep one."
    KINDS_OF_OTHER = (
        "{key} are named in a role for the {party}.",
        "Leave them out; they narrow roles of another party.",
    )
    NO_KIND = "There is no kind of subject {name}.", "Use a word of subject_kind."


def check(pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with roles."""
    for role in pack.roles.values():
        yield from _permissions(pack, role)
        where = pack.where("roles", role.id)
        for key, party in (("institution_kinds", "institution"), ("subject_kinds", "subject")):
            if getattr(role, key) and role.party != party:
                yield RoleRefusal.KINDS_OF_OTHER.problem(where=where, key=key, party=role.party)
        kinds = pack.vocabularies.get("subject_kind")
        for name in role.subject_kinds:
            if kinds is None or name not in kinds.entries:
                where = pack.where("roles", role.id, "subject_kinds")
                yield RoleRefusal.NO_KIND.problem(where=where, name=name)


def _permissions(pack: Pack, role: Role) -> Iterator[Problem]:
    for nth, name in enumerate(role.may):
        where = pack.where("roles", role.id, "may", nth)
        permission = PERMISSIONS.get(name)
        if permission is None:
            close = difflib.get_close_matches(name, list(PERMISSIONS), 1)
            near = close[0] if close else "one that exists"
            yield RoleRefusal.NO_PERMISSION.problem(where=where, name=name, near=near)
        elif role.party not in permission.parties:
            parties = ", ".join(permission.parties)
            yield RoleRefusal.NOT_FOR_PARTY.problem(
                where=where, party=role.party, name=name, parties=parties
            )
        if name in role.may[:nth]:
            yield RoleRefusal.TWICE.problem(where=where, name=name)
