"""Seats name roles, institutions and offerings that exist and that fit each other."""

from __future__ import annotations

from collections.abc import Container, Iterator

from huoshui.kernel.errors import Problem, Refusal
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Role, Seat


class SeatRefusal(Refusal):
    """Why a seat, or the place of a branch, is refused."""

    NO_SUCH = "There is no {kind} {name}.", "Define it, or name one that exists."
    WRONG_PARTY = (
        "The role {role} is for the {party}; the seat says otherwise.",
        "Name an institution for a role of one, a subject for a role of one, else neither.",
    )
    SIGN_IN_TAKEN = (
        "{name} signs in as {sign_in}, and so does {other}.",
        "Give each person a name of their own to sign in with; one person may have several seats.",
    )
    OWN_BRANCH = "{name} is a branch of itself, or of its own branch.", "Name its parent."


def check(pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with seats, and with branches of institutions."""
    for seat in pack.seats.values():
        role = pack.roles.get(seat.role)
        where = pack.where("seats", seat.id)
        for kind, known, name in _named(pack, seat):
            if name is not None and name not in known:
                yield SeatRefusal.NO_SUCH.problem(where=where, kind=kind, name=name)
        if role is not None and not _fits(role, seat):
            yield SeatRefusal.WRONG_PARTY.problem(where=where, role=role.id, party=role.party)
    yield from _sign_ins(pack)
    for name in pack.institutions:
        yield from _branches(pack, name)


def _sign_ins(pack: Pack) -> Iterator[Problem]:
    """Yield people who would sign in by the name of somebody else."""
    known: dict[str, Seat] = {}
    for seat in pack.seats.values():
        other = known.setdefault(seat.sign_in, seat)
        if other.name != seat.name:
            yield SeatRefusal.SIGN_IN_TAKEN.problem(
                where=pack.where("seats", seat.id, "sign_in"),
                name=seat.name.zh,
                sign_in=seat.sign_in,
                other=other.name.zh,
            )


def _named(pack: Pack, seat: Seat) -> Iterator[tuple[str, Container[str], str | None]]:
    yield "role", pack.roles, seat.role
    yield "institution", pack.institutions, seat.institution
    yield "offering", pack.offerings, seat.subject.open_to if seat.subject else None


def _fits(role: Role, seat: Seat) -> bool:
    named = {"institution": seat.institution is not None, "subject": seat.subject is not None}
    return all(is_named == (role.party == party) for party, is_named in named.items())


def _branches(pack: Pack, name: str) -> Iterator[Problem]:
    seen: set[str] = set()
    above: str | None = name
    where = pack.where("institutions", name, "branch_of")
    while above is not None:
        if above not in pack.institutions:
            yield SeatRefusal.NO_SUCH.problem(where=where, kind="institution", name=above)
            return
        if above in seen:
            yield SeatRefusal.OWN_BRANCH.problem(where=where, name=name)
            return
        seen.add(above)
        above = pack.institutions[above].branch_of
