"""Security for a loan: what is pledged or mortgaged, where it is registered, and what that does.

Where the law makes the entry the security itself, an asset that is not entered secures nothing,
and money is not drawn on it; where the entry only shows it to others, it holds between the parties.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from huoshui.kernel.errors import Problem, Refusal
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Register, RegisteredAsset


class SecurityRefusal(Refusal):
    """Why a security does not stand as it should."""

    NO_REGISTER = (
        "No register of the packs enters {asset} in {region}.",
        "Use an asset of packs/**/registers, or add its register there.",
        "政策包中没有在 {region} 登记 {asset} 的机构。",
        "请使用已有的担保财产种类，或在 registers 中补充登记机构。",
    )
    NOT_GIVEN = (
        "The asset {ref} is not given as security on {on}.",
        "Sign the contract of security first.",
        "{on} 时 {ref} 尚未设定担保。",
        "请先签订担保合同。",
    )
    NO_PROOF = (
        "The entry of {ref} names no {proof}.",
        "Give the number that {office} issued.",
        "{ref} 的登记缺少{proof}。",
        "请填写{office}出具的编号。",
    )
    GIVEN_ALREADY = (
        "The asset {ref} is given as security already, as {asset}.",
        "Give another reference, or end the earlier security first.",
        "{ref} 已作为 {asset} 设定担保。",
        "请使用其他编号，或先终止原担保。",
    )
    WORTHLESS = (
        "{amount_fen} fen is no value of a security.",
        "Give a value above nothing.",
        "{amount_fen} 分不是担保物的价值。",
        "请填写大于零的价值。",
    )
    OTHER_REGISTER = (
        "{asset} is entered by {wanted}, not by {register}.",
        "Enter it there.",
        "{asset} 应在 {wanted} 登记，而不是 {register}。",
        "请到该机构登记。",
    )
    ENDED = (
        "The security {ref} ended on {ended_on}.",
        "Give it anew under a contract of its own.",
        "担保 {ref} 已于 {ended_on} 终止。",
        "如需继续，请另行设定。",
    )
    NOT_REGISTERED = (
        "{ref} is not registered with {office}; without the entry it secures nothing.",
        "Register it, and note the {proof}.",
        "{ref} 尚未在{office}登记；未登记则担保物权未设立。",
        "请办理登记并填写{proof}。",
    )


@dataclass(frozen=True)
class Given:
    """An asset is given as security by contract."""

    value_fen: int
    secures_fen: int  # the most it secures


@dataclass(frozen=True)
class Valued:
    """Its worth was appraised anew."""

    value_fen: int


@dataclass(frozen=True)
class Registered:
    """The register entered it; to a day, where the entry ends unless renewed."""

    register: str
    proof: str
    until: dt.date | None = None


@dataclass(frozen=True)
class Ended:
    """It was released, or the asset was lost."""

    why: str


SecurityAct = Given | Valued | Registered | Ended

SECURITY_KINDS: Mapping[str, type[Given | Valued | Registered | Ended]] = {
    "security_given": Given,
    "security_valued": Valued,
    "security_registered": Registered,
    "security_ended": Ended,
}
"""Kinds of event in an agreement's stream that tell of its securities."""


def told(ref: str, asset: str, act: SecurityAct) -> tuple[str, dict[str, Any]]:
    """Tell an act as an event's kind and body."""
    kind = next(kind for kind, form in SECURITY_KINDS.items() if isinstance(act, form))
    body = {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in vars(act).items()
    }
    return kind, {"ref": ref, "asset": asset, **body}


def read(kind: str, body: Mapping[str, Any]) -> SecurityAct:
    """Read an act as `told` wrote it."""
    said = {name: value for name, value in body.items() if name not in ("ref", "asset")}
    if said.get("until") is not None:
        said["until"] = dt.date.fromisoformat(said["until"])
    return SECURITY_KINDS[kind](**said)


@dataclass(frozen=True)
class SecurityEvent:
    """Something that happened to a security: known as number `n`, counting from `on`."""

    n: int
    on: dt.date
    act: SecurityAct


