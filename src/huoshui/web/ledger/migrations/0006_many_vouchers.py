"""Many vouchers are written by one statement, with what one by one would write.

A bank's statement, or a file of receipts, comes as many vouchers at once, and most of the cost of
a voucher by itself is its transaction and its statements.
"""

from django.db import migrations

from huoshui.web.audit.rules.security import JOBS, WEB

SPAN_LEGS = 256
"""So many legs, at the least, lie between two checkpoints of an account."""

BATCH = "pg_current_xact_id()::text::bigint"

# A list of one is written by plain statements: over lists they cost a tenth more, of what is most
# of the time a transaction of its own.  Several vouchers are numbered as they were asked for, but
# take their keys in the keys' order: of two that ask for the same keys, one waits for the other,
# and never each for each.
HEADS = """
    IF cardinality(keys) = 1 THEN
        INSERT INTO ledger_voucher AS v (institution_id, key, kind, effective_on, at, why,
            corrects_id, rule, legs, body_digest, digest)
        VALUES (institution, keys[1], kinds[1], days[1], at, whys[1], corrects[1], rules[1],
            legs[1], bodies[1], digests[1])
        ON CONFLICT ON CONSTRAINT key_once DO NOTHING
        RETURNING ARRAY[v.id], ARRAY[v.batch] INTO made, batches;
        were_there := ARRAY[NOT FOUND];
        IF FOUND THEN
            PERFORM audit_entry_write((forms->0)::text, at, actor_kind, actor, person, subject,
                institution, 'ledger.posted', 'voucher', made[1]::text, reasons[1],
                entry_rules[1], payload_digests[1], salts[1], payloads->0);
        END IF;
    ELSE
        WITH asked AS MATERIALIZED (
            SELECT nextval('ledger_voucher_id_seq') AS id, a.*
            FROM unnest(keys, kinds, days, whys, corrects, rules, legs, bodies, digests)
                WITH ORDINALITY AS a(key, kind, day, why, corrects, rule, legs, body, digest, place)
        ), added AS (
            INSERT INTO ledger_voucher AS v (id, institution_id, key, kind, effective_on, at, why,
                corrects_id, rule, legs, body_digest, digest)
            SELECT a.id, institution, a.key, a.kind, a.day, at, a.why, a.corrects, a.rule, a.legs,
                a.body, a.digest
            FROM asked a ORDER BY a.key COLLATE "C", a.place
            ON CONFLICT ON CONSTRAINT key_once DO NOTHING RETURNING v.id, v.batch
        )
        SELECT array_agg(d.id ORDER BY a.place), array_agg(d.batch ORDER BY a.place),
               array_agg(d.id IS NULL ORDER BY a.place)
        INTO made, batches, were_there FROM asked a LEFT JOIN added d ON d.id = a.id;
        PERFORM audit_entries_write(forms, at, actor_kind, actor, person, subject, institution,
            'ledger.posted', 'voucher', made, reasons, entry_rules, payload_digests, salts,
            payloads);
    END IF;
    vouchers := made;
"""

# A key that was used for the same gives its voucher; for something else, nothing is posted at all.
BEFORE = """
    IF true = ANY (were_there) THEN
        SELECT a.key, v.id, v.at INTO other
        FROM unnest(keys, bodies) WITH ORDINALITY AS a(key, body, place)
        LEFT JOIN ledger_voucher v ON v.institution_id = institution AND v.key = a.key
        WHERE were_there[a.place] AND (a.body = v.body_digest) IS NOT TRUE
        ORDER BY a.place LIMIT 1;
        IF FOUND AND other.id IS NULL THEN
            RAISE EXCEPTION 'the voucher of a key is not to be seen' USING ERRCODE = 'HL002',
                DETAIL = json_build_object('key', other.key)::text;
        ELSIF FOUND THEN
            RAISE EXCEPTION 'a key was used for something else' USING ERRCODE = 'HL006',
                DETAIL = json_build_object('key', other.key, 'at', other.at, 'voucher',
                                           other.id)::text;
        END IF;
        SELECT array_agg(v.id ORDER BY a.place), array_agg(v.batch ORDER BY a.place)
        INTO vouchers, batches FROM unnest(keys) WITH ORDINALITY AS a(key, place)
        JOIN ledger_voucher v ON v.institution_id = institution AND v.key = a.key;
    END IF;
"""

