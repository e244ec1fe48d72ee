from __future__ import annotations

from typing import ClassVar
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models.operator import Operator


class Country(models.TextChoices):
    NORWAY = "NO", _("Norway")
    SWEDEN = "SE", _("Sweden")


class Icon(models.TextChoices):
    """What stands beside the title in a browser's tabs: each could be of any page at all."""

    DOT = "dot", "a grey dot"
    NOTE = "note", "a sheet with lines"
    BOOK = "book", "a book"
    CLOUD = "cloud", "a cloud"


class State(models.TextChoices):
    """Where a tenant is on its path: preparing → live ⇄ paused → left."""

    PREPARING = "preparing", "is being prepared"
    LIVE = "live", "takes visitors"
    PAUSED = "paused", "takes nobody new"
    LEFT = "left", "has left, and its key is destroyed"


class Tenant(models.Model):
    """One helpline on one subdomain. What it promises stands in the rows that point here."""

    class BubbleOpens(models.TextChoices):
        FRAME = "frame", "a frame in the page"
        TAB = "tab", "a tab of its own"

    slug = models.SlugField(_("short name"), max_length=40, unique=True)
    operator = models.ForeignKey(
        Operator, on_delete=models.PROTECT, related_name="tenants", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=120)
    # What a browser's history and tab show; says nothing about why one came.
    neutral_title = models.CharField(max_length=40)
    neutral_icon = models.CharField(max_length=5, choices=Icon.choices, default=Icon.DOT)
    country = models.CharField(_("country"), max_length=2, choices=Country.choices)
    zone = models.CharField(max_length=40)
    languages = ArrayField(models.CharField(max_length=2))
    # Those of them in which every text has been there (tenants/languages.py). Empty while nobody has
    # looked: then the line is still being prepared.
    whole_in = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    theme = models.JSONField(default=dict)
    # How the bubble on the organisation's own pages opens the chat; empty where there is none.
    bubble_opens = models.CharField(max_length=5, choices=BubbleOpens.choices, blank=True)
    # The pages that may show the chat in a frame, by their origins: these exactly.
    bubble_origins = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    closed_on_holidays = models.BooleanField()
    queue_cap = models.PositiveSmallIntegerField()
    queues_unstaffed = models.BooleanField()
    capacity = models.PositiveSmallIntegerField()
    # How long before closing time those who wait are told of it.
    closing_warning_minutes = models.PositiveSmallIntegerField()
    last_call_minutes = models.PositiveSmallIntegerField()
    visitor_lost_minutes = models.PositiveSmallIntegerField()
    # How long a counsellor may rest after a heavy talk, and for how long a place that abuse came
    # from may be slowed down at most; zero for neither.
    breather_minutes = models.PositiveSmallIntegerField(default=5)
    cooldown_minutes = models.PositiveSmallIntegerField(default=60)
    # How long a note from one shift to the next is kept.
    handover_hours = models.PositiveSmallIntegerField(default=48)
    shows_first_name = models.BooleanField()
    # How long a counsellor is given nobody new after each talk; 0 where there is no such pause.
    wrap_up_seconds = models.PositiveSmallIntegerField(default=0)
    # Whether one may be taken who is not next.
    may_pick = models.BooleanField(default=True)
    # Whether a visitor is offered a code to come back with, and where that is told.
    offers_code = models.BooleanField(default=False)
    code_rule = models.CharField(max_length=4, default="ours")
    # Whether its hosts are anybody's at all. Between going live and leaving a line may be paused:
    # then it is served, and takes nobody new.
    live = models.BooleanField(default=True)
    paused_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    # When its settings, ledger and counts were fetched last: who leaves has them.
    exported_on = models.DateField(null=True, blank=True)
    # The origins from which a page has asked for the bubble, of those that may.
    bubble_seen = ArrayField(models.CharField(max_length=120), default=list, blank=True)

    class Meta:
        ordering = ("slug",)
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints: ClassVar = [
            # Its key is destroyed: nothing could be said there any more.
            models.CheckConstraint(
                condition=models.Q(left_on__isnull=True) | models.Q(live=False),
                name="tenant_left_for_good",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> State:
        if self.left_on is not None:
            return State.LEFT
        if not self.live:
            return State.PREPARING
        return State.LIVE if self.paused_on is None else State.PAUSED

    @property
    def tzinfo(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def offered(self) -> list[str]:
        """The languages that visitors may choose between, the line's own first."""
        return [one for one in self.languages if one in self.whole_in] or self.languages

    @property
    def default_language(self) -> str:
        return self.offered[0]


class TenantHost(models.Model):
    """A domain of a tenant's own, beside ``<slug>.<base>`` and ``desk-<slug>.<base>``."""

    class Side(models.TextChoices):
        VISITOR = "visitor", "visitor"
        DESK = "desk", "desk"

    hostname = models.CharField(max_length=253, unique=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="hosts")
    side = models.CharField(max_length=7, choices=Side.choices)

    class Meta:
        ordering = ("hostname",)

    def __str__(self) -> str:
        return self.hostname
