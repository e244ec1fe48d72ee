from __future__ import annotations

from django.db import migrations

# A wall clock that is set back would make readable again what has expired. Whoever has seen the
# time go on meanwhile says so here: the clock goes forward and never back, so that all that this
# can do is to end a life sooner (ADR 0012).
KEPT = """
CREATE FUNCTION retention_keep_clock(target timestamptz) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = public, pg_temp
    AS 'INSERT INTO retention_clock AS c (moved_to) VALUES (target)
        ON CONFLICT (one) DO UPDATE SET moved_to = greatest(c.moved_to, target)';
"""
MAIN = """
GRANT SELECT, INSERT, UPDATE ON retention_clock TO helpline_writer;
GRANT CREATE ON SCHEMA public TO helpline_writer;
ALTER FUNCTION retention_keep_clock(timestamptz) OWNER TO helpline_writer;
REVOKE CREATE ON SCHEMA public FROM helpline_writer;
REVOKE ALL ON FUNCTION retention_keep_clock(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention_keep_clock(timestamptz) TO helpline_app;
"""
KEYS = """
REVOKE ALL ON FUNCTION retention_keep_clock(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION retention_keep_clock(timestamptz) TO helpline_keys_app;
"""


class Migration(migrations.Migration):
    dependencies = [("retention", "0010_hold_keys")]
    operations = [
        migrations.RunSQL(KEPT + MAIN),
        migrations.RunSQL(KEPT + KEYS, hints={"instance": "keys"}),
    ]
