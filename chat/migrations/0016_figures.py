from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0015_rests"), ("tenants", "0014_closing")]
    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField()),
                ("hour", models.PositiveSmallIntegerField(null=True)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("started", "a visitor came into the queue"),
                            ("answered", "somebody took them; classes of the wait"),
                            (
                                "lost",
                                "the talk ended before anybody took them; classes of the wait",
                            ),
                            ("refused", "no talk could be begun: the line was full"),
                            ("ended", "a talk ended; classes of its length"),
                            ("reason", "why counsellors ended talks"),
                            ("category", "what talks were about"),
                        ],
                        max_length=8,
                    ),
                ),
                ("key", models.SlugField(blank=True, db_index=False, max_length=40)),
                ("count", models.PositiveIntegerField(default=0)),
                (
                    "classes",
                    django.contrib.postgres.fields.ArrayField(
                        models.PositiveIntegerField(), default=list
                    ),
                ),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "what", "on", "hour", "key"),
                        name="tally_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
