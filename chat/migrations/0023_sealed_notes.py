from __future__ import annotations

from django.db import migrations, models

# No key is at hand here to seal them with, and they were to be gone within two days anyway.
GONE = "DELETE FROM chat_handovernote"
# Without the segment the purge could not tell whose key it is that goes first.
SEEN_BY_PURGE = "GRANT SELECT (segment) ON chat_handovernote TO helpline_purge"


class Migration(migrations.Migration):
    dependencies = [("chat", "0022_reading")]
    operations = [
        migrations.RunSQL(GONE),
        migrations.RemoveField("handovernote", "text"),
        migrations.AddField(
            "handovernote", "segment", models.UUIDField(default=None), preserve_default=False
        ),
        migrations.AddField(
            "handovernote", "body", models.BinaryField(default=b""), preserve_default=False
        ),
        migrations.RunSQL(SEEN_BY_PURGE),
    ]
