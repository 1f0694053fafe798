"""Make checkpoints of the accounts on which much has moved, so that balances stay quick to read."""

from __future__ import annotations

from django.db import connection

from huoshui.web.audit.actions.acting import acting
from huoshui.web.audit.rules.actor import SYSTEM

SPAN_LEGS = 256
"""So many legs, at the least, lie between two checkpoints."""

AT_ONCE = 500
"""So many accounts are looked after in one transaction."""


def checkpoints_make(*, every: bool = False, legs: int = SPAN_LEGS) -> int:
    """Make the checkpoints that are due, up to what is settled; give how many.

    Accounts are met in a sample of all legs (the trigger of transfers notes one in 512); with
    `every`, all accounts are looked at.  What is made says nothing that the transfers do not
    say: it is no deed, and no entry tells of it.
    """
    made = 0
    with acting(SYSTEM), connection.cursor() as cursor:
        if every:
            cursor.execute("SELECT id FROM ledger_account ORDER BY id")
        else:
            cursor.execute("SELECT DISTINCT account_id FROM ledger_due ORDER BY account_id")
        accounts = [number for (number,) in cursor.fetchall()]
    for start in range(0, len(accounts), AT_ONCE):
        chunk = accounts[start : start + AT_ONCE]
        with acting(SYSTEM), connection.cursor() as cursor:
            # What is noted from here on stays noted.
            cursor.execute("DELETE FROM ledger_due WHERE account_id = ANY(%s)", [chunk])
            for account in chunk:
                cursor.execute("SELECT ledger_checkpoint_make(%s, %s)", [account, legs])
                made += cursor.fetchone()[0]
    return made
