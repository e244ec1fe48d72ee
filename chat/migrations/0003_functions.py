from __future__ import annotations

from django.db import migrations

# The writer role owns these functions and nobody logs in as it. It may lock a conversation,
# count its messages and insert one; it can read no body and, being in this instance, no key.
#
# chat_post commits the messages of many talks and tenants in one call. Two statements, because
# each takes its own snapshot: the second one sees what a resend that raced to another process
# has stored while this call waited for the conversation's lock. The locks are taken in the
# order of ids, so that two calls never wait for each other.
FUNCTIONS = """
GRANT CREATE ON SCHEMA public TO helpline_writer;

CREATE FUNCTION chat_post(
    p_tenants int[], p_conversations uuid[], p_authors smallint[], p_senders uuid[],
    p_ids uuid[], p_segments uuid[], p_bodies bytea[])
RETURNS TABLE (o int, outcome smallint, seq int, at timestamptz, segment uuid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_now timestamptz;
BEGIN
  PERFORM 1 FROM (
    SELECT id FROM chat_conversation WHERE id = ANY (p_conversations)
    ORDER BY id FOR NO KEY UPDATE) locked;
  v_now := retention_now();
  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(p_tenants, p_conversations, p_authors, p_senders, p_ids, p_segments,
                         p_bodies) WITH ORDINALITY AS a (t, c, a, w, k, s, b, o)),
  judged AS MATERIALIZED (
    SELECT a.*, v.last_seq, v.segment_id AS current, m.seq AS old_seq, m.at AS old_at,
      CASE WHEN a.a = 2 AND v.counsellor_id IS DISTINCT FROM a.w THEN 4
           WHEN m.seq IS NOT NULL THEN 1
           WHEN v.state = 'ended' OR v.expires_at <= v_now THEN 2
           WHEN a.s <> v.segment_id THEN 3
           ELSE 0 END AS verdict
    FROM asked a
    JOIN chat_conversation v ON v.id = a.c AND v.tenant_id = a.t
    LEFT JOIN chat_message m ON m.conversation_id = a.c AND m.author = a.a AND m.client_id = a.k),
  numbered AS MATERIALIZED (
    SELECT j.*, (j.last_seq + count(*) FILTER (WHERE j.verdict = 0)
                              OVER (PARTITION BY j.c ORDER BY j.o))::int AS new_seq
    FROM judged j),
  counted AS (
    UPDATE chat_conversation v SET last_seq = x.seq, last_message_at = v_now
    FROM (SELECT n.c, max(n.new_seq) AS seq FROM numbered n WHERE n.verdict = 0 GROUP BY n.c) x
    WHERE v.id = x.c),
  stored AS (
    INSERT INTO chat_message (tenant_id, conversation_id, seq, segment_id, author, client_id,
                              sender_id, body, at)
    SELECT n.t, n.c, n.new_seq, n.s, n.a, n.k, n.w, n.b, v_now FROM numbered n
    WHERE n.verdict = 0)
  SELECT n.o::int, n.verdict::smallint,
         CASE n.verdict WHEN 0 THEN n.new_seq ELSE n.old_seq END,
         CASE WHEN n.verdict IN (0, 1) THEN coalesce(n.old_at, v_now) END,
         CASE WHEN n.verdict = 3 THEN n.current END
  FROM numbered n;
END $$;

-- One plan for every call, found once; the arrays are never large enough for a scan to win. Set
-- here and not by the connection, which may be a pooler's.
ALTER FUNCTION chat_post SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION chat_post SET enable_seqscan = off;
ALTER FUNCTION chat_post SET jit = off;

-- The end of a talk. Takes the same row lock as chat_post: a message is before it or refused.
CREATE FUNCTION chat_end(
    p_tenant int, p_conversation uuid, p_by text, p_expires timestamptz, p_rule text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE chat_conversation SET state = 'ended', ended_at = retention_now(), ended_by = p_by
  WHERE id = p_conversation AND tenant_id = p_tenant AND state <> 'ended'
    AND expires_at > retention_now();
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM chat_expire(p_tenant, p_conversation, p_expires, p_rule);
  RETURN true;
END $$;

-- Lower the life of a talk and its segments. There is no function that raises one.
CREATE FUNCTION chat_expire(
    p_tenant int, p_conversation uuid, p_expires timestamptz, p_rule text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE chat_conversation SET expires_at = p_expires, expiry_rule = p_rule
  WHERE id = p_conversation AND tenant_id = p_tenant AND expires_at > p_expires;
  UPDATE chat_segment SET expires_at = p_expires, expiry_rule = p_rule
  WHERE conversation_id = p_conversation AND tenant_id = p_tenant AND expires_at > p_expires;
END $$;

-- The eraser: everything so far expires now, and the talk goes on under a new segment whose key
-- stands already. Returns what has been erased through, or NULL where there is no talk to erase.
CREATE FUNCTION chat_erase(p_tenant int, p_conversation uuid, p_segment uuid, p_rule text)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_through int; v_expires timestamptz; v_life_rule text; v_now timestamptz;
BEGIN
  SELECT last_seq, expires_at, expiry_rule INTO v_through, v_expires, v_life_rule
  FROM chat_conversation
  WHERE id = p_conversation AND tenant_id = p_tenant AND state <> 'ended'
    AND expires_at > retention_now() FOR NO KEY UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  v_now := retention_now();
  UPDATE chat_segment SET expires_at = v_now, expiry_rule = p_rule
  WHERE conversation_id = p_conversation AND tenant_id = p_tenant AND expires_at > v_now;
  INSERT INTO chat_segment (id, tenant_id, conversation_id, expires_at, expiry_rule, held, emptied)
  VALUES (p_segment, p_tenant, p_conversation, v_expires, v_life_rule, false, false);
  UPDATE chat_conversation SET segment_id = p_segment, erased_through = v_through
  WHERE id = p_conversation;
  RETURN v_through;
END $$;

-- Rows whose key is gone are due at once: the segment, and the talk that was written under it.
CREATE FUNCTION chat_expire_keyless(p_tenant int, p_segments uuid[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE v_now timestamptz := retention_now();
BEGIN
  UPDATE chat_segment SET expires_at = v_now
  WHERE id = ANY (p_segments) AND tenant_id = p_tenant AND expires_at > v_now;
  UPDATE chat_conversation SET expires_at = v_now
  WHERE segment_id = ANY (p_segments) AND tenant_id = p_tenant AND expires_at > v_now;
END $$;

-- One look at many talks of many tenants: what a process that has missed an event asks.
CREATE FUNCTION chat_pulse(p_tenants int[], p_conversations uuid[])
RETURNS TABLE (conversation uuid, last_seq int, segment uuid, alive boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT v.id, v.last_seq, v.segment_id,
         v.state <> 'ended' AND v.expires_at > (SELECT retention_now())
  FROM unnest(p_tenants, p_conversations) AS a (t, c)
  JOIN chat_conversation v ON v.id = a.c AND v.tenant_id = a.t $$;

DO $$ DECLARE f regprocedure; BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
             WHERE n.nspname = 'public' AND p.prosecdef AND p.proname LIKE 'chat_%' LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO helpline_writer', f);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO helpline_app', f);
    END LOOP;
END $$;
REVOKE CREATE ON SCHEMA public FROM helpline_writer;

ALTER TABLE chat_conversation SET (fillfactor = 50);
ALTER TABLE chat_message ADD CONSTRAINT chat_message_segment_in_conversation
    FOREIGN KEY (tenant_id, conversation_id, segment_id)
    REFERENCES chat_segment (tenant_id, conversation_id, id);
"""


class Migration(migrations.Migration):
    dependencies = [("chat", "0002_wall"), ("retention", "0001_clock")]
    operations = [migrations.RunSQL(FUNCTIONS)]
