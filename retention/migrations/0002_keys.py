from __future__ import annotations

from django.db import migrations

# The instance `keys` holds two tables and nothing else. The application has no right on them: it
# may call these functions. That a key past its time is not given out, that a life is only ever
# shortened and that what is held is not destroyed are said here and cannot be forgotten there.
KEYS = """
CREATE TABLE segment_key (
    segment uuid PRIMARY KEY,
    tenant int NOT NULL,
    secret bytea NOT NULL CHECK (octet_length(secret) = 32),
    expires_at timestamptz NOT NULL,
    held boolean NOT NULL DEFAULT false
) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
CREATE INDEX segment_key_due ON segment_key (expires_at) WHERE NOT held;
CREATE TABLE tenant_key (tenant int PRIMARY KEY, wrapped bytea NOT NULL);

CREATE FUNCTION key_create(p_tenant int, p_segment uuid, p_secret bytea, p_expires timestamptz)
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO segment_key (segment, tenant, secret, expires_at)
    VALUES (p_segment, p_tenant, p_secret, p_expires) $$;

CREATE FUNCTION key_read(p_tenant int, p_segments uuid[])
    RETURNS TABLE (segment uuid, secret bytea, expires_at timestamptz, wrapped bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.segment, k.secret, k.expires_at, t.wrapped
    FROM segment_key k JOIN tenant_key t ON t.tenant = k.tenant
    WHERE k.segment = ANY (p_segments) AND k.tenant = p_tenant
      AND k.expires_at > (SELECT retention_now()) $$;

CREATE FUNCTION key_shorten(p_tenant int, p_segments uuid[], p_expires timestamptz)
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE segment_key SET expires_at = p_expires
    WHERE segment = ANY (p_segments) AND tenant = p_tenant AND expires_at > p_expires $$;

CREATE FUNCTION key_destroy(p_tenant int, p_segments uuid[])
    RETURNS TABLE (segment uuid)
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM segment_key k
    WHERE k.segment = ANY (p_segments) AND k.tenant = p_tenant AND NOT k.held
    RETURNING k.segment $$;

CREATE FUNCTION key_destroy_due(p_limit int)
    RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (
        DELETE FROM segment_key WHERE segment IN (
            SELECT segment FROM segment_key
            WHERE expires_at <= (SELECT retention_now()) AND NOT held
            ORDER BY expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED)
        RETURNING 1)
    SELECT count(*) FROM gone $$;

CREATE FUNCTION key_missing(p_tenant int, p_segments uuid[])
    RETURNS TABLE (segment uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT s FROM unnest(p_segments) s
    WHERE NOT EXISTS (SELECT 1 FROM segment_key k WHERE k.segment = s AND k.tenant = p_tenant) $$;

-- A deleted row's bytes stay on its page until something is written over them. Writing the living
-- rows into a new file and dropping the old one leaves none of them; not needed while nothing has
-- been deleted since the last time.
CREATE TABLE key_compaction (one boolean PRIMARY KEY DEFAULT true CHECK (one), deleted bigint);
INSERT INTO key_compaction (deleted) VALUES (0);
CREATE FUNCTION key_compact()
    RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_deleted bigint := pg_stat_get_tuples_deleted('segment_key'::regclass);
BEGIN
    IF v_deleted IS NOT DISTINCT FROM (SELECT deleted FROM key_compaction) THEN
        RETURN false;
    END IF;
    CLUSTER segment_key USING segment_key_pkey;
    INSERT INTO key_compaction AS c (deleted) VALUES (v_deleted)
    ON CONFLICT (one) DO UPDATE SET deleted = v_deleted;
    RETURN true;
END $$;

CREATE FUNCTION tenant_key_read(p_tenant int)
    RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT wrapped FROM tenant_key WHERE tenant = p_tenant $$;

CREATE FUNCTION tenant_key_create(p_tenant int, p_wrapped bytea)
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO tenant_key (tenant, wrapped) VALUES (p_tenant, p_wrapped)
    ON CONFLICT DO NOTHING $$;

DO $$ DECLARE f regprocedure; BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
             WHERE n.nspname = 'public' AND p.prosecdef LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO helpline_keys_app', f);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_clock")]
    operations = [migrations.RunSQL(KEYS, hints={"instance": "keys"})]
