"""Makers: a loaded snapshot, its subjects, banks and consents, and who acts for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pyarrow.parquet as pq

from huoshui.pipeline.requests import snapshot_folders
from huoshui.web.audit.rules.actor import Actor

AT = dt.datetime(2026, 11, 20, 2, 0, tzinfo=dt.UTC)
LATER = dt.timedelta(days=30)
OPERATOR = Actor(
    "operator", "赵平", person=UUID(int=9), permissions=frozenset({"numbers.read", "run.ask"})
)


def folder_of(home: Path) -> Path:
    """Give the folder of the region's only snapshot."""
    (folder,) = snapshot_folders(home)
    return folder


def rows_of(folder: Path, name: str = "profile") -> list[dict[str, Any]]:
    """Read a published table as plain rows."""
    return pq.read_table(folder / f"{name}.parquet").to_pylist()


@dataclass
class Parties:
    """Rows of parties written by the owner, so that tests need no action of another app."""

    owner: psycopg.Connection[Any]

    def institution(self, code: str) -> Actor:
        """Admit an institution of the packs; give an officer of it."""
        known = self.owner.execute(
            "SELECT id FROM parties_institution WHERE code = %s", [code]
        ).fetchone()
        id_ = known[0] if known else uuid4()
        if known is None:
            self.owner.execute(
                "INSERT INTO parties_institution (id, code, kind, label_zh, label_en, region,"
                " fictional, admitted_at) VALUES (%s, %s, 'bank', %s, %s, '990000', true, %s)",
                [id_, code, code, code, AT],
            )
        return Actor(
            "institution",
            "李敏",
            person=self.person(),
            institution=id_,
            role="bank_officer",
            permissions=frozenset({"profile.read", "prospects.read", "offering.read"}),
        )

    def person(self) -> UUID:
        """Admit a person."""
        id_ = uuid4()
        self.owner.execute(
            "INSERT INTO parties_person (id, password, sign_in, name, is_active)"
            " VALUES (%s, '', %s, '某人', true)",
            [id_, str(id_)],
        )
        return id_

    def subject(self, entity: str, *, findable: bool = False) -> Actor:
        """Admit a subject linked to an entity; give its owner."""
        id_ = uuid4()
        self.owner.execute(
            "INSERT INTO parties_subject (id, kind, name, sort_key, fictional, findable_since,"
            " admitted_at) VALUES (%s, 'firm', %s, '', true, %s, %s)",
            [id_, entity, AT if findable else None, AT],
        )
        self.owner.execute(
            "INSERT INTO parties_entitylink (subject_id, entity, valid_from, how, linked_at)"
            " VALUES (%s, %s, %s, 'code', %s)",
            [id_, entity, AT.date(), AT],
        )
        return Actor(
            "subject",
            "王强",
            person=self.person(),
            subject=id_,
            role="firm_owner",
            permissions=frozenset({"profile.read", "offers.read"}),
        )

    def consent(
        self,
        giver: Actor,
        reader: Actor,
        items: Sequence[str],
        *,
        personal: bool = False,
        at: dt.datetime = AT,
        until: dt.datetime = AT + LATER,
        withdrawn: dt.datetime | None = None,
    ) -> UUID:
        """Write a consent, of the subject or of the person who acts for it."""
        id_ = uuid4()
        self.owner.execute(
            "INSERT INTO parties_consent (id, subject_id, giver_id, given_by_id, reader_id,"
            " purpose, items, given_at, valid_until, withdrawn_at)"
            " VALUES (%s, %s, %s, %s, %s, 'application', %s, %s, %s, %s)",
            [
                id_,
                giver.subject,
                giver.person if personal else None,
                giver.person,
                reader.institution,
                list(items),
                at,
                until,
                withdrawn,
            ],
        )
        return id_
