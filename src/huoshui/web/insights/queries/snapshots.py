"""Which snapshots there are, which one is in use, and what changed from one to the next."""

from __future__ import annotations

from dataclasses import dataclass

from huoshui.web.audit.rules.actor import Actor
from huoshui.web.insights.models import Count, Snapshot
from huoshui.web.insights.rules.refusals import InsightRefusal


def snapshot_in_use() -> Snapshot | None:
    """Give the snapshot that was attached last, if there is one."""
    attached = Snapshot.objects.filter(status="attached").defer("manifest")
    return attached.order_by("-attached_at", "-id").first()


def snapshot_latest() -> Snapshot:
    """Give the snapshot in use, or refuse where nothing is published."""
    found = snapshot_in_use()
    if found is None:
        raise InsightRefusal.NO_SNAPSHOT.refuse()
    return found


def snapshots(viewer: Actor) -> list[Snapshot]:
    """Give all snapshots that are or were here, the one attached last first."""
    viewer.need("numbers.read")
    found = Snapshot.objects.defer("columns", "items", "manifest", "offerings")
    return list(found.order_by("-attached_at", "-id"))


@dataclass(frozen=True)
class Compared:
    """An offering's counts in a snapshot and in the one before; None where it was not there."""

    offering: str
    now: Count | None
    before: Count | None

    @property
    def change(self) -> int | None:
        """Give how many more it is open to."""
        if self.now is None or self.before is None:
            return None
        return self.now.yes - self.before.yes


def counts_compared(viewer: Actor) -> tuple[list[Snapshot], list[Compared]]:
    """Give the last two snapshots attached, the later one first, and their counts side by side."""
    two = [s for s in snapshots(viewer) if s.status == "attached"][:2]
    held: list[dict[str, Count]] = [
        {c.offering: c for c in Count.objects.filter(snapshot_id=s.id)} for s in two
    ]
    held += [{}] * (2 - len(held))
    names = sorted(held[0].keys() | held[1].keys())
    return two, [Compared(name, held[0].get(name), held[1].get(name)) for name in names]
