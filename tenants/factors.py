"""Second factors: an authenticator app, passkeys, and recovery codes for the day when both are lost.

The rows are django-allauth's (``allauth.mfa``), as are the codes; what they open is decided in
tenants/signing_in.py. The secrets of apps and of recovery codes are sealed by a master key. Of a
passkey there is only the public half.

A passkey belongs to a *relying party*, which is the base of the platform: one serves every desk and
the platform's own host. At a tenant's own domain none does, and an app is offered.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal.auth import WebAuthn, parse_registration_response
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tenants import masters
from tenants.models import User

_PLACE = b"helpline/1/authenticator"
Type = Authenticator.Type
# Recovery codes alone are no factor: they stand in for one.
FACTORS = (Type.TOTP, Type.WEBAUTHN)
ISSUER = "Helpline"
NAME_LENGTH = 40
# What the fields of every form are called that asks for one.
CODE, CREDENTIAL = "factor_code", "factor_credential"
# In the session, while somebody adds an app, and while a browser is asked for a passkey.
_APP, _CHALLENGE = "factor_app", "factor_challenge"
_VERIFICATION = UserVerificationRequirement.PREFERRED


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """``MFA_ADAPTER``: seals what allauth stores."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(masters.seal(text.encode(), place=_PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return masters.open_sealed(base64.b64decode(encrypted_text), place=_PLACE).decode()

    def get_totp_issuer(self) -> str:
        return ISSUER


@dataclass(frozen=True)
class Proof:
    """What somebody shows: a code of an app or for recovery, or a passkey's answer as JSON."""

    code: str = ""
    credential: str = ""

    @classmethod
    def sent(cls, request: HttpRequest) -> Proof:
        return cls(request.POST.get(CODE, "").strip(), request.POST.get(CREDENTIAL, ""))

    def __bool__(self) -> bool:
        return bool(self.code or self.credential)

    def __repr__(self) -> str:
        return "Proof(…)"


@dataclass(frozen=True)
class Factor:
    """One of somebody's factors, as they see it in a list. ``name`` is their own, of a passkey."""

    id: int
    is_app: bool
    name: str


@dataclass(frozen=True)
class Asked:
    """What somebody may answer with here: a code, a passkey (the browser's options as JSON)."""

    code: bool
    passkey: str


@dataclass(frozen=True)
class NewApp:
    """What an authenticator app is given: as a picture of it, and as letters to be typed."""

    qr: SafeString
    secret: str


# Which there are.


def is_required() -> bool:
    """Say whether nobody of the staff is let in with a password alone."""
    return bool(settings.HELPLINE_STAFF_MFA != "off")


def has_any(user: User) -> bool:
    """Say whether ``user`` has a second factor."""
    return bool(_of(user).filter(type__in=FACTORS).exists())


def who_have(users: Collection[int]) -> set[int]:
    """Return which of ``users`` have a second factor."""
    rows = Authenticator.objects.filter(user__in=users, type__in=FACTORS)
    return set(rows.values_list("user_id", flat=True))


def factors_of(user: User) -> list[Factor]:
    """Return the factors of ``user``, the oldest first."""
    rows = _of(user).filter(type__in=FACTORS).order_by("pk")
    return [Factor(one.pk, one.type == Type.TOTP, one.data.get("name", "")) for one in rows]


def codes_left(user: User) -> int:
    """Return how many recovery codes have not been used."""
    row = _of(user).filter(type=Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(row).get_unused_codes()) if row else 0


def takes_passkeys(request: HttpRequest) -> bool:
    """Say whether passkeys serve at the host of this request."""
    return bool(_party(request))


def _of(user: User) -> Any:
    return Authenticator.objects.filter(user=user)


# Asking for one.


def ask(request: HttpRequest, user: User) -> Asked:
    """Return what ``user`` may answer with at this host; the session remembers what was asked."""
    codes = _of(user).filter(type__in=(Type.TOTP, Type.RECOVERY_CODES)).exists()
    credentials = _credentials(request, user)
    if not credentials:
        return Asked(code=codes, passkey="")
    options, state = _server(request).authenticate_begin(
        credentials, user_verification=_VERIFICATION
    )
    request.session[_CHALLENGE] = _plain(state)
    return Asked(code=codes, passkey=json.dumps(dict(options)))


def check(request: HttpRequest, user: User, proof: Proof) -> bool:
    """Say whether ``proof`` is one of ``user``. Each code and each challenge is good once."""
    if proof.credential:
        return _check_passkey(request, user, proof.credential)
    if not proof.code:
        return False
    with transaction.atomic():
        return _check_app(user, proof.code) or _check_recovery(user, proof.code)


def _check_app(user: User, code: str) -> bool:
    row = _of(user).select_for_update().filter(type=Type.TOTP).first()
    if row is None:
        return False
    counter = _counter_of(Adapter().decrypt(row.data["secret"]), code)
    # A code that was used, and every one before it, is of no use any more, in any process.
    if counter is None or counter <= row.data.get("counter", 0):
        return False
    row.data["counter"] = counter
    row.save(update_fields=["data"])
    return True


