"""A voucher is written by one statement, and what brings one line is looked at with less ado.

Most statements bring one line.  For it the trigger needs no sums over many, and the lock and the
balance of an account are asked for by statements whose plans a session keeps.
"""

from django.db import migrations

from huoshui.web.audit.rules.security import JOBS, WEB

# The lines come last: the lock of an account with a floor is held from then on.  A voucher whose
# lines are written with those of others brings none.
WRITE = """
    CREATE FUNCTION ledger_voucher_write(institution uuid, key text, kind text, effective_on date,
        at timestamptz, why text, corrects bigint, rule text, legs bigint, body bytea, digest bytea,
        form text, actor_kind text, actor text, person uuid, subject uuid, payload_digest bytea,
        salt bytea, payload jsonb, n int[], debit bigint[], credit bigint[], amount_fen bigint[],
        book text[], kinds text[], hold bigint[], hold_n int[], digests bytea[])
    RETURNS TABLE (voucher bigint, batch bigint) LANGUAGE plpgsql AS $$
    #variable_conflict use_variable
    BEGIN
        INSERT INTO ledger_voucher AS v (institution_id, key, kind, effective_on, at, why,
            corrects_id, rule, legs, body_digest, digest)
        VALUES (institution, key, kind, effective_on, at, why, corrects, rule, legs, body, digest)
        ON CONFLICT ON CONSTRAINT key_once DO NOTHING RETURNING v.id, v.batch INTO voucher, batch;
        IF voucher IS NULL THEN RETURN; END IF;
        PERFORM audit_entry_write(form, at, actor_kind, actor, person, subject, institution,
            'ledger.posted', 'voucher', voucher::text, why, rule, payload_digest, salt, payload);
        IF cardinality(n) = 1 THEN
            INSERT INTO ledger_transfer (institution_id, voucher_id, effective_on, n, debit_id,
                credit_id, amount_fen, book, kind, hold_id, hold_n, digest)
            VALUES (institution, voucher, effective_on, n[1], debit[1], credit[1], amount_fen[1],
                book[1], kinds[1], hold[1], hold_n[1], digests[1]);
        ELSIF n IS NOT NULL THEN
            INSERT INTO ledger_transfer (institution_id, voucher_id, effective_on, n, debit_id,
                credit_id, amount_fen, book, kind, hold_id, hold_n, digest)
            SELECT institution, voucher, effective_on, each.* FROM unnest(n, debit, credit,
                amount_fen, book, kinds, hold, hold_n, digests) AS each;
        END IF;
        RETURN NEXT;
    END $$
"""

SPAN_LEGS = 256
"""So many legs, at the least, lie between two checkpoints of an account."""

MANY_ROWS = 1000
"""So many rows are worth a plan of their own."""


def _legs(column: str, is_debit: str) -> str:
    return f"""
        SELECT {is_debit} AS is_debit, amount_fen, kind FROM ledger_transfer
        WHERE {column} = account AND batch > coalesce(last.through, 0)
          AND batch <= coalesce(known, 9223372036854775807)
          AND effective_on <= coalesce(until, 'infinity')
    """


# One row: what has moved and is held on an account, of value days up to `until`, known by `known`.
SUMS = f"""
    CREATE FUNCTION ledger_sums(account bigint, known bigint, until date, OUT debit_fen bigint,
        OUT credit_fen bigint, OUT debit_held_fen bigint, OUT credit_held_fen bigint, OUT tail int)
    LANGUAGE plpgsql STABLE SET enable_seqscan = off AS $$
    #variable_conflict use_column
    DECLARE last ledger_checkpoint; rest record;
    BEGIN
        SELECT * INTO last FROM ledger_checkpoint c
        WHERE c.account_id = account AND c.through <= coalesce(known, 9223372036854775807)
        ORDER BY c.through DESC LIMIT 1;
        IF last.account_id IS NOT NULL AND until IS NOT NULL THEN
            SELECT sum(d.debit_fen), sum(d.credit_fen), sum(d.debit_held_fen),
                   sum(d.credit_held_fen)
            INTO last.debit_fen, last.credit_fen, last.debit_held_fen, last.credit_held_fen
            FROM ledger_checkpointday d
            WHERE d.account_id = account AND d.through <= last.through AND d.day <= until;
        END IF;
        SELECT sum(amount_fen) FILTER (WHERE is_debit AND kind IN ('posted', 'post')) AS debit,
               sum(amount_fen) FILTER (WHERE NOT is_debit AND kind IN ('posted', 'post')) AS credit,
               sum(CASE kind WHEN 'pending' THEN amount_fen ELSE -amount_fen END)
                   FILTER (WHERE is_debit AND kind <> 'posted') AS debit_held,
               sum(CASE kind WHEN 'pending' THEN amount_fen ELSE -amount_fen END)
                   FILTER (WHERE NOT is_debit AND kind <> 'posted') AS credit_held,
               count(*)::int AS legs
        INTO rest FROM ({_legs("debit_id", "true")} UNION ALL {_legs("credit_id", "false")}) l;
        debit_fen := coalesce(last.debit_fen, 0) + coalesce(rest.debit, 0);
        credit_fen := coalesce(last.credit_fen, 0) + coalesce(rest.credit, 0);
        debit_held_fen := coalesce(last.debit_held_fen, 0) + coalesce(rest.debit_held, 0);
        credit_held_fen := coalesce(last.credit_held_fen, 0) + coalesce(rest.credit_held, 0);
        tail := rest.legs;
    END $$
"""

