"""Who acts: a person for a subject, for an institution, for the operator, or for themselves.

The database sees the same actor (see `rules.security`): what no actor is set for, nobody sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from huoshui.kernel.errors import Refusal, Refused

Kind = Literal["subject", "institution", "operator", "person", "system", "nobody"]


class ActorRefusal(Refusal):
    """Why somebody may not act, the weightiest first."""

    NOT_SIGNED_IN = (
        "Nobody is signed in.",
        "Sign in first.",
        "尚未登录。",
        "请先登录。",
    )
    NOT_PERMITTED = (
        "{name} may not do this here: it needs {permission}.",
        "Ask a colleague whose role has it, or change the role you act in.",
        "{name}在此无权办理：需要“{permission}”权限。",
        "请有相应角色的同事办理，或切换身份。",
    )
    NOT_THERE = (
        "There is nothing at {path}, or it is not yours to see.",
        "Go back and follow a link from your own pages.",
        "{path} 不存在，或您无权查看。",
        "请返回，从自己的页面进入。",
    )


@dataclass(frozen=True)
class Actor:
    """Somebody who acts, for whom, in which role, and what the role permits."""

    kind: Kind
    name: str  # plain text, kept in the record even when the person is gone
    person: UUID | None = None
    subject: UUID | None = None
    institution: UUID | None = None
    role: str | None = None  # a word of packs/*/roles
    permissions: frozenset[str] = frozenset()

    def may(self, permission: str) -> bool:
        """Say whether the role permits it."""
        return permission in self.permissions

    def need(self, permission: str) -> None:
        """Refuse unless the role permits it."""
        if self.kind == "nobody":
            raise ActorRefusal.NOT_SIGNED_IN.refuse()
        if permission not in self.permissions:
            raise ActorRefusal.NOT_PERMITTED.refuse(name=self.name, permission=permission)

    @property
    def label(self) -> str:
        """Give the plain text that the record keeps."""
        return f"{self.name} ({self.role})" if self.role else self.name


BY_RULE = "automatic rule"
"""Who acts where an offering's own rule does; pages say it in words."""

NOBODY = Actor("nobody", "nobody")
"""Somebody who has not signed in."""

SYSTEM = Actor("system", "huoshui jobs")
"""The jobs process acting by itself; the database believes this of the jobs role only."""


def permitted(actor: Actor, permission: str) -> bool:
    """Say whether an actor may, without refusing."""
    try:
        actor.need(permission)
    except Refused:
        return False
    return True
