from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0018_reading")]
    operations = [
        # What was before this column did not say what it changed.
        migrations.AddField("auditentry", "changes", models.JSONField(default=dict)),
    ]
