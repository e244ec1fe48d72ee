from __future__ import annotations

from django.db import migrations, models

# Whoever has left is forgotten when their time is over, with what they held. A talk or a person
# that still names them keeps their row: these keys are of PostgreSQL, which sees all tenants.
LEAVERS = """
CREATE POLICY purge ON tenants_membership TO helpline_purge
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int)
           AND expires_at <= (SELECT retention_now()));
GRANT SELECT (id, tenant_id, user_id, expires_at, expiry_rule), DELETE ON tenants_membership
    TO helpline_purge;
GRANT SELECT (id, is_staff, is_superuser), DELETE ON tenants_user TO helpline_purge;
ALTER TABLE tenants_qualification
    DROP CONSTRAINT tenants_qualification_membership_in_tenant,
    ADD CONSTRAINT tenants_qualification_membership_in_tenant
        FOREIGN KEY (tenant_id, membership_id) REFERENCES tenants_membership (tenant_id, id)
        ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE;
GRANT SELECT, INSERT, UPDATE ON tenants_jobrun TO helpline_app;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0004_policy_versions")]
    operations = [
        migrations.CreateModel(
            name="JobRun",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("called_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("done", "came to its end"),
                            ("stopped", "did not dare to: the clock cannot be trusted"),
                            ("failed", "broke off"),
                        ],
                        max_length=7,
                    ),
                ),
            ],
        ),
        migrations.AddField("membership", "left_at", models.DateTimeField(null=True)),
        migrations.AddField("membership", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "membership",
            "expiry_rule",
            models.CharField(blank=True, default="", max_length=8),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=models.Q(left_at__isnull=True, expires_at__isnull=True)
                | models.Q(left_at__isnull=False, expires_at__isnull=False, active=False),
                name="membership_left_is_forgotten",
            ),
        ),
        migrations.AddIndex(
            "membership",
            models.Index(
                fields=["tenant", "expires_at"],
                condition=models.Q(expires_at__isnull=False),
                name="membership_due",
            ),
        ),
        migrations.RunSQL(LEAVERS),
    ]
