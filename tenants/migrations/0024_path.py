from __future__ import annotations

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from tenants.wall import NOW, Wall

TENANT = models.ForeignKey(
    db_index=False,
    on_delete=django.db.models.deletion.PROTECT,
    related_name="+",
    to="tenants.tenant",
)
UUID_KEY = models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)
KINDS = [
    ("go_live", "the line goes live"),
    ("leave", "the line leaves, and its key is destroyed"),
]


def number() -> models.Field[int, int]:
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


class Migration(migrations.Migration):
    dependencies = [("tenants", "0023_staff_words")]
    operations = [
        # Lines that are there already go on as they were.
        migrations.AddField("tenant", "paused_on", models.DateField(blank=True, null=True)),
        migrations.AddField("tenant", "left_on", models.DateField(blank=True, null=True)),
        migrations.AddField("tenant", "exported_on", models.DateField(blank=True, null=True)),
        migrations.AddField(
            "tenant",
            "bubble_seen",
            django.contrib.postgres.fields.ArrayField(
                models.CharField(max_length=120), blank=True, default=list, size=None
            ),
        ),
        migrations.AddConstraint(
            "tenant",
            models.CheckConstraint(
                condition=models.Q(("left_on__isnull", True), ("live", False), _connector="OR"),
                name="tenant_left_for_good",
            ),
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", UUID_KEY),
                ("kind", models.CharField(choices=KINDS, max_length=7)),
                ("proposer", models.UUIDField()),
                ("expires_at", models.DateTimeField()),
                ("tenant", TENANT),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "expires_at"], name="proposal_due")],
            },
        ),
        migrations.CreateModel(
            name="DryRun",
            fields=[
                ("id", number()),
                ("on", models.DateField()),
                ("digest", models.CharField(max_length=64)),
                ("kept", models.PositiveSmallIntegerField()),
                ("broken", models.PositiveSmallIntegerField()),
                ("tenant", TENANT),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant",), name="dry_run_the_last_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="Departure",
            fields=[
                ("id", number()),
                ("on", models.DateField()),
                ("said", models.JSONField()),
                ("tenant", TENANT),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("tenant",), name="departure_once")],
            },
        ),
        Wall(
            "proposal",
            app="SELECT, INSERT, DELETE",
            alive=f"expires_at > {NOW}",
            purge=("SELECT (id, tenant_id, expires_at)", "DELETE"),
            purge_sees=f"expires_at <= {NOW}",
        ),
        Wall("dryrun", app="SELECT, INSERT, UPDATE"),
        # What has been proven stays as it is.
        Wall("departure", app="SELECT, INSERT"),
    ]
