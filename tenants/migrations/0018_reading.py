from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0017_phrases")]
    operations = [
        # Every version so far promises that a colleague does not see the talk.
        migrations.AddField("policy", "colleague_may_read", models.BooleanField(default=False)),
    ]
