"""Does the ledger hold?  Ask the database to make every digest and every sum again.

Each question gives the rows that do not hold, so that an answer of nothing is the whole of the
good news.  Whoever asks sees all institutions: the jobs process, acting as the system.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from huoshui.kernel.step import Tick, unwatched
from huoshui.web.ledger.rules.findings import Checked, Finding, LedgerFinding, sorted_findings

MOST = 1000
"""So many rows a question gives at most; one is bad enough, and a thousand are a pattern."""

_TOLD = """
    told AS MATERIALIZED (
        SELECT e.id AS entry, e.object_id::bigint AS object, e.xid::text::bigint AS batch,
               e.institution_id, p.body->>'digest' AS digest
        FROM audit_entry e LEFT JOIN audit_payload p ON p.entry_id = e.id
        WHERE e.action = '{action}'
    )
"""
_LINE_DIGEST = """
    ledger_transfer_digest(t.n, t.debit_id, t.credit_id, t.amount_fen, t.effective_on, t.kind,
                           t.book, t.hold_id, t.hold_n)
"""
_VOUCHER_DIGEST = """
    ledger_voucher_digest(v.institution_id, v.key, v.kind, v.effective_on, v.at, v.why,
                          v.corrects_id, v.rule, v.legs, v.body_digest, l.digest)
"""
_ACCOUNT_DIGEST = """
    ledger_account_digest(id, institution_id, code, agreement, currency, side, floor_fen, opening)
