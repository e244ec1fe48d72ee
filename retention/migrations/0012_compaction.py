from __future__ import annotations

from django.db import migrations

# A deleted row that somebody's older look at the table may still see is written into the new file
# as well, dead as it is, and with it its secret. The new index counts every row that was written;
# where these are more than live, the table is not clean, and the next run has to write it again.
COMPACTION = """
CREATE FUNCTION keys_rewrite(p_table regclass)
    RETURNS boolean LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    v_index regclass := (
        SELECT indexrelid FROM pg_index WHERE indrelid = p_table AND indisprimary);
    v_living real;
BEGIN
    EXECUTE format('CLUSTER %s USING %s', p_table, v_index);
    EXECUTE format('SELECT count(*) FROM %s', p_table) INTO v_living;
    -- An index without a row may say that it has not been counted.
    RETURN v_living = (SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = v_index);
END $$;
REVOKE ALL ON FUNCTION keys_rewrite(regclass) FROM PUBLIC;

CREATE OR REPLACE FUNCTION key_compact()
    RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_deleted bigint := pg_stat_get_tuples_deleted('segment_key'::regclass);
BEGIN
    IF v_deleted IS NOT DISTINCT FROM (SELECT deleted FROM key_compaction)
       OR NOT keys_rewrite('segment_key') THEN
        RETURN false;
    END IF;
    INSERT INTO key_compaction AS c (deleted) VALUES (v_deleted)
    ON CONFLICT (one) DO UPDATE SET deleted = v_deleted;
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION vault_compact()
    RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_tables regclass[] := ARRAY['vault_day', 'vault_share', 'vault_opening', 'vault_passed'];
    v_deleted bigint;
    v_clean boolean;
BEGIN
    SELECT sum(pg_stat_get_tuples_deleted(t) + pg_stat_get_tuples_updated(t)) INTO v_deleted
    FROM unnest(v_tables) t;
    IF v_deleted IS NOT DISTINCT FROM (SELECT deleted FROM vault_compaction) THEN
        RETURN false;
    END IF;
    -- In the order in which those who destroy take them.
    LOCK TABLE vault_opening, vault_day, vault_passed, vault_share IN ACCESS EXCLUSIVE MODE;
    SELECT bool_and(keys_rewrite(t)) INTO v_clean
    FROM unnest(v_tables) t;
    IF NOT v_clean THEN
        RETURN false;
    END IF;
    INSERT INTO vault_compaction AS c (deleted) VALUES (v_deleted)
    ON CONFLICT (one) DO UPDATE SET deleted = v_deleted;
    RETURN true;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("retention", "0011_kept_clock")]
    operations = [migrations.RunSQL(COMPACTION, hints={"instance": "keys"})]
