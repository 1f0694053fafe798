"""Rows of a snapshot stand as they are: packing those over 2 kB was a third of copying them."""

from django.db import migrations

from huoshui.web.audit.rules.security import JOBS

KINDS = "ARRAY['profile', 'evidence', 'resemblance']"

MAKE = f"""
    CREATE OR REPLACE FUNCTION insights_partition_make(snapshot bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE kind text; part text;
    BEGIN
        FOREACH kind IN ARRAY {KINDS} LOOP
            part := format('insights_%s_%s', kind, snapshot);
            EXECUTE format('DROP TABLE IF EXISTS %I', part);
            EXECUTE format('CREATE TABLE %I (LIKE insights_%s INCLUDING DEFAULTS)', part, kind);
            EXECUTE format('ALTER TABLE %I SET (toast_tuple_target = 8160)', part);
            EXECUTE format('GRANT INSERT ON %I TO {JOBS}', part);
        END LOOP;
    END $$
    """


class Migration(migrations.Migration):
    """A row longer than a page is packed as before; reading shorter ones unpacks nothing."""

    dependencies = [("insights", "0006_resemblance")]
    operations = [migrations.RunSQL(MAKE)]
