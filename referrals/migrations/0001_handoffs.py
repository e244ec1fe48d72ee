from __future__ import annotations

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0018_reading"),
    ]

    operations = [
        migrations.CreateModel(
            name="Incoming",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("pact", models.UUIDField()),
                ("partner", models.SlugField(db_index=False, max_length=40)),
                ("conversation", models.UUIDField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("agreed", "the visitor has said yes"),
                            ("expected", "they may come within a minute"),
                            ("refused", "the partner could not take them"),
                            ("never_arrived", "they have not come in time"),
                            ("there", "they wait at the partner"),
                            ("taken", "somebody there has taken them"),
                            ("back", "they may come back"),
                            ("void", "their token was used twice; they may come back"),
                        ],
                        max_length=13,
                    ),
                ),
                ("until", models.DateTimeField()),
                ("tab", models.UUIDField(null=True)),
                ("settled", models.BooleanField(default=False)),
                ("over_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("language", models.CharField(max_length=2)),
                ("token_hash", models.BinaryField(max_length=32)),
                ("segment", models.UUIDField(null=True)),
                ("body", models.BinaryField(null=True)),
                ("arrived", models.BooleanField(default=False)),
                ("replayed", models.BooleanField(default=False)),
                ("waits_until", models.DateTimeField(null=True)),
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
                "indexes": [
                    models.Index(fields=["tenant", "conversation"], name="incoming_of_talk"),
                    models.Index(
                        condition=models.Q(("settled", False)),
                        fields=["tenant"],
                        name="incoming_unsettled",
                    ),
                    models.Index(fields=["tenant", "expires_at"], name="incoming_due"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "token_hash"), name="incoming_token_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Outgoing",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("pact", models.UUIDField()),
                ("partner", models.SlugField(db_index=False, max_length=40)),
                ("conversation", models.UUIDField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("agreed", "the visitor has said yes"),
                            ("expected", "they may come within a minute"),
                            ("refused", "the partner could not take them"),
                            ("never_arrived", "they have not come in time"),
                            ("there", "they wait at the partner"),
                            ("taken", "somebody there has taken them"),
                            ("back", "they may come back"),
                            ("void", "their token was used twice; they may come back"),
                        ],
                        max_length=13,
                    ),
                ),
                ("until", models.DateTimeField()),
                ("tab", models.UUIDField(null=True)),
                ("settled", models.BooleanField(default=False)),
                ("over_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("card", models.UUIDField()),
                ("token_hash", models.BinaryField(max_length=32, null=True)),
                ("return_hash", models.BinaryField(max_length=32, null=True)),
                ("returned", models.BooleanField(default=False)),
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
                "indexes": [
                    models.Index(fields=["tenant", "conversation"], name="outgoing_of_talk"),
                    models.Index(
                        condition=models.Q(("settled", False)),
                        fields=["tenant"],
                        name="outgoing_unsettled",
                    ),
                    models.Index(fields=["tenant", "expires_at"], name="outgoing_due"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "token_hash"), name="outgoing_token_once"
                    ),
                    models.UniqueConstraint(
                        fields=("tenant", "return_hash"), name="outgoing_return_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("agreed", "expected", "there"))),
                        fields=("tenant", "conversation"),
                        name="outgoing_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Partnership",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("pact", models.UUIDField()),
                (
                    "side",
                    models.CharField(
                        choices=[("gives", "gives"), ("takes", "takes")], max_length=5
                    ),
                ),
                ("partner", models.SlugField(db_index=False, max_length=40)),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("live", "the talk itself is handed over"),
                            ("signpost", "the visitor is shown the way"),
                        ],
                        max_length=8,
                    ),
                ),
                ("criteria", models.JSONField(default=dict)),
                ("hours", models.JSONField(default=list)),
                ("at_once", models.PositiveSmallIntegerField(default=3)),
                ("waits_minutes", models.PositiveSmallIntegerField(default=15)),
                ("expires_on", models.DateField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("revoked", "revoked"),
                        ],
                        default="proposed",
                        max_length=8,
                    ),
                ),
                ("is_own", models.BooleanField()),
                ("proposed_on", models.DateField()),
                ("decided_on", models.DateField(null=True)),
                ("reminded_of", models.DateField(null=True)),
                ("rule", models.CharField(default="ours", max_length=4)),
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
                "ordering": ("partner", "side"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "pact"), name="partnership_once_a_side"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "accepted")),
                        fields=("tenant", "partner", "side"),
                        name="partnership_one_in_force",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("at_once__gte", 1), ("waits_minutes__gte", 1)),
                        name="partnership_lets_somebody_wait",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferralCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("partner", models.SlugField(db_index=False, max_length=40)),
                (
                    "side",
                    models.CharField(
                        choices=[("gives", "gives"), ("takes", "takes")], max_length=5
                    ),
                ),
                ("month", models.DateField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("accepted", "the visitor said yes"),
                            ("declined", "the visitor stayed"),
                            ("refused", "the partner could not take them"),
                            ("arrived", "they came"),
                            ("never_arrived", "they did not come in time"),
                            ("taken", "somebody took them"),
                            ("returned", "they were sent or called back"),
                            ("replayed", "a token was used a second time"),
                        ],
                        max_length=13,
                    ),
                ),
                ("number", models.PositiveIntegerField(default=0)),
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
                        fields=("tenant", "partner", "side", "month", "outcome"),
                        name="referral_count_once",
                    )
                ],
            },
        ),
    ]
