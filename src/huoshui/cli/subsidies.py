"""`huoshui subsidies`: what one subject may claim, or everybody to be paid without applying."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click

from huoshui import explain as wording
from huoshui.cli import output, place
from huoshui.pipeline import run as running
from huoshui.pipeline import subjects
from huoshui.pipeline.lake import Lake
from huoshui.pipeline.subsidies import Payment, budgets, claims_of, payments
from huoshui.policy.loader import load

LISTED = 20
"""So many payments are shown to a person; --json has all."""


@click.command("subsidies")
@click.argument("subject", required=False)
@click.option("--without-application", is_flag=True, help="Everybody to be paid without applying.")
@place.language_option
@place.known_facts
@output.as_json
def subsidies(
    subject: str | None,
    without_application: bool,
    lang: Any,
    home: Path,
    packs: tuple[Path, ...],
    asof: dt.date,
    known: int | None,
    as_json: bool,
) -> None:
    """Say which subsidies SUBJECT (a code or a name) may claim today, and how much of each.

    With --without-application instead, list everybody whom the office can pay unasked because all
    the evidence is in hand, and what that costs by subsidy.
    """
    if (subject is None) != without_application:
        raise click.UsageError("Say which subject, or --without-application for everybody.")
    lake, pack = Lake(place.lake_folder(home)), load(packs, asof=asof)
    with running.session() as engine, output.progress(quiet=as_json) as tick:
        if subject is None:
            work = running.run(engine, lake, pack, known=known, tick=tick, stages=running.RATED)
            _show_payments(work, payments(work), as_json)
            return
        work, (seen,) = subjects.see(engine, lake, pack, [subject], known=known, tick=tick)
        reports = wording.claims_report(pack, claims_of(work, seen.entity, seen.row))
    if as_json:
        output.show_json(
            {
                "asked": subject,
                "entity": seen.entity,
                "known": work.known,
                "asof": asof.isoformat(),
                "claims": reports,
            }
        )
        return
    for line in wording.claims_lines(reports, lang):
        output.say(line)
    if not reports:
        output.say("Nothing can be claimed; `huoshui explain` says what stands in the way.")


def _show_payments(work: running.Work, paid: list[Payment], as_json: bool) -> None:
    spent = budgets(paid)
    total = sum(each["amount_fen"] for each in spent.values())
    if as_json:
        output.show_json(
            {
                "known": work.known,
                "asof": work.asof.isoformat(),
                "subjects": len({payment.entity for payment in paid}),
                "amount_fen": total,
                "budgets": spent,
                "payments": [
                    {
                        "entity": payment.entity,
                        "offering": payment.claim.offering,
                        "amount_fen": payment.claim.amount_fen,
                        "paid_to": payment.claim.paid_to,
                        "consent_needed": list(payment.consent_needed),
                    }
                    for payment in paid
                ],
            }
        )
        return
    rows = [(n, each["subjects"], each["amount_fen"] / 100) for n, each in spent.items()]
    output.table("To be paid without application", ("subsidy", "subjects", "yuan"), rows)
    first = [(p.entity, p.claim.offering, (p.claim.amount_fen or 0) / 100) for p in paid[:LISTED]]
    output.table(f"The first of {len(paid):,}", ("entity", "subsidy", "yuan"), first)
