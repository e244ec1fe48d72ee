from __future__ import annotations

import uuid

import django.db.models.deletion
from django.db import migrations, models

from tenants.wall import NOW, Wall

# What happens to a hold after it has been placed. The rest never changes.
CHANGES = (
    "second_id, confirmed_at, review_on, reminded_of, outcome, released_at, expires_at, expiry_rule"
)


class Migration(migrations.Migration):
    dependencies = [
        ("retention", "0008_vault_keys"),
        ("tenants", "0004_policy_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.SlugField(db_index=False, max_length=20)),
                ("thing", models.UUIDField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("investigation", "may be demanded for an investigation"),
                            ("danger", "life or health is in danger"),
                            ("access", "somebody has asked to read it"),
                        ],
                        max_length=13,
                    ),
                ),
                ("authority", models.CharField(max_length=80)),
                ("reference", models.CharField(max_length=80)),
                ("placed_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("review_on", models.DateField()),
                ("reminded_of", models.DateField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("handed_over", "it has been handed over"),
                            ("over", "the reason is over"),
                            ("refused", "the second person said no"),
                            ("lapsed", "no second person in time"),
                            ("gone", "what it held is not there any more"),
                        ],
                        max_length=11,
                    ),
                ),
                ("released_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("expiry_rule", models.CharField(blank=True, max_length=8)),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.membership",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.membership",
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("released_at__isnull", True)),
                        fields=["tenant", "kind", "thing"],
                        name="hold_standing",
                    ),
                    models.Index(fields=["tenant", "expires_at"], name="hold_due"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("second__isnull", True),
                            models.Q(("second", models.F("owner")), _negated=True),
                            _connector="OR",
                        ),
                        name="hold_second_is_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("second__isnull", True)),
                            models.Q(("confirmed_at__isnull", False), ("second__isnull", False)),
                            _connector="OR",
                        ),
                        name="hold_confirmed_by_the_second",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expires_at__isnull", True), ("released_at__isnull", True)),
                            models.Q(
                                ("expires_at__isnull", False),
                                ("released_at__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="hold_release_has_an_outcome",
                    ),
                ],
            },
        ),
        Wall(
            "hold",
            app=f"SELECT, INSERT, UPDATE ({CHANGES})",
            alive=f"expires_at IS NULL OR expires_at > {NOW}",
            # Under what the role that reads held things may read: confirmed, and not on its way out.
            held="confirmed_at IS NOT NULL AND outcome = ''",
            purge=("SELECT (id, tenant_id, expires_at, expiry_rule)", "DELETE"),
            purge_sees=f"expires_at <= {NOW}",
            writer=("SELECT (tenant_id, kind, thing, outcome)",),
            hold="SELECT",
        ),
    ]
