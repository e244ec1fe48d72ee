from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from tenants.models import Membership
from tenants.scope import TenantModel


class Article(TenantModel):
    """One subject of a line's method book; what it says stands in its versions.  Rule: S5.

    ``editor`` looks after it. One that another line has given names that line in ``owner`` and its
    article there in ``original``: it is read here and written there.
    """

    # What the organisation tells its own staff; of a member only who looks after it, which goes
    # with the member.
    NOT_PERSONAL = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=80, db_index=False)
    category = models.CharField(max_length=60)
    editor = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False
    )
    revise_by = models.DateField(null=True)
    # Of which day somebody has been reminded already.
    reminded_of = models.DateField(null=True)
    owner = models.SlugField(max_length=40, blank=True, db_index=False)
    original = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "slug"], name="article_once_per_tenant"),
            # Given twice it would stand there twice, and only one would follow its owner.
            models.UniqueConstraint(fields=["tenant", "original"], name="article_given_once"),
        ]

    def __str__(self) -> str:
        return self.slug


class Version(TenantModel):
    """One wording of an article: a draft until it is published, never changed after that.

    In force from ``begins_at`` until ``ends_at``; one that ends when it begins never was. ``plain``
    is what is searched: the body without its marks. The database keeps ``search`` beside it
    (migration 0021), and refuses to change what has been published.
    """

    # The organisation's own words; of who published them, see Article.
    NOT_PERSONAL = True

    class Language(models.TextChoices):
        NB = "nb", "Norsk bokmål"
        SV = "sv", "Svenska"
        EN = "en", "English"

    article = models.ForeignKey(
        Article, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=2, choices=Language.choices)
    title = models.CharField(max_length=200)
    body = models.TextField()
    plain = models.TextField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(
        Membership, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False
    )
    begins_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("number",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "article", "number"], name="version_number_once"
            ),
            # Two drafts at once would be two answers to "what comes next?".
            models.UniqueConstraint(
                fields=["tenant", "article"],
                condition=models.Q(published_at__isnull=True),
                name="version_one_draft",
            ),
            # Two without an end would be two answers to "what holds?".
            models.UniqueConstraint(
                fields=["tenant", "article"],
                condition=models.Q(published_at__isnull=False, ends_at__isnull=True),
                name="version_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    published_at__isnull=True, begins_at__isnull=True, ends_at__isnull=True
                )
                | models.Q(published_at__isnull=False, begins_at__isnull=False),
                name="version_begins_when_published",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True)
                | models.Q(ends_at__gte=models.F("begins_at")),
                name="version_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class Sharing(TenantModel):
    """One line's side of an agreement: what is given to or taken from the other line.

    Each line has a row of its own, and ``agreement`` joins the two: nobody reads another line's
    rows. ``article`` is the owner's, or None for the whole book, what is still to be written too.
    """

    # Which lines share which articles: nothing about a person.
    NOT_PERSONAL = True

    class Side(models.TextChoices):
        GIVES = "gives", "gives"
        TAKES = "takes", "takes"

    class State(models.TextChoices):
        OFFERED = "offered", "offered"
        ACCEPTED = "accepted", "accepted"
        ENDED = "ended", "ended"

    agreement = models.UUIDField(default=uuid.uuid4)
    side = models.CharField(max_length=5, choices=Side.choices)
    other = models.SlugField(max_length=40, db_index=False)
    article = models.UUIDField(null=True)
    title = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OFFERED)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "agreement"], name="sharing_once_a_side")
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.other}: {self.state}"
