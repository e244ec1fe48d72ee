from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from tenants.wall import Wall


class Migration(migrations.Migration):
    dependencies = [("tenants", "0016_wrap_up")]
    operations = [
        migrations.CreateModel(
            name="Phrase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=40)),
                ("texts", models.JSONField(default=dict)),
                ("position", models.PositiveSmallIntegerField()),
                ("rule", models.CharField(max_length=4)),
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
                "ordering": ("position",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "slug"), name="phrase_once_per_tenant"
                    )
                ],
            },
        ),
        Wall("phrase", app="SELECT, INSERT, UPDATE, DELETE"),
    ]
