"""What makes the ledger a ledger: digests, limits, holds and checkpoints, kept by the database.

One trigger looks at all rows of a statement together, so that a million of them cost one join.
Its errors carry codes of their own (class HL), which the actions turn into refusals.
"""

from django.db import migrations

from huoshui.web.audit.rules.security import (
    JOBS,
    OWN_INSTITUTION,
    WEB,
    append_only,
    protect,
)

BATCH = "(pg_current_xact_id()::text::bigint)"
MEASURES = "debit_fen, credit_fen, debit_held_fen, credit_held_fen"
SPAN_LEGS = 256
"""So many legs, at the least, lie between two checkpoints of an account."""

# What is hashed is written with digits and fixed words alone; free text goes in as its own hash.
DIGESTS = [
    """
    CREATE FUNCTION ledger_text_hash(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex')
    $$
    """,
    """
    CREATE FUNCTION ledger_account_digest(id bigint, institution uuid, code text, agreement text,
        currency text, side text, floor_fen bigint, opening bigint)
    RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT sha256(convert_to(concat_ws('|', 'account 1', id, institution,
            ledger_text_hash(code), coalesce(ledger_text_hash(agreement), ''), currency, side,
            coalesce(floor_fen::text, ''), opening), 'UTF8'))
    $$
    """,
    """
    CREATE FUNCTION ledger_transfer_digest(n int, debit bigint, credit bigint, amount_fen bigint,
        effective_on date, kind text, book text, hold_id bigint, hold_n int)
    RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT sha256(convert_to(concat_ws('|', n, debit, credit, amount_fen,
            effective_on - date '2000-01-01', kind, book, hold_id, hold_n), 'UTF8'))
    $$
    """,
    """
    CREATE FUNCTION ledger_voucher_digest(institution uuid, key text, kind text,
        effective_on date, at timestamptz, why text, corrects bigint, rule text, legs int,
        body bytea, transfers bytea)
    RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT sha256(convert_to(concat_ws('|', 'voucher 1', institution, ledger_text_hash(key),
            ledger_text_hash(kind), effective_on - date '2000-01-01',
            (extract(epoch FROM at) * 1000000)::bigint, ledger_text_hash(why),
            coalesce(corrects::text, ''), coalesce(ledger_text_hash(rule), ''), legs,
            encode(body, 'hex'), encode(transfers, 'hex')), 'UTF8'))
    $$
    """,
]

SIGNS = """
    coalesce(sum(amount_fen) FILTER (WHERE is_debit AND moves), 0)::bigint AS debit_fen,
    coalesce(sum(amount_fen) FILTER (WHERE NOT is_debit AND moves), 0)::bigint AS credit_fen,
    coalesce(sum(amount_fen * held) FILTER (WHERE is_debit), 0)::bigint AS debit_held_fen,
    coalesce(sum(amount_fen * held) FILTER (WHERE NOT is_debit), 0)::bigint AS credit_held_fen
"""
"""What a leg adds to its account: moved (posted, or posting a hold), and held or no longer."""


def _legs(account: str, until: str) -> str:
    leg = """
        SELECT {side} AS is_debit, batch, effective_on, amount_fen,
               kind IN ('posted', 'post') AS moves,
               CASE kind WHEN 'posted' THEN 0 WHEN 'pending' THEN 1 ELSE -1 END AS held
        FROM ledger_transfer WHERE {column} = {account} AND {until}
    """
    parts = (("true", "debit_id"), ("false", "credit_id"))
    return " UNION ALL ".join(
        leg.format(side=side, column=column, account=account, until=until) for side, column in parts
    )


# A plan made while the tables were small, or never measured, is kept by a session for long; these
# tables are always read by account.
BY_INDEX = "SET enable_seqscan = off"

