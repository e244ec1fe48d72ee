from __future__ import annotations

from django.db import migrations, models

# A talk is held exactly while a hold on it stands: the database refuses to mark one without a
# hold, and to let go of one that another hold still keeps. The role that reads what is held sees
# it under a hold that a second person has confirmed.
HOLD = """
GRANT UPDATE (held), SELECT (held) ON chat_conversation, chat_segment TO helpline_writer;

ALTER POLICY hold ON chat_conversation USING (
    tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int) AND held
    AND EXISTS (SELECT 1 FROM retention_hold h
                WHERE h.kind = 'conversation' AND h.thing = chat_conversation.id));
ALTER POLICY hold ON chat_segment USING (
    tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int) AND held
    AND EXISTS (SELECT 1 FROM retention_hold h
                WHERE h.kind = 'conversation' AND h.thing = chat_segment.conversation_id));

GRANT CREATE ON SCHEMA public TO helpline_writer;

CREATE FUNCTION chat_hold(p_tenant int, p_conversation uuid, p_segments uuid[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM retention_hold h WHERE h.tenant_id = p_tenant
      AND h.kind = 'conversation' AND h.thing = p_conversation AND h.outcome = '') THEN
    RAISE EXCEPTION 'held_by_somebody: no hold on % stands', p_conversation
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  UPDATE chat_conversation SET held = true WHERE id = p_conversation AND tenant_id = p_tenant;
  UPDATE chat_segment SET held = true
  WHERE id = ANY (p_segments) AND conversation_id = p_conversation AND tenant_id = p_tenant;
END $$;

CREATE FUNCTION chat_let_go(p_tenant int, p_conversation uuid)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM retention_hold h WHERE h.tenant_id = p_tenant
      AND h.kind = 'conversation' AND h.thing = p_conversation AND h.outcome = '') THEN
    RAISE EXCEPTION 'held_to_the_last: a hold on % stands', p_conversation
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  UPDATE chat_conversation SET held = false WHERE id = p_conversation AND tenant_id = p_tenant;
  UPDATE chat_segment SET held = false
  WHERE conversation_id = p_conversation AND tenant_id = p_tenant AND held;
END $$;

-- Which talks of a tenant are marked as held, and what of them: also where no hold stands.
CREATE FUNCTION chat_held(p_tenant int)
RETURNS TABLE (conversation uuid, segments uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.id, coalesce(array_agg(s.id) FILTER (WHERE s.id IS NOT NULL), '{}')
  FROM chat_conversation c LEFT JOIN chat_segment s ON s.conversation_id = c.id AND s.held
  WHERE c.tenant_id = p_tenant AND c.held GROUP BY c.id $$;

-- As before (0003), and what is written after the erasure of a held talk is held as well.
CREATE OR REPLACE FUNCTION chat_erase(
    p_tenant int, p_conversation uuid, p_segment uuid, p_rule text)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_through int; v_expires timestamptz; v_life_rule text; v_held boolean; v_now timestamptz;
BEGIN
  SELECT last_seq, expires_at, expiry_rule, held
  INTO v_through, v_expires, v_life_rule, v_held
  FROM chat_conversation
  WHERE id = p_conversation AND tenant_id = p_tenant AND state <> 'ended'
    AND expires_at > retention_now() FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  v_now := retention_now();
  UPDATE chat_segment SET expires_at = v_now, expiry_rule = p_rule
  WHERE conversation_id = p_conversation AND tenant_id = p_tenant AND expires_at > v_now;
  INSERT INTO chat_segment (id, tenant_id, conversation_id, expires_at, expiry_rule, held, emptied)
  VALUES (p_segment, p_tenant, p_conversation, v_expires, v_life_rule, v_held, false);
  UPDATE chat_conversation SET segment_id = p_segment, erased_through = v_through
  WHERE id = p_conversation;
  RETURN v_through;
END $$;

DO $$ DECLARE f regprocedure; BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
             WHERE n.nspname = 'public'
               AND p.proname IN ('chat_hold', 'chat_let_go', 'chat_held') LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO helpline_writer', f);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO helpline_app', f);
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM helpline_writer;
"""


class Migration(migrations.Migration):
    dependencies = [("chat", "0005_lives"), ("retention", "0010_hold_keys")]
    operations = [
        # Which talks are held: asked every minute, and hardly ever many.
        migrations.AddIndex(
            "conversation",
            models.Index(
                fields=["tenant"], condition=models.Q(held=True), name="conversation_held"
            ),
        ),
        migrations.RunSQL(HOLD),
    ]
