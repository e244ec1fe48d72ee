from __future__ import annotations

from django.db import migrations, models

KINDS = [
    ("conversation", "what is written in a talk"),
    ("address", "a visitor's address and the time at which the talk began"),
    ("audit", "who did what"),
    ("account", "a member of staff"),
    ("session", "that a member of staff is signed in"),
    ("log", "what the programs write about themselves"),
]
STARTS = [
    ("ended", "when the talk ends"),
    ("flagged", "when personal data is found in it"),
    ("began", "at the start of the day on which the talk began"),
    ("written", "when it is written"),
    ("left", "when they have left"),
    ("signed_in", "when they sign in"),
]

# What was a column of the policy becomes a rule like any other.
CARRY_OVER = """
UPDATE tenants_policy SET published_at = begins_at;
INSERT INTO tenants_policyrule
    (tenant_id, policy_id, kind, starts, amount, unit, suspended_by, suspended_rule, rule)
SELECT tenant_id, id, 'address', 'began', address_days, 'days', '{}', '', rules ->> 'address'
FROM tenants_policy WHERE address_days IS NOT NULL;
"""

# A version that talks are bound to is never changed: the database says so, for everybody.
# What a version must say before it can be published is said here as well as in the program.
FROZEN = """
CREATE FUNCTION tenants_policy_frozen() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'policy_is_published: version % is never changed', OLD.version
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    IF NEW.published_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM tenants_policyrule WHERE policy_id = NEW.id
          AND kind = 'conversation' AND starts = 'ended') THEN
        RAISE EXCEPTION 'policy_says_how_long: version % does not say how long a talk is kept',
            NEW.version USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.published_at IS NOT NULL AND (NEW.address = 'vault') <> EXISTS (
        SELECT 1 FROM tenants_policyrule WHERE policy_id = NEW.id AND kind = 'address') THEN
        RAISE EXCEPTION 'policy_vault_has_days: version % contradicts itself about addresses',
            NEW.version USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tenants_policy_frozen BEFORE UPDATE OR DELETE ON tenants_policy
    FOR EACH ROW EXECUTE FUNCTION tenants_policy_frozen();

CREATE FUNCTION tenants_policy_drafted() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'policy_is_drafted_first: version %', NEW.version
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tenants_policy_drafted BEFORE INSERT ON tenants_policy
    FOR EACH ROW EXECUTE FUNCTION tenants_policy_drafted();

CREATE FUNCTION tenants_policyrule_frozen() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE v_policy bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.policy_id ELSE NEW.policy_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM tenants_policy WHERE id = v_policy AND published_at IS NOT NULL) THEN
        RAISE EXCEPTION 'policy_is_published: its rules are never changed'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER tenants_policyrule_frozen BEFORE INSERT OR UPDATE OR DELETE ON tenants_policyrule
    FOR EACH ROW EXECUTE FUNCTION tenants_policyrule_frozen();

GRANT UPDATE, DELETE ON tenants_policy TO helpline_app;
GRANT DELETE ON tenants_policyrule TO helpline_app;
"""

# The trail ends for the application when its time is over, and goes with the next purge.
TRAIL = """
ALTER POLICY app ON tenants_auditentry
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int)
           AND expires_at > (SELECT retention_now()))
    WITH CHECK (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int)
           AND expires_at > (SELECT retention_now()));
CREATE POLICY purge ON tenants_auditentry TO helpline_purge
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int)
           AND expires_at <= (SELECT retention_now()));
GRANT SELECT (id, tenant_id, expires_at, expiry_rule), DELETE ON tenants_auditentry
    TO helpline_purge;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_platform")]
    operations = [
        migrations.AddField("policy", "published_at", models.DateTimeField(null=True)),
        migrations.AddField("policy", "texts", models.JSONField(default=dict)),
        migrations.AlterField("policy", "begins_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "policy",
            "address",
            models.CharField(
                choices=[
                    ("never", "never kept"),
                    (
                        "vault",
                        "sealed for as long as the rule about addresses says, then destroyed",
                    ),
                ],
                max_length=5,
            ),
        ),
        migrations.AlterField("policyrule", "kind", models.CharField(choices=KINDS, max_length=12)),
        migrations.AlterField(
            "policyrule", "starts", models.CharField(choices=STARTS, max_length=9)
        ),
        migrations.RunSQL(CARRY_OVER),
        migrations.RemoveConstraint("policy", "policy_vault_has_days"),
        migrations.RemoveField("policy", "address_days"),
        migrations.AddConstraint(
            "policy",
            models.UniqueConstraint(
                fields=("tenant",),
                condition=models.Q(("published_at__isnull", True)),
                name="policy_one_draft",
            ),
        ),
        migrations.AddConstraint(
            "policy",
            models.CheckConstraint(
                condition=models.Q(published_at__isnull=True, begins_at__isnull=True)
                | models.Q(
                    published_at__isnull=False,
                    begins_at__isnull=False,
                    begins_at__gte=models.F("published_at"),
                ),
                name="policy_begins_when_published_or_later",
            ),
        ),
        migrations.RunSQL(FROZEN),
        migrations.AlterField("auditentry", "actor", models.UUIDField(null=True)),
        migrations.AddField("auditentry", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "auditentry", "expiry_rule", models.CharField(default="ours", max_length=8)
        ),
        migrations.RunSQL(
            "UPDATE tenants_auditentry SET expires_at = at_hour + interval '24 months'"
        ),
        migrations.AlterField("auditentry", "expires_at", models.DateTimeField()),
        migrations.AlterField("auditentry", "expiry_rule", models.CharField(max_length=8)),
        migrations.AddIndex(
            "auditentry", models.Index(fields=["tenant", "expires_at"], name="audit_due")
        ),
        migrations.RunSQL(TRAIL),
    ]