# One row: what has moved and is held on an account, of value days up to `until`, known by `known`.
SUMS = f"""
    CREATE FUNCTION ledger_sums(account bigint, known bigint, until date)
    RETURNS TABLE (debit_fen bigint, credit_fen bigint, debit_held_fen bigint,
                   credit_held_fen bigint, tail int)
    LANGUAGE plpgsql STABLE {BY_INDEX} AS $$
    #variable_conflict use_column
    DECLARE last ledger_checkpoint; kept ledger_checkpoint; rest record;
    BEGIN
        SELECT * INTO last FROM ledger_checkpoint c
        WHERE c.account_id = account AND c.through <= coalesce(known, 9223372036854775807)
        ORDER BY c.through DESC LIMIT 1;
        kept := last;
        IF last.account_id IS NOT NULL AND until IS NOT NULL THEN
            SELECT sum(d.debit_fen), sum(d.credit_fen), sum(d.debit_held_fen),
                   sum(d.credit_held_fen)
            INTO kept.debit_fen, kept.credit_fen, kept.debit_held_fen, kept.credit_held_fen
            FROM ledger_checkpointday d
            WHERE d.account_id = account AND d.through <= last.through AND d.day <= until;
        END IF;
        SELECT {SIGNS}, count(*)::int AS tail INTO rest FROM ({
    _legs(
        "account",
        '''batch > coalesce(last.through, 0)
           AND batch <= coalesce(known, 9223372036854775807)
           AND effective_on <= coalesce(until, 'infinity')''',
    )
}) legs;
        RETURN QUERY SELECT
            coalesce(kept.debit_fen, 0) + rest.debit_fen,
            coalesce(kept.credit_fen, 0) + rest.credit_fen,
            coalesce(kept.debit_held_fen, 0) + rest.debit_held_fen,
            coalesce(kept.credit_held_fen, 0) + rest.credit_held_fen,
            rest.tail;
    END $$
"""

# Only batches below the oldest running transaction are counted: nothing can be added to those.
# A span ends with the batch that fills it, so a batch is never divided.
CHECKPOINTS = f"""
    CREATE FUNCTION ledger_checkpoint_make(account bigint, fill int) RETURNS int
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public {BY_INDEX} AS $$
    #variable_conflict use_column
    DECLARE settled bigint; last ledger_checkpoint; owner uuid; made int;
    BEGIN
        SELECT institution_id INTO owner FROM ledger_account WHERE id = account FOR UPDATE;
        IF owner IS NULL THEN RETURN 0; END IF;
        settled := pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1;
        SELECT * INTO last FROM ledger_checkpoint c
        WHERE c.account_id = account ORDER BY c.through DESC LIMIT 1;
        WITH legs AS MATERIALIZED ({
    _legs("account", "batch > coalesce(last.through, 0) AND batch <= settled")
}), batches AS (
            SELECT batch, sum(count(*)) OVER (ORDER BY batch) - count(*) AS before, count(*) AS n
            FROM legs GROUP BY batch
        ), placed AS (
            SELECT batch, before + n AS upto, div(before, fill) AS span FROM batches
        ), spans AS (
            SELECT span, max(batch) AS through, max(upto) AS upto FROM placed
            GROUP BY span HAVING max(upto) >= (span + 1) * fill
        ), days AS (
            INSERT INTO ledger_checkpointday (account_id, through, day, institution_id, {MEASURES})
            SELECT account, s.through, l.effective_on, owner, {SIGNS}
            FROM legs l JOIN placed USING (batch) JOIN spans s USING (span)
            GROUP BY s.through, l.effective_on
            RETURNING through, {MEASURES}
        ), moved AS (
            SELECT through, sum(debit_fen) AS debit_fen, sum(credit_fen) AS credit_fen,
                   sum(debit_held_fen) AS debit_held_fen, sum(credit_held_fen) AS credit_held_fen
            FROM days GROUP BY through
        )
        INSERT INTO ledger_checkpoint
            (account_id, through, institution_id, since, legs, {MEASURES})
        SELECT account, through, owner,
               lag(through, 1, coalesce(last.through, 0)) OVER w,
               s.upto - lag(s.upto, 1, 0) OVER w,
               coalesce(last.debit_fen, 0) + sum(m.debit_fen) OVER w,
               coalesce(last.credit_fen, 0) + sum(m.credit_fen) OVER w,
               coalesce(last.debit_held_fen, 0) + sum(m.debit_held_fen) OVER w,
               coalesce(last.credit_held_fen, 0) + sum(m.credit_held_fen) OVER w
        FROM moved m JOIN spans s USING (through) WINDOW w AS (ORDER BY through);
        GET DIAGNOSTICS made = ROW_COUNT;
        -- What could not be counted yet is looked at again.
        INSERT INTO ledger_due (account_id, institution_id) SELECT account, owner
        WHERE NOT EXISTS (SELECT 1 FROM ledger_due d WHERE d.account_id = account)
          AND (EXISTS (SELECT 1 FROM ledger_transfer
                       WHERE debit_id = account AND batch > settled)
               OR EXISTS (SELECT 1 FROM ledger_transfer
                          WHERE credit_id = account AND batch > settled));
        RETURN made;
    END $$
"""

