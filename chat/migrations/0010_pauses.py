from __future__ import annotations

from django.db import migrations, models

# What a visitor is told while the counsellor is away for a moment. Sealed, and part of the talk.
MAY_CHANGE = "GRANT UPDATE (note, note_id) ON chat_conversation TO helpline_app"


class Migration(migrations.Migration):
    dependencies = [("chat", "0009_codes")]
    operations = [
        migrations.AddField("conversation", "note", models.BinaryField(null=True)),
        migrations.AddField("conversation", "note_id", models.UUIDField(null=True)),
        migrations.RunSQL(MAY_CHANGE),
    ]
