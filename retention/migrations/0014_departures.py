from __future__ import annotations

from django.db import migrations

# A line that leaves takes its key with it, and every key under it. What is held stops it: nothing is
# destroyed then. It stays known who has left, so that no process that has not heard of it makes a
# key for them anew.
LEAVE = """
CREATE TABLE tenant_left (tenant int PRIMARY KEY);

CREATE OR REPLACE FUNCTION tenant_key_create(p_tenant int, p_wrapped bytea)
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO tenant_key (tenant, wrapped)
    SELECT p_tenant, p_wrapped
    WHERE NOT EXISTS (SELECT 1 FROM tenant_left l WHERE l.tenant = p_tenant)
    ON CONFLICT DO NOTHING $$;

CREATE OR REPLACE FUNCTION key_create(
    p_tenant int, p_segment uuid, p_secret bytea, p_expires timestamptz)
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO segment_key (segment, tenant, secret, expires_at)
    SELECT p_segment, p_tenant, p_secret, p_expires
    WHERE NOT EXISTS (SELECT 1 FROM tenant_left l WHERE l.tenant = p_tenant) $$;

CREATE FUNCTION tenant_key_destroy(p_tenant int)
    RETURNS TABLE (held bigint, destroyed bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_held bigint; v_gone bigint;
BEGIN
    -- Nobody holds, makes or reads a key while it is decided.
    LOCK TABLE segment_key IN SHARE ROW EXCLUSIVE MODE;
    SELECT count(*) INTO v_held FROM segment_key k WHERE k.tenant = p_tenant AND k.held;
    IF v_held > 0 THEN
        RETURN QUERY SELECT v_held, 0::bigint;
        RETURN;
    END IF;
    INSERT INTO tenant_left (tenant) VALUES (p_tenant) ON CONFLICT DO NOTHING;
    DELETE FROM tenant_key WHERE tenant = p_tenant;
    DELETE FROM vault_day WHERE tenant = p_tenant;
    WITH gone AS (DELETE FROM segment_key k WHERE k.tenant = p_tenant RETURNING 1)
    SELECT count(*) INTO v_gone FROM gone;
    RETURN QUERY SELECT 0::bigint, v_gone;
END $$;
REVOKE ALL ON FUNCTION tenant_key_destroy(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_key_destroy(int) TO helpline_keys_app;
"""


class Migration(migrations.Migration):
    dependencies = [("retention", "0013_shuffled")]
    operations = [migrations.RunSQL(LEAVE, hints={"instance": "keys"})]
