from __future__ import annotations

from django.db import migrations, models

STATES = [
    ("agreed", "the visitor has said yes"),
    ("expected", "they may come within a minute"),
    ("refused", "the partner could not take them"),
    ("never_arrived", "they have not come in time"),
    ("there", "they wait at the partner"),
    ("taken", "somebody there has taken them"),
    ("back", "they may come back"),
    ("left", "they have gone on their own"),
    ("void", "their token was used twice; they may come back"),
]
OUTCOMES = [
    ("accepted", "the visitor said yes"),
    ("declined", "the visitor stayed"),
    ("refused", "the partner could not take them"),
    ("arrived", "they came"),
    ("never_arrived", "they did not come in time"),
    ("taken", "somebody took them"),
    ("returned", "they were sent or called back"),
    ("left", "they left on their own"),
    ("replayed", "a token was used a second time"),
]


class Migration(migrations.Migration):
    dependencies = [("referrals", "0004_dropped")]

    operations = [
        *(
            migrations.AlterField(
                model_name=model,
                name="state",
                field=models.CharField(choices=STATES, max_length=13),
            )
            for model in ("incoming", "outgoing")
        ),
        migrations.AlterField(
            model_name="referralcount",
            name="outcome",
            field=models.CharField(choices=OUTCOMES, max_length=13),
        ),
    ]
