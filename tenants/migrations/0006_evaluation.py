from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from tenants.wall import Wall

KINDS = [
    ("conversation", "what is written in a talk"),
    ("address", "a visitor's address and the time at which the talk began"),
    ("audit", "who did what"),
    ("account", "a member of staff"),
    ("session", "that a member of staff is signed in"),
    ("log", "what the programs write about themselves"),
    ("evaluation", "what is answered after a talk"),
]
STARTS = [
    ("ended", "when the talk ends"),
    ("flagged", "when personal data is found in it"),
    ("began", "at the start of the day on which the talk began"),
    ("written", "when it is written"),
    ("left", "when they have left"),
    ("signed_in", "when they sign in"),
    ("given", "on the day on which it is answered"),
    ("pooled", "in the week in which it is put together with the answers of others"),
]
ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
TENANT = models.ForeignKey(
    db_index=False,
    on_delete=django.db.models.deletion.PROTECT,
    related_name="+",
    to="tenants.tenant",
)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0005_lives")]
    operations = [
        migrations.AlterField("policyrule", "kind", models.CharField(choices=KINDS, max_length=12)),
        migrations.AlterField(
            "policyrule", "starts", models.CharField(choices=STARTS, max_length=9)
        ),
        migrations.CreateModel(
            name="EvaluationForm",
            fields=[
                ("id", ID),
                ("version", models.PositiveIntegerField()),
                ("tenant", TENANT),
            ],
            options={
                "ordering": ("version",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "version"), name="evaluationform_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EvaluationQuestion",
            fields=[
                ("id", ID),
                ("position", models.PositiveSmallIntegerField()),
                ("slug", models.SlugField(db_index=False, max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("scale", "a step between two ends"),
                            ("choice", "one of several"),
                            ("text", "words of one's own"),
                        ],
                        max_length=6,
                    ),
                ),
                ("label", models.JSONField(default=dict)),
                ("choices", models.JSONField(default=list)),
                ("rule", models.CharField(max_length=4)),
                (
                    "form",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.evaluationform",
                    ),
                ),
                ("tenant", TENANT),
            ],
            options={
                "ordering": ("position",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "form", "slug"), name="evaluationquestion_once"
                    )
                ],
            },
        ),
        # Answers say which version they answer, so none is ever changed.
        Wall("evaluationform", app="SELECT, INSERT", referenced=True),
        Wall("evaluationquestion", app="SELECT, INSERT"),
    ]
