from __future__ import annotations

from django.db import migrations

from tenants.wall import MINE

# The tenant of a version is one more word of it, with a blank, as no word of a text has: the index
# looks up who has it together with the words that are asked for, and gives out no other line's row.
# What an index over two columns would do as well, which needs an extension.
IN_TENANT = "(v.search || array_to_tsvector(ARRAY['tenant ' || v.tenant_id::text]))"
INDEX = f"""
DROP INDEX chat_version_searched;
CREATE INDEX chat_version_searched ON chat_version USING gin ({IN_TENANT.replace("v.", "")})
    WITH (fastupdate = off) WHERE published_at IS NOT NULL;
"""

CONFIGURATIONS = {"nb": "norwegian", "sv": "swedish", "en": "english"}
ASKED = ", ".join(f"('{code}', '{name}'::regconfig)" for code, name in CONFIGURATIONS.items())
MATCHING = " UNION ALL ".join(
    f"""(
    SELECT v.id, v.named, '{name}'::regconfig AS config,
           (SELECT query FROM asked WHERE language = '{code}') AS query
    FROM chat_version v
    WHERE {IN_TENANT} @@ (SELECT in_tenant FROM asked WHERE language = '{code}')
      AND v.language = '{code}' AND v.{MINE} AND v.published_at IS NOT NULL
      AND v.begins_at <= (SELECT retention_now())
      AND (v.ends_at IS NULL OR v.ends_at > (SELECT retention_now())))"""  # noqa: S608  # of names of ours alone
    for code, name in CONFIGURATIONS.items()
)
# As before (0021), and asked of the tenant's own versions alone. Who looks past the policy without a
# tenant asks for none.
FOUND = f"""
GRANT CREATE ON SCHEMA public TO helpline_writer;
CREATE OR REPLACE FUNCTION chat_handbook_found(
    p_words text[], p_typed text, p_limit int, p_marks text)
RETURNS TABLE (version bigint, title text, passage text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH asked AS MATERIALIZED (
    SELECT words.language, words.query, CASE WHEN numnode(words.query) > 0 THEN words.query && format(
             '''tenant %s''', nullif(current_setting('app.tenant', true), '')::int)::tsquery
             END AS in_tenant
    FROM (
      SELECT l.language,
             plainto_tsquery(l.config, array_to_string(p_words, ' '))
             && (to_tsquery(l.config, p_typed || ':*') || to_tsquery('simple', p_typed || ':*'))
               AS query
      FROM (VALUES {ASKED}) AS l (language, config)) AS words
  ), matching AS ({MATCHING}
  ), near AS MATERIALIZED (
    SELECT m.id, m.config, m.query FROM matching m
    ORDER BY ts_rank(m.named, m.query) DESC, m.id LIMIT 100
  ), best AS MATERIALIZED (
    SELECT v.id, v.title, v.plain, n.config, n.query, ts_rank(v.search, n.query) AS rank
    FROM near n JOIN chat_version v USING (id) ORDER BY rank DESC, v.title, v.id LIMIT p_limit
  )
  SELECT b.id, ts_headline(b.config, b.title, b.query, p_marks || ', HighlightAll=true'),
         ts_headline(b.config, b.plain, b.query,
                     p_marks || ', MaxFragments=2, MinWords=6, MaxWords=18')
  FROM best b ORDER BY b.rank DESC, b.title, b.id $$;
REVOKE CREATE ON SCHEMA public FROM helpline_writer;
"""  # noqa: S608  # of names of ours alone


class Migration(migrations.Migration):
    dependencies = [("chat", "0023_sealed_notes")]
    operations = [migrations.RunSQL(INDEX), migrations.RunSQL(FOUND)]
