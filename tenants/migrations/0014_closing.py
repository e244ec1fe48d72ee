from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def tenant() -> models.ForeignKey[object, object]:
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="tenants.tenant",
    )


class Migration(migrations.Migration):
    dependencies = [("tenants", "0013_fitness")]
    operations = [
        migrations.AddField(
            "tenant", "breather_minutes", models.PositiveSmallIntegerField(default=5)
        ),
        migrations.AddField(
            "tenant", "cooldown_minutes", models.PositiveSmallIntegerField(default=60)
        ),
        migrations.AddField(
            "tenant", "handover_hours", models.PositiveSmallIntegerField(default=48)
        ),
        migrations.CreateModel(
            name="CloseReason",
            fields=[
                ("id", ID),
                ("slug", models.SlugField(db_index=False, max_length=40)),
                ("label", models.JSONField(default=dict)),
                ("abusive", models.BooleanField(default=False)),
                ("position", models.PositiveSmallIntegerField()),
                ("rule", models.CharField(max_length=4)),
                ("tenant", tenant()),
            ],
            options={
                "ordering": ("position",),
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "slug"), name="closereason_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", ID.clone()),
                ("slug", models.SlugField(db_index=False, max_length=40)),
                ("label", models.JSONField(default=dict)),
                ("position", models.PositiveSmallIntegerField()),
                ("rule", models.CharField(max_length=4)),
                ("tenant", tenant()),
            ],
            options={
                "ordering": ("position",),
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "slug"), name="category_once")
                ],
            },
        ),
    ]
