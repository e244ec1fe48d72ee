from __future__ import annotations

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from tenants.wall import Wall

LANGUAGES = {"nb": "norwegian", "sv": "swedish", "en": "english"}
NAMES = " || ".join(
    f"setweight(to_tsvector('{config}', coalesce(name ->> '{code}', '')), 'A')"
    for code, config in LANGUAGES.items()
)
TEXTS = " || ".join(
    f"setweight(to_tsvector('{config}', coalesce(plain ->> '{code}', '')), 'B')"
    for code, config in LANGUAGES.items()
)
# A line lists some hundreds at most, and the policy leaves only its own: no index is worth its upkeep.
SEARCHED = f"""
ALTER TABLE referrals_service
    ADD COLUMN searched tsvector NOT NULL GENERATED ALWAYS AS ({NAMES} || {TEXTS}) STORED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0002_handoffs_wall"),
    ]

    operations = [
        migrations.CreateModel(
            name="Service",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("identifier", models.UUIDField(default=uuid.uuid4)),
                ("name", models.JSONField(default=dict)),
                ("alternate_name", models.JSONField(default=dict)),
                ("description", models.JSONField(default=dict)),
                ("eligibility_description", models.JSONField(default=dict)),
                ("organization", models.CharField(blank=True, max_length=120)),
                ("url", models.CharField(blank=True, max_length=200)),
                ("email", models.CharField(blank=True, max_length=200)),
                ("chat", models.CharField(blank=True, max_length=200)),
                ("phones", models.JSONField(default=list)),
                ("minimum_age", models.PositiveSmallIntegerField(null=True)),
                ("maximum_age", models.PositiveSmallIntegerField(null=True)),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=3), default=list, size=None
                    ),
                ),
                ("schedules", models.JSONField(default=list)),
                (
                    "service_areas",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), default=list, size=None
                    ),
                ),
                ("location", models.CharField(blank=True, max_length=120)),
                (
                    "subjects",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "shown"),
                            ("inactive", "hidden"),
                            ("defunct", "there is no such service any more"),
                            ("temporarily closed", "shown as closed for the time being"),
                        ],
                        default="active",
                        max_length=18,
                    ),
                ),
                ("assured_date", models.DateField(null=True)),
                ("assurer_email", models.CharField(blank=True, max_length=200)),
                ("reminded", models.BooleanField(default=False)),
                ("plain", models.JSONField(default=dict)),
                ("more", models.JSONField(default=dict)),
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
                        fields=("tenant", "identifier"), name="service_once_per_tenant"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minimum_age__isnull", True),
                            ("maximum_age__isnull", True),
                            ("maximum_age__gte", models.F("minimum_age")),
                            _connector="OR",
                        ),
                        name="service_ages_in_order",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SEARCHED),
        Wall("service", app="SELECT, INSERT, UPDATE"),
    ]