@dataclass(frozen=True)
class SecurityState:
    """A security as it stands on a day."""

    asof: dt.date
    ref: str
    asset: str
    given_on: dt.date | None
    value_fen: int | None  # null: nobody knows
    secures_fen: int
    registered_on: dt.date | None
    proof: str
    registered_until: dt.date | None
    ended_on: dt.date | None
    stands: bool  # between the parties
    holds_against_others: bool

    @property
    def covers_fen(self) -> int | None:
        """What it is good for: nothing where it does not stand, null where nobody valued it."""
        if not self.stands:
            return 0
        return None if self.value_fen is None else min(self.value_fen, self.secures_fen)


def register_of(pack: Pack, asset: str, *, region: str) -> tuple[Register, RegisteredAsset]:
    """Give the register that enters an asset in a region; the nearest one where several do."""
    found = [
        each
        for each in pack.registers.values()
        if asset in each.assets and region.startswith(each.region or "")
    ]
    if not found:
        raise SecurityRefusal.NO_REGISTER.refuse(asset=asset, region=region)
    nearest = max(found, key=lambda each: len(each.region or ""))
    return nearest, nearest.assets[asset]


def fold_security(
    events: Iterable[SecurityEvent],
    *,
    ref: str,
    asset: str,
    said: RegisteredAsset,
    asof: dt.date,
) -> SecurityState:
    """Give a security's state at the end of a day."""
    given_on = registered_on = registered_until = ended_on = None
    value_fen: int | None = None
    secures_fen, proof = 0, ""
    for event in sorted(events, key=lambda each: (each.on, each.n)):
        if event.on > asof:
            break
        match event.act:
            case Given():
                given_on, value_fen = event.on, event.act.value_fen
                secures_fen = event.act.secures_fen
            case Valued():
                value_fen = event.act.value_fen
            case Registered():
                registered_on = registered_on or event.on
                proof, registered_until = event.act.proof, event.act.until
            case Ended():
                ended_on = event.on
    is_entered = registered_on is not None
    is_entered &= registered_until is None or asof < registered_until
    is_given = given_on is not None and ended_on is None
    return SecurityState(
        asof=asof,
        ref=ref,
        asset=asset,
        given_on=given_on,
        value_fen=value_fen,
        secures_fen=secures_fen,
        registered_on=registered_on,
        proof=proof,
        registered_until=registered_until,
        ended_on=ended_on,
        stands=is_given and (said.effect == "opposable" or is_entered),
        holds_against_others=is_given and is_entered,
    )


def may_register(state: SecurityState, act: Registered, *, register: Register) -> list[Problem]:
    """Give the reasons why an entry may not be noted; none: it may."""
    if state.given_on is None:
        return [SecurityRefusal.NOT_GIVEN.problem(ref=state.ref, on=state.asof)]
    if state.ended_on is not None:
        return [SecurityRefusal.ENDED.problem(ref=state.ref, ended_on=state.ended_on)]
    found = []
    if act.register != register.id:
        found.append(
            SecurityRefusal.OTHER_REGISTER.problem(
                asset=state.asset, wanted=register.id, register=act.register
            )
        )
    if not act.proof.strip():
        found.append(
            SecurityRefusal.NO_PROOF.problem(
                ref=state.ref, proof=register.proof.zh, office=register.office.zh
            )
        )
    return found


def may_give(known: SecurityState | None, act: Given, *, ref: str) -> list[Problem]:
    """Give the reasons why an asset may not be given as security; none: it may."""
    found = []
    if known is not None:
        found.append(SecurityRefusal.GIVEN_ALREADY.problem(ref=ref, asset=known.asset))
    for amount in (act.value_fen, act.secures_fen):
        if amount <= 0:
            found.append(SecurityRefusal.WORTHLESS.problem(amount_fen=amount))
    return found


def may_draw_on(
    securities: Iterable[tuple[SecurityState, Register]],
) -> list[Problem]:
    """Give what keeps money from being drawn on securities: those that do not stand yet."""
    return [
        SecurityRefusal.NOT_REGISTERED.problem(
            ref=state.ref, office=register.office.zh, proof=register.proof.zh
        )
        for state, register in securities
        if not state.stands and state.ended_on is None
    ]
