import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Operator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=120)),
            ],
            options={
                "ordering": ("slug",),
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("is_active", models.BooleanField(default=True)),
                ("is_staff", models.BooleanField(default=False)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Tenant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("neutral_title", models.CharField(max_length=40)),
                (
                    "country",
                    models.CharField(choices=[("NO", "Norway"), ("SE", "Sweden")], max_length=2),
                ),
                ("zone", models.CharField(max_length=40)),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), size=None
                    ),
                ),
                ("theme", models.JSONField(default=dict)),
                ("closed_on_holidays", models.BooleanField()),
                ("queue_cap", models.PositiveSmallIntegerField()),
                ("queues_unstaffed", models.BooleanField()),
                ("capacity", models.PositiveSmallIntegerField()),
                ("last_call_minutes", models.PositiveSmallIntegerField()),
                ("visitor_lost_minutes", models.PositiveSmallIntegerField()),
                ("shows_first_name", models.BooleanField()),
                ("live", models.BooleanField(default=True)),
                (
                    "operator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tenants",
                        to="tenants.operator",
                    ),
                ),
            ],
            options={
                "ordering": ("slug",),
            },
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("begins_at", models.DateTimeField()),
                (
                    "address",
                    models.CharField(
                        choices=[
                            ("never", "never kept"),
                            ("vault", "sealed for address_days, then destroyed"),
                        ],
                        max_length=5,
                    ),
                ),
                ("address_days", models.PositiveSmallIntegerField(null=True)),
                ("may_erase", models.BooleanField()),
                (
                    "access",
                    models.CharField(
                        choices=[
                            ("nobody", "nobody reads a talk afterwards"),
                            ("own_journal", "a person may ask for the journal about themselves"),
                            ("anyone", "anyone may ask; a review decides what is read"),
                        ],
                        max_length=11,
                    ),
                ),
                ("journal", models.BooleanField()),
                ("triage", models.BooleanField()),
                ("evaluation", models.BooleanField()),
                ("rules", models.JSONField(default=dict)),
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
                "ordering": ("version",),
            },
        ),
        migrations.CreateModel(
            name="Partner",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=40)),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("live", "the talk itself is handed over"),
                            ("signpost", "the visitor is shown the way"),
                        ],
                        max_length=8,
                    ),
                ),
                ("texts", models.JSONField(default=dict)),
                ("rule", models.CharField(max_length=4)),
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
                "ordering": ("slug",),
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=40)),
                ("texts", models.JSONField(default=dict)),
                ("phone", models.CharField(blank=True, max_length=24)),
                ("active", models.BooleanField()),
                ("rule", models.CharField(max_length=4)),
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
                "ordering": ("slug",),
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("counsellor", "counsellor"),
                            ("supervisor", "supervisor"),
                            ("officer", "officer"),
                            ("administrator", "administrator"),
                        ],
                        max_length=13,
                    ),
                ),
                ("title", models.JSONField(default=dict)),
                ("first_name", models.CharField(blank=True, max_length=40)),
                ("active", models.BooleanField(default=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            name="HoursException",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField()),
                ("opens", models.TimeField(null=True)),
                ("closes", models.TimeField(null=True)),
                ("reason", models.JSONField(default=dict)),
                (
                    "origin",
                    models.CharField(
                        choices=[("charter", "charter"), ("trial", "manage.py open_lines")],
                        max_length=7,
                    ),
                ),
                ("rule", models.CharField(max_length=4)),
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
                "ordering": ("on", "opens"),
            },
        ),
        migrations.CreateModel(
            name="Hours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField()),
                ("opens", models.TimeField()),
                ("closes", models.TimeField()),
                ("rule", models.CharField(max_length=4)),
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
                "ordering": ("weekday", "opens"),
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("emergency", "emergency number"),
                            ("phone", "telephone"),
                            ("sms", "SMS"),
                            ("email", "e-mail"),
                            ("link", "web page"),
                        ],
                        max_length=9,
                    ),
                ),
                ("value", models.CharField(max_length=200)),
                ("label", models.JSONField(default=dict)),
                ("position", models.PositiveSmallIntegerField()),
                ("rule", models.CharField(max_length=4)),
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
                "ordering": ("position",),
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at_hour", models.DateTimeField()),
                ("actor", models.UUIDField()),
                ("action", models.SlugField(max_length=40)),
                ("subject", models.UUIDField(null=True)),
                ("basis", models.CharField(max_length=200)),
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
            name="TenantHost",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hostname", models.CharField(max_length=253, unique=True)),
                (
                    "side",
                    models.CharField(
                        choices=[("visitor", "visitor"), ("desk", "desk")], max_length=7
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hosts",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "ordering": ("hostname",),
            },
        ),
        migrations.CreateModel(
            name="Subject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=40)),
                ("label", models.JSONField(default=dict)),
                ("position", models.PositiveSmallIntegerField()),
                ("rule", models.CharField(max_length=4)),
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
                "ordering": ("position",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "slug"), name="subject_once_per_tenant"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("about", "what this is for"),
                            ("who_answers", "who answers, and with which education"),
                            ("anonymity", "what is known about the visitor"),
                            ("access", "who may see what is written"),
                            ("identity", "what happens when the visitor says who they are"),
                            ("duty", "duties to report, inform and avert"),
                            ("in_the_talk", "what one can do during the talk"),
                            ("afterwards", "what is offered or written after the talk"),
                        ],
                        max_length=11,
                    ),
                ),
                ("texts", models.JSONField(default=dict)),
                ("position", models.PositiveSmallIntegerField()),
                ("rule", models.CharField(max_length=4)),
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
                "ordering": ("position",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "position"), name="statement_once_per_position"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Requirement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("group", models.SlugField(max_length=40)),
                ("kind", models.SlugField(max_length=40)),
                ("years", models.PositiveSmallIntegerField()),
                ("label", models.JSONField(default=dict)),
                ("rule", models.CharField(max_length=4)),
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
                "ordering": ("group", "kind"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "group", "kind"), name="requirement_once_per_group"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Qualification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.SlugField(max_length=40)),
                ("years", models.PositiveSmallIntegerField(default=0)),
                ("issuer", models.CharField(max_length=120)),
                ("valid_until", models.DateField(blank=True, null=True)),
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "membership", "kind"),
                        name="qualification_once_per_member",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PolicyRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("conversation", "what is written in a talk")], max_length=12
                    ),
                ),
                (
                    "starts",
                    models.CharField(
                        choices=[
                            ("ended", "when the talk ends"),
                            ("flagged", "when personal data is found in it"),
                        ],
                        max_length=7,
                    ),
                ),
                ("amount", models.PositiveSmallIntegerField()),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("seconds", "seconds"),
                            ("minutes", "minutes"),
                            ("hours", "hours"),
                            ("days", "days of 24 hours"),
                            ("working_days", "working days"),
                            ("months", "calendar months"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "suspended_by",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=13), default=list, size=None
                    ),
                ),
                ("suspended_rule", models.CharField(blank=True, max_length=4)),
                ("rule", models.CharField(max_length=4)),
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
            options={
                "ordering": ("kind", "starts"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "policy", "kind", "starts"), name="policy_rule_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), ("suspended_by", []), _connector="OR"
                        ),
                        name="policy_rule_nothing_left_to_hold",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.UniqueConstraint(
                fields=("tenant", "version"), name="policy_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("address", "never"), ("address_days__isnull", True)),
                    models.Q(
                        ("address", "vault"),
                        ("address_days__gte", 1),
                        ("address_days__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="policy_vault_has_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("access", "own_journal"), _negated=True),
                    ("journal", True),
                    _connector="OR",
                ),
                name="policy_journal_to_ask_for",
            ),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.UniqueConstraint(
                fields=("tenant", "slug"), name="partner_once_per_tenant"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("tenant", "slug"), name="notice_once_per_tenant"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("tenant", "user"), name="membership_once_per_tenant"
            ),
        ),
        migrations.AddConstraint(
            model_name="hoursexception",
            constraint=models.UniqueConstraint(
                fields=("tenant", "on", "opens", "origin"),
                name="hours_exception_begin_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="hoursexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closes__isnull", True), ("opens__isnull", True)),
                    models.Q(("closes__isnull", False), ("opens__isnull", False)),
                    _connector="OR",
                ),
                name="hours_exception_whole_or_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="hours",
            constraint=models.UniqueConstraint(
                fields=("tenant", "weekday", "opens"), name="hours_begin_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="hours",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekday__lte", 6)), name="hours_in_the_week"
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.UniqueConstraint(
                fields=("tenant", "kind", "value"), name="contact_once_per_tenant"
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["tenant", "at_hour"], name="audit_by_hour"),
        ),
    ]