LIMITS = f"""
    CREATE OR REPLACE FUNCTION ledger_limits_hold(lowered bigint[], voucher bigint) RETURNS void
    LANGUAGE plpgsql AS $$
    DECLARE number bigint; each ledger_account; sums record; own bigint; held bigint;
    BEGIN
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION 'limits are kept in READ COMMITTED' USING ERRCODE = 'HL009';
        END IF;
        IF cardinality(lowered) > 1 THEN
            lowered := ARRAY(SELECT DISTINCT unnest(lowered) ORDER BY 1);  -- all lock in one order
        END IF;
        FOREACH number IN ARRAY lowered LOOP
            SELECT * INTO each FROM ledger_account WHERE id = number FOR NO KEY UPDATE;
            sums := ledger_sums(number, NULL, NULL);
            IF each.side = 'debit' THEN
                own := sums.debit_fen - sums.credit_fen;
                held := sums.credit_held_fen;
            ELSE
                own := sums.credit_fen - sums.debit_fen;
                held := sums.debit_held_fen;
            END IF;
            IF own - held < each.floor_fen THEN
                RAISE EXCEPTION 'account % would fall below its floor', each.id
                USING ERRCODE = 'HL001', DETAIL = json_build_object('account', each.id,
                    'code', each.code, 'agreement', each.agreement, 'floor_fen', each.floor_fen,
                    'after_fen', own - held)::text;
            END IF;
            -- A tail that got long is added up by whoever has the lock anyhow, now and then.
            IF sums.tail >= {2 * SPAN_LEGS} AND voucher % 32 = 0 THEN
                PERFORM ledger_checkpoint_make(each.id, {SPAN_LEGS});
            END IF;
        END LOOP;
    END $$
"""

# What a single line is looked at by: it, its voucher and its two accounts.
ONE = """
    SELECT a.*, v.legs, v.institution_id AS v_institution, v.effective_on AS v_effective_on,
           v.batch AS v_batch, d.institution_id AS d_institution, d.currency AS d_currency,
           d.side AS d_side, d.floor_fen AS d_floor, c.institution_id AS c_institution,
           c.currency AS c_currency, c.side AS c_side, c.floor_fen AS c_floor,
           (SELECT count(*) FROM (SELECT FROM added LIMIT 2) two) AS rows
    INTO one FROM (SELECT * FROM added LIMIT 1) a
    LEFT JOIN ledger_voucher v ON v.id = a.voucher_id
    LEFT JOIN ledger_account d ON d.id = a.debit_id
    LEFT JOIN ledger_account c ON c.id = a.credit_id
"""

MANY = """
    SELECT count(*) FILTER (WHERE v.id IS NULL OR v.institution_id <> a.institution_id
               OR v.effective_on <> a.effective_on OR v.batch <> a.batch
               OR a.n NOT BETWEEN 1 AND v.legs) AS misfits,
           min(v.legs) AS legs, count(*) AS rows,
           min(a.voucher_id) AS first, max(a.voucher_id) AS last,
           count(*) FILTER (WHERE d.institution_id IS DISTINCT FROM a.institution_id
                            OR c.institution_id IS DISTINCT FROM a.institution_id) AS strange,
           max(json_build_object('n', a.n, 'debit', d.currency, 'credit', c.currency)::text)
               FILTER (WHERE d.currency <> c.currency) AS mixed,
           array_agg(DISTINCT a.debit_id) FILTER (WHERE d.side = 'credit'
               AND d.floor_fen IS NOT NULL AND a.kind IN ('posted', 'pending')) AS debits,
           array_agg(DISTINCT a.credit_id) FILTER (WHERE c.side = 'debit'
               AND c.floor_fen IS NOT NULL AND a.kind IN ('posted', 'pending')) AS credits,
           array_agg(DISTINCT a.hold_id) FILTER (WHERE a.hold_id IS NOT NULL) AS holds,
           count(*) FILTER (WHERE (a.voucher_id * 7 + a.n) % 512 = 0) AS sampled
    FROM added a
    LEFT JOIN ledger_voucher v ON v.id = a.voucher_id
    LEFT JOIN ledger_account d ON d.id = a.debit_id
    LEFT JOIN ledger_account c ON c.id = a.credit_id
"""

