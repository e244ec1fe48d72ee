"""What a service of the directory is called on a page. Nothing of the database."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("referrals", "0006_forget_counts")]
    operations = [
        migrations.AlterModelOptions(
            name="service",
            options={
                "verbose_name": "service",
                "verbose_name_plural": "services of the directory",
            },
        ),
    ]
