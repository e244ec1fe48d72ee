from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0011_closing_warning")]
    operations = [
        # Versions from before this one ended the talk, and go on doing so.
        migrations.AddField("policy", "parks", models.BooleanField(default=False)),
    ]
