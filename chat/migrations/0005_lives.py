from __future__ import annotations

from django.db import migrations, models

# Lower the lives of many talks and their segments at once, each to its own moment. The talks are
# taken in the order of ids, as chat_post takes them.
SHORTEN = """
GRANT UPDATE (flagged_at) ON chat_conversation TO helpline_app;
GRANT CREATE ON SCHEMA public TO helpline_writer;
CREATE FUNCTION chat_shorten(
    p_tenant int, p_conversations uuid[], p_expires timestamptz[], p_rules text[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM (
    SELECT id FROM chat_conversation WHERE id = ANY (p_conversations) AND tenant_id = p_tenant
    ORDER BY id FOR NO KEY UPDATE) locked;
  UPDATE chat_conversation v SET expires_at = a.e, expiry_rule = a.r
  FROM unnest(p_conversations, p_expires, p_rules) AS a (c, e, r)
  WHERE v.id = a.c AND v.tenant_id = p_tenant AND v.expires_at > a.e;
  UPDATE chat_segment s SET expires_at = a.e, expiry_rule = a.r
  FROM unnest(p_conversations, p_expires, p_rules) AS a (c, e, r)
  WHERE s.conversation_id = a.c AND s.tenant_id = p_tenant AND s.expires_at > a.e;
END $$;
ALTER FUNCTION chat_shorten OWNER TO helpline_writer;
REVOKE ALL ON FUNCTION chat_shorten FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chat_shorten TO helpline_app;
REVOKE CREATE ON SCHEMA public FROM helpline_writer;
"""


class Migration(migrations.Migration):
    dependencies = [("chat", "0004_platform")]
    operations = [
        migrations.AddField("conversation", "flagged_at", models.DateTimeField(null=True)),
        migrations.RunSQL(SHORTEN),
    ]
