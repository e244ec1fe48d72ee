from __future__ import annotations

from django.db import migrations

SHORTEN = """
CREATE FUNCTION key_shorten_each(p_tenant int, p_segments uuid[], p_expires timestamptz[])
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE segment_key k SET expires_at = a.e
    FROM unnest(p_segments, p_expires) AS a (s, e)
    WHERE k.segment = a.s AND k.tenant = p_tenant AND k.expires_at > a.e $$;
REVOKE ALL ON FUNCTION key_shorten_each(int, uuid[], timestamptz[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION key_shorten_each(int, uuid[], timestamptz[]) TO helpline_keys_app;
"""


class Migration(migrations.Migration):
    dependencies = [("retention", "0004_wall")]
    operations = [migrations.RunSQL(SHORTEN, hints={"instance": "keys"})]
