from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models

# Of talks that are over, how many lasted how long; no longer when the last claim was. While a talk
# goes on its row says since when its counsellor has it, and at its end that is emptied.
MAY_CHANGE = "GRANT UPDATE (claimed_at) ON chat_conversation TO helpline_app"


class Migration(migrations.Migration):
    dependencies = [("chat", "0010_pauses")]
    operations = [
        migrations.RemoveField("pace", "gap_seconds"),
        migrations.RemoveField("pace", "claimed_at"),
        migrations.AddField(
            "pace",
            "lengths",
            django.contrib.postgres.fields.ArrayField(models.FloatField(), default=list),
        ),
        migrations.AddField("conversation", "claimed_at", models.DateTimeField(null=True)),
        migrations.RunSQL(MAY_CHANGE),
    ]
