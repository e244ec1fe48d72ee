import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Process",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("beat_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Conversation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("language", models.CharField(max_length=2)),
                ("topic", models.SlugField(blank=True, db_index=False, max_length=40)),
                ("urgent", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("active", "active"),
                            ("paused", "paused"),
                            ("ended", "ended"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("front", models.BooleanField(default=False)),
                ("queued_at", models.DateTimeField()),
                ("secret_hash", models.BinaryField(max_length=32)),
                ("visitor_socket", models.UUIDField(null=True)),
                ("visitor_process", models.UUIDField(null=True)),
                ("visitor_lost_at", models.DateTimeField(null=True)),
                ("counsellor_told_lost", models.BooleanField(default=False)),
                ("segment_id", models.UUIDField()),
                ("last_seq", models.IntegerField(default=0)),
                ("erased_through", models.IntegerField(default=0)),
                ("visitor_seen", models.IntegerField(default=0)),
                ("counsellor_seen", models.IntegerField(default=0)),
                ("began_at", models.DateTimeField()),
                ("last_message_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "ended_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("visitor", "visitor"),
                            ("counsellor", "counsellor"),
                            ("system", "system"),
                        ],
                        max_length=10,
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("expiry_rule", models.CharField(max_length=8)),
                ("held", models.BooleanField(default=False)),
                (
                    "counsellor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.membership",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.policy",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DeskSocket",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("process", models.UUIDField()),
                (
                    "membership",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.membership",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Farewell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("conversation_id", models.UUIDField()),
                ("secret_hash", models.BinaryField(max_length=32)),
                ("language", models.CharField(max_length=2)),
                ("last_seq", models.IntegerField()),
                (
                    "ended_by",
                    models.CharField(
                        choices=[
                            ("visitor", "visitor"),
                            ("counsellor", "counsellor"),
                            ("system", "system"),
                        ],
                        max_length=10,
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                (
                    "policy",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.policy",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("gap_seconds", models.FloatField()),
                ("claimed_at", models.DateTimeField(null=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ready", models.BooleanField(default=False)),
                ("lost_at", models.DateTimeField(null=True)),
                (
                    "membership",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.membership",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField()),
                ("expiry_rule", models.CharField(max_length=8)),
                ("held", models.BooleanField(default=False)),
                ("emptied", models.BooleanField(default=False)),
                (
                    "conversation",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chat.conversation",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "conversation_id",
                        "seq",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("seq", models.IntegerField()),
                ("author", models.SmallIntegerField()),
                ("client_id", models.UUIDField()),
                ("sender_id", models.UUIDField(null=True)),
                ("body", models.BinaryField(null=True)),
                ("at", models.DateTimeField(null=True)),
                (
                    "conversation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chat.conversation",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chat.segment",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["tenant", "-front", "-urgent", "queued_at", "id"],
                name="conversation_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("state__in", ["active", "paused"])),
                fields=["tenant", "counsellor"],
                name="conversation_of_counsellor",
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("held", False)),
                fields=["tenant", "expires_at"],
                name="conversation_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.UniqueConstraint(
                fields=("tenant", "secret_hash"), name="conversation_secret_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("state", "ended")),
                    models.Q(
                        models.Q(("state", "ended"), _negated=True), ("ended_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="conversation_end_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(("erased_through__lte", models.F("last_seq"))),
                name="conversation_erased_what_was_there",
            ),
        ),
        migrations.AddIndex(
            model_name="farewell",
            index=models.Index(fields=["tenant", "expires_at"], name="farewell_due"),
        ),
        migrations.AddConstraint(
            model_name="farewell",
            constraint=models.UniqueConstraint(
                fields=("tenant", "secret_hash"), name="farewell_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="pace",
            constraint=models.UniqueConstraint(fields=("tenant",), name="pace_once"),
        ),
        migrations.AddConstraint(
            model_name="presence",
            constraint=models.UniqueConstraint(
                fields=("tenant", "membership"), name="presence_once"
            ),
        ),
        migrations.AddIndex(
            model_name="segment",
            index=models.Index(
                condition=models.Q(("emptied", False), ("held", False)),
                fields=["tenant", "expires_at"],
                name="segment_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.UniqueConstraint(
                fields=("tenant", "conversation", "id"), name="segment_of_conversation"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                fields=("conversation", "author", "client_id"), name="message_id_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("seq__gte", 1)), name="message_seq_from_one"
            ),
        ),
    ]
