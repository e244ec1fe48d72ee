from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chat", "0003_functions")]
    operations = [
        migrations.RunSQL("GRANT SELECT, INSERT, UPDATE, DELETE ON chat_process TO helpline_app;"),
    ]
