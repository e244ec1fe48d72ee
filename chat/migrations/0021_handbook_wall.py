from __future__ import annotations

from django.db import migrations

from tenants.wall import MINE, Wall

# Who looks after an article, or published a version, is forgotten with the member; the text stays.
WITHOUT_THE_MEMBER = "".join(
    f"""
ALTER TABLE {table}
    DROP CONSTRAINT {table}_{field}_in_tenant,
    ADD CONSTRAINT {table}_{field}_in_tenant
        FOREIGN KEY (tenant_id, {field}_id) REFERENCES tenants_membership (tenant_id, id)
        ON DELETE SET NULL ({field}_id) DEFERRABLE INITIALLY IMMEDIATE;
"""
    for table, field in (("chat_article", "editor"), ("chat_version", "published_by"))
)

# What was in force at a moment is told from these rows: nobody writes them anew afterwards.
FROZEN = """
CREATE FUNCTION chat_version_frozen() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.published_at IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE'
        OR (NEW.tenant_id, NEW.article_id, NEW.number, NEW.language, NEW.title, NEW.body, NEW.plain,
            NEW.published_at, NEW.begins_at)
           IS DISTINCT FROM
           (OLD.tenant_id, OLD.article_id, OLD.number, OLD.language, OLD.title, OLD.body, OLD.plain,
            OLD.published_at, OLD.begins_at)
        OR coalesce(NEW.ends_at > OLD.ends_at, NEW.ends_at IS NULL AND OLD.ends_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'version_is_published: version % is never changed', OLD.number
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER chat_version_frozen BEFORE UPDATE OR DELETE ON chat_version
    FOR EACH ROW EXECUTE FUNCTION chat_version_frozen();
"""

CONFIGURATIONS = {"nb": "norwegian", "sv": "swedish", "en": "english"}
CHOICES = " ".join(
    f"WHEN '{code}' THEN '{name}'::regconfig" for code, name in CONFIGURATIONS.items()
)
OF_THE_LANGUAGE = f"CASE language {CHOICES} END"
# An article is written now and then and looked up all day: the index has no list of what is still to
# be put into it, which each search would go through.
SEARCHED = f"""
ALTER TABLE chat_version
    ADD COLUMN named tsvector NOT NULL GENERATED ALWAYS AS
        (to_tsvector({OF_THE_LANGUAGE}, title)) STORED,
    ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS
        (setweight(to_tsvector({OF_THE_LANGUAGE}, title), 'A') ||
         setweight(to_tsvector({OF_THE_LANGUAGE}, plain), 'B')) STORED;
CREATE INDEX chat_version_searched ON chat_version USING gin (search)
    WITH (fastupdate = off) WHERE published_at IS NOT NULL;
"""

# The operator that matches is not leakproof: behind a policy PostgreSQL would ask it of every row
# and never use the index. So the function looks past the policy and says the same itself. What it
# is given are words of letters and digits; the last may still be being typed.
#
# To rank a version its whole text is read. Where more match than anybody looks through, those that
# have the words in their titles, which are short, are ranked before the others.
MATCHING = " UNION ALL ".join(
    f"""(
    SELECT v.id, v.named, '{name}'::regconfig AS config,
           (SELECT query FROM asked WHERE language = '{code}') AS query
    FROM chat_version v
    WHERE v.search @@ (SELECT query FROM asked WHERE language = '{code}')
      AND v.language = '{code}' AND v.{MINE} AND v.published_at IS NOT NULL
      AND v.begins_at <= (SELECT retention_now())
      AND (v.ends_at IS NULL OR v.ends_at > (SELECT retention_now())))"""  # noqa: S608  # of names of ours alone
    for code, name in CONFIGURATIONS.items()
)
ASKED = ", ".join(f"('{code}', '{name}'::regconfig)" for code, name in CONFIGURATIONS.items())
FOUND = f"""
GRANT CREATE ON SCHEMA public TO helpline_writer;
CREATE FUNCTION chat_handbook_found(p_words text[], p_typed text, p_limit int, p_marks text)
RETURNS TABLE (version bigint, title text, passage text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH asked AS MATERIALIZED (
    SELECT l.language,
           plainto_tsquery(l.config, array_to_string(p_words, ' '))
           && (to_tsquery(l.config, p_typed || ':*') || to_tsquery('simple', p_typed || ':*'))
             AS query
    FROM (VALUES {ASKED}) AS l (language, config)
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
ALTER FUNCTION chat_handbook_found(text[], text, int, text) OWNER TO helpline_writer;
REVOKE ALL ON FUNCTION chat_handbook_found(text[], text, int, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chat_handbook_found(text[], text, int, text) TO helpline_app;
REVOKE CREATE ON SCHEMA public FROM helpline_writer;
"""  # noqa: S608  # of names of ours alone


class Migration(migrations.Migration):
    dependencies = [("chat", "0020_handbook")]
    operations = [
        migrations.RunSQL(SEARCHED),
        Wall("article", app="SELECT, INSERT, UPDATE", referenced=True),
        Wall(
            "version",
            app="SELECT, INSERT, UPDATE, DELETE",
            writer=(
                "SELECT (id, tenant_id, language, title, plain, named, search, published_at,"
                " begins_at, ends_at)",
            ),
        ),
        Wall("sharing", app="SELECT, INSERT, UPDATE"),
        migrations.RunSQL(WITHOUT_THE_MEMBER),
        migrations.RunSQL(FROZEN),
        migrations.RunSQL(FOUND),
    ]
