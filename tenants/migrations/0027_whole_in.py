from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

# Whoever reads a line in a language today goes on doing so.
AS_OFFERED = "UPDATE tenants_tenant SET whole_in = languages WHERE live;"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0026_account_news")]
    operations = [
        migrations.AddField(
            "tenant",
            "whole_in",
            ArrayField(models.CharField(max_length=2), blank=True, default=list, size=None),
        ),
        migrations.RunSQL(AS_OFFERED, migrations.RunSQL.noop),
    ]
