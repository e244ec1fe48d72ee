from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0021_links")]
    operations = [
        # What an administrator reads; nothing of it is in the database.
        migrations.AlterField("notice", "active", models.BooleanField(verbose_name="Shown now")),
        migrations.AlterField("hoursexception", "on", models.DateField(verbose_name="Date")),
        migrations.AlterModelOptions(
            name="category",
            options={
                "ordering": ("position",),
                "verbose_name": "category",
                "verbose_name_plural": "categories of talks",
            },
        ),
        migrations.AlterModelOptions(
            name="closereason",
            options={
                "ordering": ("position",),
                "verbose_name": "reason for ending a talk",
                "verbose_name_plural": "reasons for ending a talk",
            },
        ),
        migrations.AlterModelOptions(
            name="contact",
            options={
                "ordering": ("position",),
                "verbose_name": "contact",
                "verbose_name_plural": "emergency numbers and contacts",
            },
        ),
        migrations.AlterModelOptions(
            name="hoursexception",
            options={
                "ordering": ("on", "opens"),
                "verbose_name": "date that differs",
                "verbose_name_plural": "dates that differ",
            },
        ),
        migrations.AlterModelOptions(
            name="notice",
            options={
                "ordering": ("slug",),
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
            },
        ),
        migrations.AlterModelOptions(
            name="partner",
            options={
                "ordering": ("slug",),
                "verbose_name": "partner",
                "verbose_name_plural": "partners on the front page",
            },
        ),
        migrations.AlterModelOptions(
            name="phrase",
            options={
                "ordering": ("position",),
                "verbose_name": "phrase",
                "verbose_name_plural": "phrases",
            },
        ),
        migrations.AlterModelOptions(
            name="requirement",
            options={
                "ordering": ("group", "kind"),
                "verbose_name": "requirement",
                "verbose_name_plural": "what one must hold",
            },
        ),
        migrations.AlterModelOptions(
            name="statement",
            options={
                "ordering": ("position",),
                "verbose_name": "promise in words",
                "verbose_name_plural": "promises in words",
            },
        ),
        migrations.AlterModelOptions(
            name="subject",
            options={
                "ordering": ("position",),
                "verbose_name": "subject",
                "verbose_name_plural": "subjects",
            },
        ),
    ]
