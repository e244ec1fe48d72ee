from __future__ import annotations

from django.db import migrations

# A key past its time is gone for whoever would hold it now: a hold keeps what there is and brings
# nothing back. What is held is given out by a function of its own, and past its time too.
HOLD = """
CREATE INDEX segment_key_held ON segment_key (tenant) WHERE held;

CREATE FUNCTION key_hold(p_tenant int, p_segments uuid[])
    RETURNS TABLE (segment uuid)
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE segment_key k SET held = true
    WHERE k.segment = ANY (p_segments) AND k.tenant = p_tenant
      AND (k.held OR k.expires_at > (SELECT retention_now()))
    RETURNING k.segment $$;

CREATE FUNCTION key_release(p_tenant int, p_segments uuid[])
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE segment_key SET held = false
    WHERE segment = ANY (p_segments) AND tenant = p_tenant AND held $$;

CREATE FUNCTION key_held(p_tenant int)
    RETURNS TABLE (segment uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.segment FROM segment_key k WHERE k.tenant = p_tenant AND k.held $$;

CREATE FUNCTION key_read_held(p_tenant int, p_segments uuid[])
    RETURNS TABLE (segment uuid, secret bytea, wrapped bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.segment, k.secret, t.wrapped
    FROM segment_key k JOIN tenant_key t ON t.tenant = k.tenant
    WHERE k.segment = ANY (p_segments) AND k.tenant = p_tenant AND k.held $$;

DO $$ DECLARE f regprocedure; BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
             WHERE n.nspname = 'public'
               AND p.proname IN ('key_hold', 'key_release', 'key_held', 'key_read_held') LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO helpline_keys_app', f);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("retention", "0009_holds")]
    operations = [migrations.RunSQL(HOLD, hints={"instance": "keys"})]
