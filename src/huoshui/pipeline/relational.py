"""Rows of a PostgreSQL database, copied by the database itself to a file that is then ingested."""

from __future__ import annotations

from pathlib import Path

from huoshui.facts.faults import FeedRefusal
from huoshui.kernel.errors import Where
from huoshui.policy.schema import Feed


def fetched(feed: Feed, url: str | None, target: Path) -> Path:
    """Copy the rows of the feed's query to a file, in one read-only snapshot of the database."""
    if url is None:
        raise FeedRefusal.NO_ADDRESS.refuse(where=Where(field=feed.id), feed=feed.id)
    import psycopg  # a seventh of a second, of every command

    query = (feed.source.query or "").strip().rstrip(";")
    copy = f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER true, ENCODING 'UTF8')"
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            connection.read_only = True
            cursor = connection.cursor()
            with target.open("wb") as file, cursor.copy(copy.encode()) as rows:
                for chunk in rows:
                    file.write(chunk)
    except psycopg.Error as error:
        detail = " ".join(str(error).split())[:300]
        raise FeedRefusal.UNREACHABLE.refuse(
            where=Where(field=feed.id), feed=feed.id, detail=detail
        ) from None
    return target
