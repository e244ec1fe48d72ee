from __future__ import annotations

import uuid

import django.db.models.deletion
from django.db import migrations, models

from tenants.wall import NOW, Wall


class Migration(migrations.Migration):
    dependencies = [("chat", "0018_handover")]
    operations = [
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("member", models.UUIDField()),
                ("at_hour", models.DateTimeField()),
                (
                    "pause",
                    models.CharField(
                        choices=[
                            ("none", "none was asked for"),
                            ("asked", "somebody has to decide"),
                            ("approved", "somebody has agreed"),
                            ("refused", "somebody has refused"),
                            ("late", "nobody knew the place any more"),
                        ],
                        default="none",
                        max_length=8,
                    ),
                ),
                ("decided_by", models.UUIDField(null=True)),
                ("seen_by", models.UUIDField(null=True)),
                ("expires_at", models.DateTimeField()),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "expires_at"], name="incident_due")],
            },
        ),
        Wall(
            "incident",
            app="SELECT, INSERT, UPDATE (pause, decided_by, seen_by)",
            alive=f"expires_at > {NOW}",
            purge=("SELECT (id, tenant_id, expires_at)", "DELETE"),
            purge_sees=f"expires_at <= {NOW}",
        ),
    ]