# One row: the legs of an account between two batches, summed anew, and by day as checkpoints are.
SPAN = f"""
    CREATE FUNCTION ledger_span(account bigint, starts bigint, upto bigint)
    RETURNS TABLE (legs int, debit_fen bigint, credit_fen bigint, debit_held_fen bigint,
                   credit_held_fen bigint, days jsonb)
    LANGUAGE sql STABLE AS $$
        WITH days AS (
            SELECT effective_on, count(*) AS legs, {SIGNS} FROM ({
    _legs("account", "batch > starts AND batch <= upto")
}) l GROUP BY effective_on
        )
        SELECT coalesce(sum(legs), 0)::int, coalesce(sum(debit_fen), 0)::bigint,
               coalesce(sum(credit_fen), 0)::bigint, coalesce(sum(debit_held_fen), 0)::bigint,
               coalesce(sum(credit_held_fen), 0)::bigint,
               coalesce(jsonb_object_agg(effective_on, jsonb_build_array(debit_fen, credit_fen,
                        debit_held_fen, credit_held_fen)), '{{}}')
        FROM days
    $$
"""

# Under the account's lock, so that no two lower it at once; what others add meanwhile is not
# counted until it is there.  Needs READ COMMITTED: an older snapshot would not see what the
# one before us took.
LIMITS = f"""
    CREATE FUNCTION ledger_limits_hold(lowered bigint[], voucher bigint) RETURNS void
    LANGUAGE plpgsql AS $$
    DECLARE each ledger_account; sums record; own bigint; held bigint;
    BEGIN
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION 'limits are kept in READ COMMITTED' USING ERRCODE = 'HL009';
        END IF;
        FOR each IN SELECT * FROM ledger_account WHERE id = ANY(lowered) ORDER BY id FOR UPDATE
        LOOP
            SELECT * INTO sums FROM ledger_sums(each.id, NULL, NULL);
            own := CASE each.side WHEN 'debit' THEN sums.debit_fen - sums.credit_fen
                   ELSE sums.credit_fen - sums.debit_fen END;
            held := CASE each.side WHEN 'debit' THEN sums.credit_held_fen
                    ELSE sums.debit_held_fen END;
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

HOLDS = """
    CREATE FUNCTION ledger_holds_hold(holds bigint[]) RETURNS void
    LANGUAGE plpgsql AS $$
    DECLARE bad record;
    BEGIN
        PERFORM 1 FROM ledger_voucher WHERE id = ANY(holds) ORDER BY id FOR UPDATE;
        SELECT p.voucher_id, p.n INTO bad FROM ledger_transfer p
        WHERE p.voucher_id = ANY(holds) AND EXISTS (
            SELECT 1 FROM ledger_transfer r WHERE r.hold_id = p.voucher_id AND r.hold_n = p.n
            HAVING sum(r.amount_fen) <> p.amount_fen OR p.kind <> 'pending'
                OR bool_or((r.debit_id, r.credit_id, r.book, r.institution_id)
                   IS DISTINCT FROM (p.debit_id, p.credit_id, p.book, p.institution_id)))
        LIMIT 1;
        IF NOT FOUND THEN
            SELECT r.hold_id, r.hold_n INTO bad FROM ledger_transfer r
            WHERE r.hold_id = ANY(holds) AND NOT EXISTS (SELECT 1 FROM ledger_transfer p
                WHERE p.voucher_id = r.hold_id AND p.n = r.hold_n) LIMIT 1;
        END IF;
        IF FOUND THEN
            RAISE EXCEPTION 'a hold is posted or let go once, whole' USING ERRCODE = 'HL004',
                DETAIL = json_build_object('hold', holds[1])::text;
        END IF;
    END $$
