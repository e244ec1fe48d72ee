from __future__ import annotations

import uuid

import django.db.models.deletion
from django.db import migrations, models

from tenants.wall import NOW, Wall


class Migration(migrations.Migration):
    dependencies = [("chat", "0017_figures_wall")]
    operations = [
        migrations.CreateModel(
            name="HandoverNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("author", models.UUIDField()),
                ("text", models.CharField(max_length=1000)),
                ("written_at", models.DateTimeField()),
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
                "indexes": [models.Index(fields=["tenant", "expires_at"], name="handover_due")],
            },
        ),
        Wall(
            "handovernote",
            app="SELECT, INSERT, DELETE",
            alive=f"expires_at > {NOW}",
            purge=("SELECT (id, tenant_id, expires_at)", "DELETE"),
            purge_sees=f"expires_at <= {NOW}",
        ),
    ]
