from __future__ import annotations

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tenants.wall import NOW, Wall

LINK = [
    (
        "id",
        models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
    ),
    ("digest", models.BinaryField(max_length=32, null=True, unique=True)),
    ("language", models.CharField(max_length=2)),
    ("asked_at", models.DateTimeField()),
    ("send_at", models.DateTimeField(null=True)),
    ("tries", models.PositiveSmallIntegerField(default=0)),
    ("failed", models.BooleanField(default=False)),
    ("sent_at", models.DateTimeField(null=True)),
    ("ends_at", models.DateTimeField(null=True)),
]
# The purge forgets a person by SQL, past the ORM's cascades.
WITH_THE_PERSON = """
ALTER TABLE tenants_accountlink ADD CONSTRAINT tenants_accountlink_user
    FOREIGN KEY (user_id) REFERENCES tenants_user (id) ON DELETE CASCADE;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenants_accountlink TO helpline_app;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0020_accounts")]
    operations = [
        migrations.AddField("user", "is_demo", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="AccountLink",
            fields=[
                *LINK,
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("reset", "the password was forgotten"),
                            ("operator", "an operator's first password"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "purpose"), name="accountlink_once_per_user"
                    )
                ],
            },
        ),
        migrations.RunSQL(WITH_THE_PERSON),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                *LINK,
                ("email", models.EmailField(max_length=254)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("counsellor", "counsellor"),
                            ("supervisor", "supervisor"),
                            ("officer", "officer"),
                            ("administrator", "administrator"),
                        ],
                        max_length=13,
                    ),
                ),
                ("title", models.JSONField(default=dict)),
                ("first_name", models.CharField(blank=True, max_length=40)),
                ("invited_by", models.UUIDField(null=True)),
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
                "indexes": [
                    models.Index(fields=["tenant", "expires_at"], name="invitation_due"),
                    models.Index(
                        condition=models.Q(("send_at__isnull", False)),
                        fields=["tenant", "send_at"],
                        name="invitation_to_send",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "email"), name="invitation_once_per_address"
                    )
                ],
            },
        ),
        Wall(
            "invitation",
            app="SELECT, INSERT, UPDATE, DELETE",
            alive=f"expires_at > {NOW}",
            purge=("SELECT (id, tenant_id, expires_at)", "DELETE"),
            purge_sees=f"expires_at <= {NOW}",
        ),
    ]
