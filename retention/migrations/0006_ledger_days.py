from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from tenants.wall import Wall


class Migration(migrations.Migration):
    dependencies = [("retention", "0005_shorten_keys"), ("tenants", "0004_policy_versions")]
    operations = [
        migrations.CreateModel(
            name="LedgerDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField()),
                ("through", models.PositiveIntegerField()),
                ("rows", models.JSONField()),
                ("previous", models.BinaryField(max_length=32)),
                ("digest", models.BinaryField(max_length=32)),
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
                "ordering": ("on",),
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "on"), name="ledger_day_once"),
                ],
            },
        ),
        # Append-only, as the entries are: a day that has been told is never told otherwise.
        Wall("ledgerday", app="SELECT, INSERT"),
    ]
