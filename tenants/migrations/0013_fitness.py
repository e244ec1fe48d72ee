from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

# Whatever was held before anybody was asked who had seen it counted, and goes on doing so: nobody
# who answered yesterday is sent away by an upgrade.
SEEN_BEFORE = "UPDATE tenants_qualification SET verified_on = current_date"
# Who has verified something is forgotten like everybody else; what they have seen stays seen.
OF_THIS_TENANT = """
ALTER TABLE tenants_qualification
    ADD CONSTRAINT tenants_qualification_verified_by_in_tenant
        FOREIGN KEY (tenant_id, verified_by_id) REFERENCES tenants_membership (tenant_id, id)
        ON DELETE SET NULL (verified_by_id) DEFERRABLE INITIALLY IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0012_leaving")]
    operations = [
        migrations.AddField("qualification", "verified_on", models.DateField(null=True)),
        migrations.AddField(
            "qualification",
            "verified_by",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="tenants.membership",
            ),
        ),
        migrations.AddField("qualification", "warned_for", models.DateField(null=True)),
        migrations.AddField(
            "qualification", "warned_days", models.PositiveSmallIntegerField(null=True)
        ),
        migrations.RunSQL(SEEN_BEFORE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "qualification",
            models.CheckConstraint(
                condition=models.Q(verified_by__isnull=True) | models.Q(verified_on__isnull=False),
                name="qualification_verified_on_a_day",
            ),
        ),
        migrations.AddConstraint(
            "qualification",
            models.CheckConstraint(
                condition=~models.Q(verified_by=models.F("membership")),
                name="qualification_verified_by_another",
            ),
        ),
        migrations.RunSQL(OF_THIS_TENANT),
    ]
