"""Posting rules balance, name accounts of their chart, and use every amount that is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from huoshui.kernel.errors import Problem, Refusal, Where
from huoshui.policy.pack import Pack
from huoshui.policy.schema import Chart, Posting, PostingEvent


class PostingRefusal(Refusal):
    """Why a chart or a posting rule is refused, the weightiest first."""

    NOT_BALANCED = (
        "{event} does not balance: line {n} {has} {account} by {amount}, and {lacks} nothing.",
        "Name the other account on the same line: debit and credit with one amount.",
    )
    SAME_ACCOUNT = (
        "{event} debits and credits {account} on line {n}, which moves nothing.",
        "Name two different accounts.",
    )
    SUM_NOT_POSTED = (
        "{event} does not balance: {whole} is the sum of {parts}, and its lines post {posted}.",
        "Post the whole, or each of its parts once, in cash.",
    )
    NO_LINES = "{event} posts nothing.", "Give it a line, or take the event out."
    NO_CHART = "There is no chart {chart}.", "Name one of charts/."
    NO_ACCOUNT = (
        "The chart {chart} has no account {account}.",
        "Use one of its accounts, or add it there with its citation.",
    )
    NO_AMOUNT = (
        "{event} gives no amount {amount}.",
        "Add it to the event's amounts, or use one of: {amounts}.",
    )
    AMOUNT_UNUSED = (
        "{event} is given {amount} and posts it nowhere.",
        "Post it on a line, or take it out of the event's amounts.",
    )
    ACCOUNT_TWICE = (
        "The account {account} stands in the chart {other} too.",
        "Give it another word; an account is found by its word alone.",
    )


def check(pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with charts and posting rules."""
    seen: dict[str, str] = {}
    for chart in pack.charts.values():
        for code in chart.accounts:
            if code in seen:
                where = pack.where("charts", chart.id, "accounts", code)
                yield PostingRefusal.ACCOUNT_TWICE.problem(
                    where=where, account=code, other=seen[code]
                )
            seen.setdefault(code, chart.id)
    for posting in pack.postings.values():
        chart_named = pack.charts.get(posting.chart)
        if chart_named is None:
            where = pack.where("postings", posting.id, "chart")
            yield PostingRefusal.NO_CHART.problem(where=where, chart=posting.chart)
            continue
        for name, event in posting.events.items():
            yield from _event(pack, posting, chart_named, name, event)


def _event(
    pack: Pack, posting: Posting, chart: Chart, name: str, event: PostingEvent
) -> Iterator[Problem]:
    def at(*path: str | int) -> Where:
        return pack.where("postings", posting.id, "events", name, *path)

    if not event.lines:
        yield PostingRefusal.NO_LINES.problem(where=at(), event=name)
        return
    for n, line in enumerate(event.lines):
        where, place = at("lines", n), n + 1
        sides = {"debits": line.debit, "credits": line.credit}
        for side, account in sides.items():
            if account is None:
                (has, other) = next((s, a) for s, a in sides.items() if s != side)
                yield PostingRefusal.NOT_BALANCED.problem(
                    where=where,
                    event=name,
                    n=place,
                    has=has,
                    account=other,
                    lacks=side,
                    amount=line.amount,
                )
            elif account not in chart.accounts:
                yield PostingRefusal.NO_ACCOUNT.problem(
                    where=where, chart=chart.id, account=account
                )
        if line.debit is not None and line.debit == line.credit:
            yield PostingRefusal.SAME_ACCOUNT.problem(
                where=where, event=name, n=place, account=line.debit
            )
        if line.amount not in event.amounts:
            known = ", ".join(event.amounts)
            yield PostingRefusal.NO_AMOUNT.problem(
                where=where, event=name, amount=line.amount, amounts=known
            )
    yield from _amounts(event, name, at)


def _amounts(event: PostingEvent, name: str, at: object) -> Iterator[Problem]:
    assert callable(at)
    used = Counter(line.amount for line in event.lines if line.book == "cash")
    for whole, parts in event.sums.items():
        for amount in (whole, *parts):
            if amount not in event.amounts:
                yield PostingRefusal.NO_AMOUNT.problem(
                    where=at("sums", whole),
                    event=name,
                    amount=amount,
                    amounts=", ".join(event.amounts),
                )
        as_whole = used[whole] == 1 and not any(used[part] for part in parts)
        as_parts = used[whole] == 0 and all(used[part] == 1 for part in parts)
        if not (as_whole or as_parts):
            posted = ", ".join(each for each in (whole, *parts) for _ in range(used[each]))
            yield PostingRefusal.SUM_NOT_POSTED.problem(
                where=at("sums", whole),
                event=name,
                whole=whole,
                parts=" + ".join(parts),
                posted=posted or "nothing",
            )
    posted_anywhere = {line.amount for line in event.lines} | set(event.sums)
    for amount in event.amounts:
        if amount not in posted_anywhere:
            yield PostingRefusal.AMOUNT_UNUSED.problem(
                where=at("amounts", amount), event=name, amount=amount
            )