"""

QUESTIONS: tuple[tuple[LedgerFinding, str, str, str], ...] = (
    (
        LedgerFinding.TRANSFER_CHANGED, "ledger_transfer", "voucher {voucher} line {n}",
        f"""
        SELECT t.voucher_id AS voucher, t.n FROM ledger_transfer t
        JOIN ledger_voucher v ON v.id = t.voucher_id
        WHERE t.n <= v.legs AND (t.digest <> {_LINE_DIGEST} OR t.batch <> v.batch
              OR t.institution_id <> v.institution_id OR t.effective_on <> v.effective_on)
        """,
    ),
    (
        LedgerFinding.TRANSFER_REMOVED, "ledger_transfer", "voucher {voucher} line {lines}",
        """
        SELECT v.id AS voucher, v.legs, string_agg(n::text, ', ' ORDER BY n) AS lines
        FROM (SELECT v.id, v.legs FROM ledger_voucher v LEFT JOIN ledger_transfer t
              ON t.voucher_id = v.id AND t.n <= v.legs GROUP BY v.id
              HAVING count(t.n) < v.legs) v
        CROSS JOIN LATERAL (SELECT n FROM generate_series(1, v.legs) n WHERE NOT EXISTS (
            SELECT 1 FROM ledger_transfer t WHERE t.voucher_id = v.id AND t.n = n.n) LIMIT 20) n
        GROUP BY v.id, v.legs
        """,
    ),
    (
        LedgerFinding.TRANSFER_ADDED, "ledger_transfer", "voucher {voucher} line {n}",
        """
        SELECT t.voucher_id AS voucher, t.n FROM ledger_transfer t
        LEFT JOIN ledger_voucher v ON v.id = t.voucher_id
        WHERE v.id IS NOT NULL AND NOT t.n BETWEEN 1 AND v.legs
           OR v.id IS NULL AND NOT EXISTS (SELECT 1 FROM audit_entry e
              WHERE e.action = 'ledger.posted' AND e.object_id = t.voucher_id::text)
        """,
    ),
    (
        LedgerFinding.VOUCHER_CHANGED, "ledger_voucher", "voucher {voucher}",
        f"""
        SELECT v.id AS voucher FROM ledger_voucher v JOIN (
            SELECT voucher_id, sha256(string_agg(digest, ''::bytea ORDER BY n)) AS digest,
                   count(*) AS legs
            FROM ledger_transfer GROUP BY voucher_id
        ) l ON l.voucher_id = v.id AND l.legs = v.legs
        WHERE v.digest <> {_VOUCHER_DIGEST}
        """,
    ),
    (
        LedgerFinding.VOUCHER_REWRITTEN, "ledger_voucher", "voucher {voucher}",
        f"""
        WITH {_TOLD.format(action="ledger.posted")}
        SELECT v.id AS voucher, e.entry FROM ledger_voucher v JOIN told e ON e.object = v.id
        WHERE e.digest IS NOT NULL AND (e.digest <> encode(v.digest, 'hex')
              OR e.batch <> v.batch OR e.institution_id <> v.institution_id)
        """,
    ),
    (
        LedgerFinding.VOUCHER_REMOVED, "ledger_voucher", "voucher {voucher}",
        f"""
        WITH {_TOLD.format(action="ledger.posted")}
        SELECT e.object AS voucher, e.entry FROM told e
        WHERE NOT EXISTS (SELECT 1 FROM ledger_voucher v WHERE v.id = e.object)
        """,
    ),
    (
        LedgerFinding.VOUCHER_UNTOLD, "ledger_voucher", "voucher {voucher}",
        f"""
        WITH {_TOLD.format(action="ledger.posted")}
        SELECT v.id AS voucher FROM ledger_voucher v
        WHERE NOT EXISTS (SELECT 1 FROM told e WHERE e.object = v.id)
        """,
    ),
    (
        LedgerFinding.ENTRY_ERASED, "audit_entry", "entry {entry}",
        """
        SELECT e.id AS entry, e.object_kind || ' ' || e.object_id AS what
        FROM audit_entry e LEFT JOIN audit_payload p ON p.entry_id = e.id
        WHERE e.action IN ('ledger.posted', 'ledger.accounts_opened') AND p.body IS NULL
        """,
    ),
    (
        LedgerFinding.ACCOUNT_CHANGED, "ledger_account", "account {account}",
        f"SELECT id AS account FROM ledger_account WHERE digest <> {_ACCOUNT_DIGEST}",
    ),
    (
        LedgerFinding.ACCOUNTS_REWRITTEN, "ledger_account", "opening {opening}",
        f"""
        WITH {_TOLD.format(action="ledger.accounts_opened")}, kept AS (
            SELECT opening, encode(sha256(string_agg(digest, ''::bytea ORDER BY id)), 'hex')
                   AS digest
            FROM ledger_account GROUP BY opening
        )
        SELECT coalesce(kept.opening, told.object) AS opening
        FROM kept FULL JOIN told ON told.object = kept.opening
        WHERE kept.opening IS NULL OR told.object IS NULL OR kept.digest <> told.digest
        """,
    ),
    (
        LedgerFinding.CHECKPOINT_WRONG, "ledger_checkpoint", "account {account} batch {through}",
        """
        SELECT c.account_id AS account, c.through, format('%s legs and %s/%s fen are kept, '
               '%s and %s/%s there', c.legs, c.debit_fen, c.credit_fen, s.legs,
               s.debit_fen, s.credit_fen) AS detail
        FROM (
            SELECT c.*, lag(through, 1, 0::bigint) OVER w AS starts,
                   c.debit_fen - lag(debit_fen, 1, 0::bigint) OVER w AS debit,
                   c.credit_fen - lag(credit_fen, 1, 0::bigint) OVER w AS credit,
                   c.debit_held_fen - lag(debit_held_fen, 1, 0::bigint) OVER w AS debit_held,
                   c.credit_held_fen - lag(credit_held_fen, 1, 0::bigint) OVER w AS credit_held
            FROM ledger_checkpoint c WINDOW w AS (PARTITION BY account_id ORDER BY through)
        ) c
        CROSS JOIN LATERAL ledger_span(c.account_id, c.starts, c.through) s
        CROSS JOIN LATERAL (
            SELECT coalesce(jsonb_object_agg(d.day, jsonb_build_array(d.debit_fen, d.credit_fen,
                   d.debit_held_fen, d.credit_held_fen)), '{}') AS days
            FROM ledger_checkpointday d
            WHERE d.account_id = c.account_id AND d.through = c.through
        ) d
        WHERE (c.since, c.legs, c.debit, c.credit, c.debit_held, c.credit_held, d.days)
              IS DISTINCT FROM (c.starts, s.legs, s.debit_fen, s.credit_fen, s.debit_held_fen,
                                s.credit_held_fen, s.days)
        """,
    ),
    (
        LedgerFinding.BELOW_FLOOR, "ledger_account", "account {account}",
        """
        SELECT a.id AS account, a.floor_fen, m.stands AS stands_fen FROM ledger_account a
        JOIN (
            SELECT id, sum(fen) AS stands FROM (
                SELECT a.id, CASE a.side WHEN 'debit' THEN t.amount_fen ELSE -t.amount_fen END
                FROM ledger_transfer t JOIN ledger_account a ON a.id = t.debit_id
                WHERE a.floor_fen IS NOT NULL AND t.kind IN ('posted', 'post')
                UNION ALL
                SELECT a.id, CASE a.side WHEN 'credit' THEN t.amount_fen ELSE -t.amount_fen END
                FROM ledger_transfer t JOIN ledger_account a ON a.id = t.credit_id
                WHERE a.floor_fen IS NOT NULL AND t.kind IN ('posted', 'post')
            ) moved(id, fen) GROUP BY id
        ) m ON m.id = a.id WHERE m.stands < a.floor_fen
        """,
    ),
)  # fmt: skip
"""What may be found, in which table, what to call the row, and the statement that gives such rows.

Days without a checkpoint would go unseen: `ledger_span` gives the days that there must be.
"""


def ledger_findings(*, tick: Tick = unwatched) -> Checked:
    """Check every account, voucher, transfer and checkpoint; the caller acts as the system."""
    made = Checked()
    found: list[Finding] = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        for name in ("account", "voucher", "transfer", "checkpoint"):
            cursor.execute(f"SELECT count(*) FROM ledger_{name}")
            setattr(made, f"{name}s", cursor.fetchone()[0])
        for done, (kind, table, row, question) in enumerate(QUESTIONS):
            tick("verify", done, len(QUESTIONS))
            cursor.execute(f"SELECT * FROM ({question}) bad LIMIT {MOST}")
            columns = [column.name for column in cursor.description]
            for values in cursor.fetchall():
                said: dict[str, Any] = dict(zip(columns, values, strict=True))
                found.append(Finding(kind, table, row.format(**said), said))
        tick("verify", len(QUESTIONS), len(QUESTIONS))
    made.findings = sorted_findings(found)
    return made
