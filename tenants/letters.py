"""Mails to members of staff: plain text, in their language, and nothing about any visitor.

A template's first line is the subject. It names no line: the telephones of those who answer are
seen by others.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import translation

log = logging.getLogger("helpline.mail")


class NoServer(BaseEmailBackend):
    """In the place of a mail server while nobody has named one: what is sent fails, and is seen to."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ConnectionError("EMAIL_URL is not set")


@dataclass(frozen=True)
class Letter:
    """One mail to one address. ``words`` fill the template, and hold a token: no repr shows them."""

    to: str
    template: str
    language: str
    words: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Letter({self.template})"


def post(letter: Letter) -> bool:
    """Hand ``letter`` to the mail server; say whether it has taken it."""
    with translation.override(letter.language):
        text = render_to_string(f"tenants/mail/{letter.template}.txt", dict(letter.words))
    subject, _, body = text.strip().partition("\n")
    mail = EmailMessage(
        subject.strip(),
        f"{body.strip()}\n",
        to=[letter.to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        return bool(mail.send())
    except (smtplib.SMTPException, OSError) as problem:
        # What a server answers names the address; what kind of thing went wrong does not.
        log.warning("mail_failed", extra={"fields": {"kind": type(problem).__name__.lower()}})
        return False
