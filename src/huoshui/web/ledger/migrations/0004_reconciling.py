"""What the database itself holds of reconciliation: sums of statements and of matches.

A statement opens where the one before it closed, and its lines come to the difference of its
balances; what is matched sums to the same on both sides.  Errors carry codes of class HL, which the
actions turn into refusals.
"""

from django.db import migrations

from huoshui.web.audit.rules.security import OWN_INSTITUTION as OWN
from huoshui.web.audit.rules.security import append_only, protect

STATEMENTS = [
    "ALTER TABLE ledger_statement ADD CONSTRAINT statement_adds_up "
    "CHECK (lines_count > 0 OR opening_fen = closing_fen)",
    """
    CREATE FUNCTION ledger_statement_fits() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE account ledger_bankaccount;
    BEGIN
        SELECT * INTO account FROM ledger_bankaccount WHERE id = NEW.account_id FOR UPDATE;
        IF account.institution_id IS DISTINCT FROM NEW.institution_id
           OR NEW.opening_fen <> coalesce(account.stands_fen, NEW.opening_fen)
           OR NEW.until_on < coalesce(account.through_on, NEW.until_on) THEN
            RAISE EXCEPTION 'a statement does not follow the one before' USING ERRCODE = 'HL007';
        END IF;
        RETURN NEW;
    END $$
    """,
    "CREATE TRIGGER ledger_statement_follows BEFORE INSERT ON ledger_statement "
    "FOR EACH ROW EXECUTE FUNCTION ledger_statement_fits()",
    """
    CREATE FUNCTION ledger_lines_sum() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
        PERFORM 1 FROM ledger_statement s
        JOIN (SELECT statement_id, count(*) AS lines, sum(amount_fen) AS moved,
                     bool_and(institution_id IS NOT NULL) AS kept FROM ledger_statementline
              WHERE statement_id IN (SELECT statement_id FROM added) GROUP BY 1) l
            ON l.statement_id = s.id
        WHERE l.lines <> s.lines_count OR s.opening_fen + l.moved <> s.closing_fen
           OR EXISTS (SELECT 1 FROM added a WHERE a.statement_id = s.id
                      AND (a.institution_id, a.account_id)
                          IS DISTINCT FROM (s.institution_id, s.account_id));
        IF FOUND THEN
            RAISE EXCEPTION 'lines do not come to their statement' USING ERRCODE = 'HL007';
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER ledger_statementline_sum AFTER INSERT ON ledger_statementline "
    "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_lines_sum()",
]

# An item tells the amount of its line or transfer, and those of a match come to the same.
MATCHES = [
    """
    CREATE FUNCTION ledger_match_balances() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
        PERFORM 1 FROM added a
        LEFT JOIN ledger_statementline l ON l.id = a.line_id
        LEFT JOIN ledger_transfer t ON t.voucher_id = a.voucher_id AND t.n = a.n
        WHERE coalesce(l.institution_id, t.institution_id) IS DISTINCT FROM a.institution_id
           OR (a.line_id IS NOT NULL AND a.amount_fen <> l.amount_fen)
           OR (a.voucher_id IS NOT NULL AND abs(a.amount_fen) <> t.amount_fen);
        IF FOUND THEN
            RAISE EXCEPTION 'an item is not what it names' USING ERRCODE = 'HL006';
        END IF;
        PERFORM 1 FROM ledger_matchitem i
        WHERE i.match_id IN (SELECT match_id FROM added) GROUP BY i.match_id
        HAVING coalesce(sum(i.amount_fen) FILTER (WHERE i.line_id IS NOT NULL), 0)
            <> coalesce(sum(i.amount_fen) FILTER (WHERE i.line_id IS NULL), 0);
        IF FOUND THEN
            RAISE EXCEPTION 'a match does not balance' USING ERRCODE = 'HL006';
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER ledger_match_balanced AFTER INSERT ON ledger_matchitem "
    "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_match_balances()",
]

APPENDED = (
    "ledger_statement", "ledger_statementline", "ledger_cashreference", "ledger_match",
    "ledger_breakdeed", "ledger_instructiondeed",
)  # fmt: skip
CHANGED = {
    "ledger_bankaccount": ("opened_fen", "stands_fen", "through_on"),
    "ledger_bankfile": ("taken_at", "told", "problems"),
    "ledger_reconciling": ("through",),
    "ledger_break": (
        "kind", "state", "assignee", "assignee_name", "explanation", "proposal", "proposed_by",
        "closed_at", "ours", "theirs",
    ),
    "ledger_instruction": ("state",),
}  # fmt: skip
"""Tables whose rows change, and what the web may change of them."""

SECURITY = [
    *(
        each
        for table in APPENDED
        for each in (*protect(table, read=OWN, insert=OWN), *append_only(table))
    ),
    *(
        each
        for table, columns in CHANGED.items()
        for each in protect(table, read=OWN, insert=OWN, update=OWN, columns=columns)
    ),
    # A match that was wrong is taken apart: its items go, the match and the record stay.
    *protect("ledger_matchitem", read=OWN, insert=OWN, delete=OWN),
]


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("ledger", "0003_statements"), ("parties", "0002_security")]
    operations = [migrations.RunSQL([*STATEMENTS, *MATCHES, *SECURITY])]