# Lines name the place of their voucher.  They come last: the locks of accounts with a floor are
# held from then on.  A bulk posting brings its lines from a table, by itself.
LINES = """
    IF cardinality(n) = 1 AND made[1] IS NOT NULL THEN
        INSERT INTO ledger_transfer (institution_id, voucher_id, effective_on, n, debit_id,
            credit_id, amount_fen, book, kind, hold_id, hold_n, digest)
        VALUES (institution, made[1], days[1], n[1], debit[1], credit[1], amount_fen[1], book[1],
            line_kinds[1], hold[1], hold_n[1], line_digests[1]);
    ELSIF cardinality(n) > 1 THEN
        INSERT INTO ledger_transfer (institution_id, voucher_id, effective_on, n, debit_id,
            credit_id, amount_fen, book, kind, hold_id, hold_n, digest)
        SELECT institution, made[l.place], days[l.place], l.n, l.debit, l.credit, l.amount_fen,
            l.book, l.kind, l.hold, l.hold_n, l.digest
        FROM unnest(places, n, debit, credit, amount_fen, book, line_kinds, hold, hold_n,
            line_digests)
            AS l(place, n, debit, credit, amount_fen, book, kind, hold, hold_n, digest)
        WHERE made[l.place] IS NOT NULL;
    END IF;
"""

WRITE = f"""
    CREATE FUNCTION ledger_vouchers_write(institution uuid, keys text[], kinds text[], days date[],
        whys text[], corrects bigint[], rules text[], legs int[], bodies bytea[], digests bytea[],
        forms json, at timestamptz, actor_kind text, actor text, person uuid, subject uuid,
        reasons text[], entry_rules text[], payload_digests bytea[], salts bytea[], payloads jsonb,
        places int[], n int[], debit bigint[], credit bigint[], amount_fen bigint[], book text[],
        line_kinds text[], hold bigint[], hold_n int[], line_digests bytea[],
        OUT vouchers bigint[], OUT batches bigint[], OUT were_there boolean[])
    LANGUAGE plpgsql AS $$
    #variable_conflict use_variable
    DECLARE made bigint[]; other record;
    BEGIN
        {HEADS}
        {BEFORE}
        {LINES}
    END $$
"""

# What an account has free before each voucher of this transaction, gone back from the last: the
# last that found enough is the one that took it below its floor.
TAKER = f"""
    CREATE FUNCTION ledger_taker(account ledger_account, after_fen bigint) RETURNS text
    LANGUAGE sql STABLE AS $$
        SELECT v.key FROM (
            SELECT t.voucher_id, after_fen - sum(sum(
                CASE WHEN (t.debit_id = account.id) = (account.side = 'credit') THEN
                         CASE t.kind WHEN 'void' THEN t.amount_fen WHEN 'post' THEN 0
                         ELSE -t.amount_fen END
                     WHEN t.kind IN ('posted', 'post') THEN t.amount_fen ELSE 0 END
            )) OVER (ORDER BY t.voucher_id DESC) AS before_fen
            FROM ledger_transfer t
            WHERE account.id IN (t.debit_id, t.credit_id) AND t.batch = {BATCH}
            GROUP BY t.voucher_id
        ) gone JOIN ledger_voucher v ON v.id = gone.voucher_id
        WHERE gone.before_fen >= account.floor_fen ORDER BY v.id DESC LIMIT 1
    $$
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
                    'after_fen', own - held, 'key', ledger_taker(each, own - held))::text;
            END IF;
            -- A tail that got long is added up by whoever has the lock anyhow, now and then; the
            -- more often, the longer it is, as many vouchers at once ask only once.
            IF sums.tail >= {2 * SPAN_LEGS} AND (voucher % 32 = 0
               OR sums.tail >= {4 * SPAN_LEGS} AND voucher % 4 = 0) THEN
                PERFORM ledger_checkpoint_make(each.id, {SPAN_LEGS});
            END IF;
        END LOOP;
    END $$
"""


class Migration(migrations.Migration):
    """After the way to write one, and the way to write many entries of the record."""

    dependencies = [("ledger", "0005_one_statement"), ("audit", "0004_many_entries")]
    operations = [
        migrations.RunSQL(
            [
                "DROP FUNCTION ledger_voucher_write",
                WRITE,
                TAKER,
                LIMITS,
                "REVOKE ALL ON FUNCTION ledger_vouchers_write FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION ledger_vouchers_write TO {WEB}, {JOBS}",
            ]
        )
    ]
