from __future__ import annotations

import uuid

import django.db.models.deletion
from django.db import migrations, models

from tenants.wall import NOW, Wall

ALIVE = f"expires_at > {NOW}"

# An open pool is packed anew under a new key each time, and its life is never longer for it.
SHORTEN = """
GRANT CREATE ON SCHEMA public TO helpline_writer;
CREATE FUNCTION pool_shorten(
    p_tenant int, p_segments uuid[], p_expires timestamptz[], p_rules text[])
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE retention_pool p SET expires_at = a.e, expiry_rule = coalesce(a.r, p.expiry_rule)
    FROM unnest(p_segments, p_expires, p_rules) AS a (s, e, r)
    WHERE p.tenant_id = p_tenant AND p.segment = a.s AND p.expires_at > a.e $$;
ALTER FUNCTION pool_shorten OWNER TO helpline_writer;
REVOKE ALL ON FUNCTION pool_shorten FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pool_shorten TO helpline_app;
REVOKE CREATE ON SCHEMA public FROM helpline_writer;
"""

TENANT = models.ForeignKey(
    db_index=False,
    on_delete=django.db.models.deletion.PROTECT,
    related_name="+",
    to="tenants.tenant",
)


class Migration(migrations.Migration):
    dependencies = [("retention", "0012_compaction"), ("tenants", "0006_evaluation")]
    operations = [
        migrations.CreateModel(
            name="Pool",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.SlugField(db_index=False, max_length=20)),
                ("poured", models.BooleanField()),
                ("size", models.PositiveIntegerField()),
                ("on", models.DateField()),
                ("latest_on", models.DateField()),
                ("segment", models.UUIDField()),
                ("previous", models.UUIDField(null=True)),
                ("body", models.BinaryField()),
                ("expires_at", models.DateTimeField()),
                ("expiry_rule", models.CharField(max_length=8)),
                ("tenant", TENANT),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "kind", "expires_at"], name="pool_due")],
            },
        ),
        migrations.CreateModel(
            name="SpentTokens",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("purpose", models.SlugField(db_index=False, max_length=20)),
                ("day", models.DateField()),
                ("marks", models.BinaryField()),
                ("tenant", TENANT),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "purpose", "day"), name="spent_once_a_day"
                    )
                ],
            },
        ),
        Wall(
            "pool",
            # Neither whose it is, nor its age or its life can be changed afterwards.
            app="SELECT, INSERT, UPDATE (segment, previous, body, size, latest_on)",
            alive=ALIVE,
            purge=(
                "SELECT (id, tenant_id, kind, segment, size, expires_at, expiry_rule)",
                "DELETE",
            ),
            writer=(
                "SELECT (tenant_id, segment, expires_at, expiry_rule)",
                "UPDATE (expires_at, expiry_rule)",
            ),
        ),
        Wall("spenttokens", app="SELECT, INSERT, UPDATE (marks), DELETE"),
        migrations.RunSQL(SHORTEN),
    ]
