from __future__ import annotations

from django.db import migrations

# One clock in both instances. `moved_to` stands at the beginning of time but in tests and the
# drill, where the owner moves it forward; nobody else can, and it never goes back.
CLOCK = """
CREATE TABLE retention_clock (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    moved_to timestamptz NOT NULL
);
GRANT SELECT ON retention_clock TO PUBLIC;
CREATE FUNCTION retention_now() RETURNS timestamptz LANGUAGE sql STABLE
    SET search_path = public, pg_temp
    AS 'SELECT greatest(clock_timestamp(), (SELECT moved_to FROM retention_clock))';
CREATE FUNCTION retention_move_clock(target timestamptz) RETURNS void LANGUAGE sql
    SET search_path = public, pg_temp
    AS 'INSERT INTO retention_clock AS c (moved_to) VALUES (target)
        ON CONFLICT (one) DO UPDATE SET moved_to = greatest(c.moved_to, target)';
REVOKE ALL ON FUNCTION retention_move_clock(timestamptz) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(CLOCK, hints={"instance": "both"})]