"""

SEEN = """
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
MANY_ROWS = 1000
"""So many rows are worth a plan of their own."""

# Most statements bring one voucher: then all is seen in one pass.  Several are counted apart.
ADDED = f"""
    CREATE FUNCTION ledger_transfer_added() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public {BY_INDEX} AS $$
    DECLARE seen record; lowered bigint[]; fits boolean;
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM added OFFSET {MANY_ROWS}) THEN
            {SEEN.replace("FROM added", "INTO seen FROM added")};
        ELSE
            PERFORM set_config('enable_seqscan', 'on', true);  -- until the function ends
            EXECUTE $seen${SEEN}$seen$ INTO seen;
        END IF;
        fits := seen.misfits = 0;
        IF fits AND seen.first = seen.last THEN
            fits := seen.rows = seen.legs;
        ELSIF fits AND seen.rows > 0 THEN
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
        IF seen.debits IS NOT NULL OR seen.credits IS NOT NULL THEN
            lowered := coalesce(seen.debits, '{{}}') || coalesce(seen.credits, '{{}}');
            PERFORM ledger_limits_hold(lowered, seen.last);
        END IF;
        -- Who has many legs is met in a sample; its checkpoints are then looked after.
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

TRIGGERS = [
    "CREATE TRIGGER ledger_transfer_added AFTER INSERT ON ledger_transfer "
    "REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_transfer_added()",
]

# Its branches are looked up only where it is not the institution itself.
OWN = f"institution_id = actor_institution() OR {OWN_INSTITUTION}"

APPENDED = {
    "ledger_account": "id, institution_id, code, agreement, currency, side, floor_fen, opening, "
    "digest",
    "ledger_voucher": "id, institution_id, key, kind, effective_on, at, why, corrects_id, rule, "
    "legs, body_digest, digest",
    "ledger_transfer": "voucher_id, n, institution_id, debit_id, credit_id, amount_fen, "
    "effective_on, kind, book, hold_id, hold_n, digest",
}
"""Tables that the roles add to, and the columns they may say; the batch says the database."""


def _appended(table: str, columns: str) -> list[str]:
    return [
        *protect(table, read=OWN, insert=OWN),
        *append_only(table),
        f"ALTER TABLE {table} ALTER COLUMN batch SET DEFAULT {BATCH}",
        f"REVOKE INSERT ON {table} FROM {WEB}, {JOBS}",
        f"GRANT INSERT ({columns}) ON {table} TO {WEB}, {JOBS}",
    ]


SECURITY = [
    *(each for table, columns in APPENDED.items() for each in _appended(table, columns)),
    *protect("ledger_checkpoint", read=OWN),
    *append_only("ledger_checkpoint"),
    *protect("ledger_checkpointday", read=OWN),
    *append_only("ledger_checkpointday"),
    *(f"REVOKE INSERT ON ledger_{name} FROM {JOBS}" for name in ("checkpoint", "checkpointday")),
    *protect("ledger_due", read=OWN_INSTITUTION),
    f"REVOKE INSERT, UPDATE ON ledger_due FROM {JOBS}",
    f"GRANT USAGE ON SEQUENCE ledger_account_id_seq, ledger_voucher_id_seq TO {WEB}, {JOBS}",
    "REVOKE ALL ON FUNCTION ledger_checkpoint_make(bigint, int) FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION ledger_checkpoint_make(bigint, int) TO {JOBS}",
    # They fire in a session that plays a replica too.
    *(
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}"
        for table, name in (
            *((table, "only_appended") for table in APPENDED),
            *((table, "not_emptied") for table in APPENDED),
            ("ledger_transfer", "added"),
        )
    ),
]


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = [("ledger", "0001_initial"), ("parties", "0002_security")]
    operations = [
        migrations.RunSQL([*DIGESTS, SUMS, SPAN, CHECKPOINTS, LIMITS, HOLDS, ADDED]),
        migrations.RunSQL([*TRIGGERS, *SECURITY]),
    ]
