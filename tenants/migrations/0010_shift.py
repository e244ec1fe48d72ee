from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from tenants.wall import Wall

# A shift goes with its member, as a qualification does.
WITH_THE_MEMBER = """
ALTER TABLE tenants_shift
    DROP CONSTRAINT tenants_shift_membership_in_tenant,
    ADD CONSTRAINT tenants_shift_membership_in_tenant
        FOREIGN KEY (tenant_id, membership_id) REFERENCES tenants_membership (tenant_id, id)
        ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0009_front_page")]
    operations = [
        migrations.CreateModel(
            name="Shift",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "membership",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
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
                "indexes": [models.Index(fields=["tenant", "ends_at"], name="shift_to_come")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "membership", "begins_at"), name="shift_begins_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("begins_at"))),
                        name="shift_has_length",
                    ),
                ],
            },
        ),
        Wall("shift", app="SELECT, INSERT, UPDATE, DELETE"),
        migrations.RunSQL(WITH_THE_MEMBER),
    ]