ADDED = f"""
    CREATE OR REPLACE FUNCTION ledger_transfer_added() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET enable_seqscan = off AS $$
    DECLARE one record; seen record; lowered bigint[]; fits boolean; is_lowering boolean;
    BEGIN
        {ONE};
        IF NOT FOUND THEN
            RETURN NULL;
        ELSIF one.rows = 1 THEN
            fits := one.legs = 1 AND one.n = 1 AND one.v_institution = one.institution_id
                AND one.v_effective_on = one.effective_on AND one.v_batch = one.batch;
            IF fits IS NOT TRUE THEN
                RAISE EXCEPTION 'transfers do not fit their voucher' USING ERRCODE = 'HL005';
            ELSIF (one.d_institution = one.institution_id AND one.c_institution
                   = one.institution_id) IS NOT TRUE THEN
                RAISE EXCEPTION 'an account is not the institution''s' USING ERRCODE = 'HL002';
            ELSIF one.d_currency <> one.c_currency THEN
                RAISE EXCEPTION 'two currencies in one transfer' USING ERRCODE = 'HL003',
                    DETAIL = json_build_object('n', one.n, 'debit', one.d_currency, 'credit',
                                               one.c_currency)::text;
            END IF;
            IF one.hold_id IS NOT NULL THEN
                PERFORM ledger_holds_hold(ARRAY[one.hold_id]);
            END IF;
            IF one.kind IN ('posted', 'pending') THEN
                IF one.d_side = 'credit' AND one.d_floor IS NOT NULL THEN
                    lowered := ARRAY[one.debit_id];
                END IF;
                IF one.c_side = 'debit' AND one.c_floor IS NOT NULL THEN
                    lowered := lowered || one.credit_id;
                END IF;
                IF lowered IS NOT NULL THEN
                    PERFORM ledger_limits_hold(lowered, one.voucher_id);
                END IF;
            END IF;
            IF (one.voucher_id * 7 + 1) % 512 = 0 THEN
                INSERT INTO ledger_due (account_id, institution_id)
                VALUES (one.debit_id, one.institution_id), (one.credit_id, one.institution_id);
            END IF;
            RETURN NULL;
        END IF;
        IF NOT EXISTS (SELECT 1 FROM added OFFSET {MANY_ROWS}) THEN
            {MANY.replace("FROM added", "INTO seen FROM added")};
        ELSE
            PERFORM set_config('enable_seqscan', 'on', true);  -- until the function ends
            EXECUTE $seen${MANY}$seen$ INTO seen;
        END IF;
        fits := seen.misfits = 0;
        IF fits AND seen.first = seen.last THEN
            fits := seen.rows = seen.legs;
        ELSIF fits THEN
            SELECT bool_and(g.rows = v.legs) INTO fits
            FROM (SELECT voucher_id, count(*) AS rows FROM added GROUP BY 1) g
            JOIN ledger_voucher v ON v.id = g.voucher_id;
        END IF;
        IF NOT fits THEN
            RAISE EXCEPTION 'transfers do not fit their voucher' USING ERRCODE = 'HL005';
        ELSIF seen.strange > 0 THEN
            RAISE EXCEPTION 'an account is not the institution''s' USING ERRCODE = 'HL002';
        ELSIF seen.mixed IS NOT NULL THEN
            RAISE EXCEPTION 'two currencies in one transfer' USING ERRCODE = 'HL003',
                DETAIL = seen.mixed;
        END IF;
        IF seen.holds IS NOT NULL THEN
            PERFORM ledger_holds_hold(seen.holds);
        END IF;
        lowered := coalesce(seen.debits, '{{}}') || coalesce(seen.credits, '{{}}');
        IF cardinality(lowered) > 0 THEN
            PERFORM ledger_limits_hold(lowered, seen.last);
        END IF;
        IF seen.sampled > 0 THEN
            INSERT INTO ledger_due (account_id, institution_id)
            SELECT DISTINCT account, institution_id FROM (
                SELECT debit_id AS account, institution_id FROM added
                WHERE (voucher_id * 7 + n) % 512 = 0
                UNION ALL SELECT credit_id, institution_id FROM added
                WHERE (voucher_id * 7 + n) % 512 = 0) met;
        END IF;
        RETURN NULL;
    END $$
"""


class Migration(migrations.Migration):
    """After the tables of the books, and the one way to write an entry of the record."""

    dependencies = [("ledger", "0004_reconciling"), ("audit", "0003_one_statement")]
    operations = [
        migrations.RunSQL(
            [
                "DROP FUNCTION ledger_sums(bigint, bigint, date)",
                SUMS,
                LIMITS,
                ADDED,
                WRITE,
                "REVOKE ALL ON FUNCTION ledger_voucher_write FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION ledger_voucher_write TO {WEB}, {JOBS}",
            ]
        )
    ]
