from __future__ import annotations

from django.db import migrations

# Presence and sockets go with the member whose they are.
WITH_THE_MEMBER = "".join(
    f"""
ALTER TABLE {table}
    DROP CONSTRAINT {table}_membership_in_tenant,
    ADD CONSTRAINT {table}_membership_in_tenant
        FOREIGN KEY (tenant_id, membership_id) REFERENCES tenants_membership (tenant_id, id)
        ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE;
"""
    for table in ("chat_presence", "chat_desksocket")
)

# A talk keeps the row of whose it was, also one that the purge role does not see.
NAMED = """
GRANT CREATE ON SCHEMA public TO helpline_writer;
CREATE FUNCTION chat_members_named(p_tenant int, p_members uuid[])
    RETURNS TABLE (member uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT c.counsellor_id FROM chat_conversation c
    WHERE c.tenant_id = p_tenant AND c.counsellor_id = ANY (p_members) $$;
ALTER FUNCTION chat_members_named(int, uuid[]) OWNER TO helpline_writer;
REVOKE ALL ON FUNCTION chat_members_named(int, uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION chat_members_named(int, uuid[]) TO helpline_purge;
REVOKE CREATE ON SCHEMA public FROM helpline_writer;
"""


class Migration(migrations.Migration):
    dependencies = [("chat", "0006_holds"), ("tenants", "0005_lives")]
    operations = [migrations.RunSQL(WITH_THE_MEMBER), migrations.RunSQL(NAMED)]
