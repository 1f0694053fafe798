"""The region's list of sci-tech products: who proposed and who listed what stands on it."""

from __future__ import annotations

from collections.abc import Iterator

from huoshui.kernel.errors import Problem, Refusal
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Offering


class ListingRefusal(Refusal):
    """Why a listing is refused."""

    NO_SUCH = "There is no institution {name}.", "Name one of institutions/."
    PROPOSER_NEEDED = (
        "{name} is tailored by an institution, and nobody is said to have proposed it.",
        "Add proposed_by: the institution that offers it.",
    )
    NOT_ITS_OWN = (
        "{proposer} proposed {name}, which {institution} offers.",
        "An institution, or the one that it is a branch of, proposes what it offers.",
    )
    NOT_AN_OFFICE = "{name} is a {kind}, and a public office lists.", "Name the office."


def check(pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with how offerings came onto the list."""
    for offering in pack.offerings.values():
        if offering.listing is not None:
            yield from _listing(pack, offering)


def _listing(pack: Pack, offering: Offering) -> Iterator[Problem]:
    listing = offering.listing
    assert listing is not None, "only listed offerings are asked about"
    where = pack.where("offerings", offering.id, "listing")
    for name in (listing.proposed_by, listing.listed_by):
        if name is not None and name not in pack.institutions:
            yield ListingRefusal.NO_SUCH.problem(where=where, name=name)
    office = pack.institutions.get(listing.listed_by)
    if office is not None and office.kind != "government":
        yield ListingRefusal.NOT_AN_OFFICE.problem(where=where, name=office.id, kind=office.kind)
    if listing.kind == "policy":
        return
    own = pack.institutions.get(offering.institution)
    if listing.proposed_by is None:
        yield ListingRefusal.PROPOSER_NEEDED.problem(where=where, name=offering.id)
    elif own is not None and listing.proposed_by not in (own.id, own.branch_of):
        yield ListingRefusal.NOT_ITS_OWN.problem(
            where=where,
            proposer=listing.proposed_by,
            name=offering.id,
            institution=own.id,
        )
