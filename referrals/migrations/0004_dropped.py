from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0003_directory")]

    operations = [
        migrations.AddField(
            model_name="partnership",
            name="is_dropped",
            field=models.BooleanField(default=False),
        ),
    ]
