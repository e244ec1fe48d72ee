from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0007_leavers"), ("retention", "0013_shuffled")]
    operations = [
        migrations.AddField(
            "farewell", "asks", models.BooleanField(default=False, db_default=False)
        ),
        migrations.AddField(
            "farewell", "asked", models.BooleanField(default=False, db_default=False)
        ),
        migrations.RunSQL("GRANT UPDATE (asked) ON chat_farewell TO helpline_app"),
    ]