def _counter_of(secret: str, code: str) -> int | None:
    # By the wall clock: it is the only one that a telephone has.
    for counter in totp.yield_hotp_counters_from_time():
        expected = totp.format_hotp_value(totp.hotp_value(secret, counter))
        if compare_user_code(actual=code, expected=expected):
            return int(counter)
    return None


def _check_recovery(user: User, code: str) -> bool:
    row = _of(user).select_for_update().filter(type=Type.RECOVERY_CODES).first()
    return row is not None and bool(RecoveryCodes(row).validate_code(code))


def _check_passkey(request: HttpRequest, user: User, credential: str) -> bool:
    state = request.session.pop(_CHALLENGE, None)
    credentials = _credentials(request, user)
    if state is None or not credentials:
        return False
    try:
        _server(request).authenticate_complete(state, credentials, json.loads(credential))
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    return True


# Adding and removing.


def begin_app(request: HttpRequest, user: User) -> NewApp:
    """Make a secret for an authenticator app; it counts once ``add_app`` has seen a code of it."""
    secret = _begun_app(request.session) or totp.generate_totp_secret()
    request.session[_APP] = Adapter().encrypt(secret)
    url = Adapter().build_totp_url(user, secret)
    picture = Adapter().build_totp_svg(url)
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    # Squares and numbers, and nothing that anybody has typed.
    return NewApp(mark_safe(picture[picture.index("<svg") :]), spaced)  # noqa: S308


def _begun_app(session: SessionBase) -> str | None:
    sealed = session.get(_APP)
    return Adapter().decrypt(sealed) if sealed else None


def add_app(request: HttpRequest, user: User, code: str) -> bool:
    """Take the app in whose secret ``begin_app`` made, if ``code`` is of it. It replaces another."""
    secret = _begun_app(request.session)
    counter = _counter_of(secret, code) if secret else None
    if secret is None or counter is None:
        return False
    with transaction.atomic():
        _of(user).filter(type=Type.TOTP).delete()
        made = totp.TOTP.activate(user, secret).instance
        made.data["counter"] = counter
        made.save(update_fields=["data"])
    del request.session[_APP]
    return True


def begin_passkey(request: HttpRequest, user: User) -> str:
    """Return what the browser is asked to make, as JSON; the session remembers the challenge."""
    who = PublicKeyCredentialUserEntity(
        id=str(user.pk).encode(), name=user.email, display_name=user.name
    )
    options, state = _server(request).register_begin(
        user=who,
        credentials=_credentials(request, user),
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=_VERIFICATION,
    )
    request.session[_CHALLENGE] = _plain(state)
    return json.dumps(dict(options))


def add_passkey(request: HttpRequest, user: User, *, name: str, credential: str) -> bool:
    """Take in the passkey that the browser has made, if it is what it was asked for."""
    state = request.session.pop(_CHALLENGE, None)
    if state is None:
        return False
    try:
        said = json.loads(credential)
        _server(request).register_complete(state, said)
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    made = WebAuthn.add(user, name.strip()[:NAME_LENGTH], said).instance
    made.data["party"] = _party(request)
    made.save(update_fields=["data"])
    return True


@transaction.atomic
def remove(user: User, factor: int) -> bool:
    """Take a factor away; return False for the last one where one is required.

    With the last the recovery codes go, which stand in for nothing then. An id that is not one of
    theirs changes nothing.
    """
    User.objects.select_for_update().get(pk=user.pk)
    rows = list(_of(user).filter(type__in=FACTORS))
    if is_required() and [one.pk for one in rows] == [factor]:
        return False
    _of(user).filter(type__in=FACTORS, pk=factor).delete()
    if not has_any(user):
        _of(user).delete()
    return True


@transaction.atomic
def new_codes(user: User) -> Sequence[str]:
    """Return ten new recovery codes; those of before are of no use any more."""
    _of(user).filter(type=Type.RECOVERY_CODES).delete()
    return tuple(RecoveryCodes.activate(user).generate_codes())


# Passkeys.


def _party(request: HttpRequest) -> str:
    """Return whose passkeys serve at the host of this request; empty where none do."""
    host = request.get_host().rpartition(":")[0] or request.get_host()
    base = settings.HELPLINE_BASE.partition(":")[0]
    if host != base and not host.endswith(f".{base}"):
        return ""
    # Browsers let no name of one label stand for those below it: at `localhost` each host has its own.
    return base if "." in base else host


def _server(request: HttpRequest) -> Fido2Server:
    party, origin = _party(request), f"{settings.HELPLINE_SCHEME}://{request.get_host()}"
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=party, name=ISSUER),
        verify_origin=lambda said: said == origin,
    )


def _credentials(request: HttpRequest, user: User) -> list[AttestedCredentialData]:
    party = _party(request)
    rows = _of(user).filter(type=Type.WEBAUTHN, data__party=party) if party else ()
    found = (_credential_in(one) for one in rows)
    return [one for one in found if one is not None]


def _credential_in(row: Authenticator) -> AttestedCredentialData | None:
    try:
        made = parse_registration_response(row.data["credential"])
    except ValidationError:
        return None
    data: AttestedCredentialData | None = made.response.attestation_object.auth_data.credential_data
    return data


def _plain(state: dict[str, Any]) -> dict[str, str]:
    return {key: str(getattr(value, "value", value)) for key, value in state.items()}
