import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tenants.wall import NOW, Wall

ALIVE = f"expires_at > {NOW}"
DUE = f"expires_at <= {NOW}"

# A stricter promise lowers the lives of addresses, a day at a time; nothing raises them.
SHORTEN = """
GRANT CREATE ON SCHEMA public TO helpline_writer;
CREATE FUNCTION vault_shorten(
    p_tenant int, p_days date[], p_expires timestamptz[], p_rules text[])
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE retention_addressrecord r SET expires_at = a.e, expiry_rule = a.r
    FROM unnest(p_days, p_expires, p_rules) AS a (d, e, r)
    WHERE r.tenant_id = p_tenant AND r.day = a.d AND r.expires_at > a.e $$;
ALTER FUNCTION vault_shorten OWNER TO helpline_writer;
REVOKE ALL ON FUNCTION vault_shorten FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault_shorten TO helpline_app;
REVOKE CREATE ON SCHEMA public FROM helpline_writer;
"""

TENANT = models.ForeignKey(
    db_index=False,
    on_delete=django.db.models.deletion.PROTECT,
    related_name="+",
    to="tenants.tenant",
)
ID = models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [
        ("retention", "0006_ledger_days"),
        ("tenants", "0004_policy_versions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="VaultPerson",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="vault",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("public", models.BinaryField(max_length=32)),
                ("locked", models.BinaryField(max_length=128)),
                ("made_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="AddressRecord",
            fields=[
                ("id", ID),
                ("conversation", models.UUIDField()),
                ("day", models.DateField()),
                ("box", models.BinaryField(max_length=512)),
                ("expires_at", models.DateTimeField()),
                ("expiry_rule", models.CharField(max_length=8)),
                ("tenant", TENANT),
            ],
            options={
                "indexes": [
                    models.Index(fields=["tenant", "expires_at"], name="addressrecord_due")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "conversation"), name="addressrecord_once_per_talk"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VaultRequest",
            fields=[
                ("id", ID),
                ("conversation", models.UUIDField()),
                ("day", models.DateField()),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("hpl31", "hpl § 31"),
                            ("hpl23", "hpl § 23 no 4"),
                            ("strl196", "strl § 196"),
                            ("strl17", "strl § 17"),
                            ("order", "a written order of court or prosecutor"),
                        ],
                        max_length=8,
                    ),
                ),
                ("told", models.CharField(max_length=120)),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("platform", "the platform's duty officers"),
                            ("tenant", "the tenant's officers"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "waits for the other group"),
                            ("agreed", "can be shown to who asked"),
                            ("done", "is over: shown and destroyed, or taken back"),
                        ],
                        default="asked",
                        max_length=6,
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                (
                    "agreed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("tenant", TENANT),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "expires_at"], name="vaultrequest_due")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(agreed_by__isnull=True)
                        | ~models.Q(agreed_by=models.F("asked_by")),
                        name="vaultrequest_by_two",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(state="agreed") | models.Q(agreed_by__isnull=False),
                        name="vaultrequest_agreed_by_somebody",
                    ),
                ],
            },
        ),
        Wall(
            "addressrecord",
            app="SELECT, INSERT",
            alive=ALIVE,
            # Not the box: who deletes it has no need to see it.
            purge=("SELECT (id, tenant_id, expires_at, expiry_rule)", "DELETE"),
            purge_sees=DUE,
            writer=(
                "SELECT (tenant_id, day, expires_at)",
                "UPDATE (expires_at, expiry_rule)",
            ),
        ),
        Wall(
            "vaultrequest",
            app="SELECT, INSERT, UPDATE (agreed_by_id, state)",
            alive=ALIVE,
            purge=("SELECT (id, tenant_id, expires_at)", "DELETE"),
            purge_sees=DUE,
        ),
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON retention_vaultperson TO helpline_app;"
        ),
        migrations.RunSQL(SHORTEN),
    ]
