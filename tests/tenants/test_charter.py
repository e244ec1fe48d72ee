"""What a charter is refused for: each row is one mistake and the whole answer to it."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from tenants.charter import BadCharters, read_charters
from tenants.charter.colours import contrast
from tenants.charter.shape import Keep, Opening

PLAIN = Path(__file__).with_name("plain.toml").read_text("utf-8")
AT_CLOSE = ("amount = 14\nunit", "amount = 0\nunit")
CLOCK = 'a time of day such as "09:30"'
RULE = 'a rule id from S1 to B8, or "ours"'
WHOLE_KEEP = '[[policy.keep]]\nwhat = "conversation"\nstarts = "{}"\namount = {}\nunit = "{}"\n'

QUESTION = '[[evaluation]]\nslug = "words"\nkind = "text"\nrule = "S9"\nnb = "Noe mer?"\nen = "Anything?"\n\n'

PHRASE = '[[phrases]]\nslug = "hei"\nrule = "ours"\nnb = "{}"\nen = "Hi."\n\n'


def hours(days: str, opens: str, closes: str) -> str:
    return f'[[hours]]\ndays = {days}\nopens = "{opens}"\ncloses = "{closes}"\nrule = "S1"\n\n'


def keep(starts: str, amount: int, unit: str) -> str:
    return WHOLE_KEEP.format(starts, amount, unit) + 'rule = "U7"\n\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problems(folder: Path, **files: str) -> list[str]:
    paths = []
    for name, text in files.items():
        paths.append(Path(f"{name}.toml"))
        (folder / paths[-1]).write_text(text, encoding="utf-8")
    with pytest.raises(BadCharters) as bad:
        read_charters(paths, known=["friend"])
    return str(bad.value).splitlines()


def test_charter_is_read_as_data(folder: Path) -> None:
    (folder / "plain.toml").write_text(PLAIN, encoding="utf-8")

    (charter,) = read_charters([folder / "plain.toml"], known=["friend"])

    assert charter.slug == "plain"
    assert charter.opens.usual == (
        Opening(0, time(9), time(12), "S1"),
        Opening(1, time(9), time(12), "S1"),
    )
    assert charter.policy.keep == (
        Keep("conversation", "ended", 14, "days", (), "", "ours"),
        Keep("audit", "written", 24, "months", (), "", "ours"),
        Keep("account", "left", 3, "months", (), "", "ours"),
        Keep("session", "signed_in", 12, "hours", (), "", "ours"),
        Keep("log", "written", 7, "days", (), "", "ours"),
    )


@pytest.mark.parametrize(
    ("old", "new", "answer"),
    [
        # Keys
        pytest.param('name = "Plain"', 'nmae = "Plain"',
            ["tenant.name: found nothing, expected text",
             'tenant.nmae: found an unknown key, expected no such key (did you mean "name"?)'], id="misspelt-key"),
        pytest.param("[talk]", "[zebra]\nx = 1\n\n[talk]",
            ['zebra: found an unknown key, expected one of "bubble", "categories", "code", "contacts", "evaluation", "exceptions", "holidays", "hours", '
             '"notices", "partners", "phrases", "policy", "queue", "reasons", "requirements", "statements", "subjects", "talk", "tenant", '
             '"theme"'], id="unknown-table"),
        pytest.param("[holidays]\nclosed = true\nrule = \"ours\"", "",
            ["holidays: found nothing, expected a table [holidays]"], id="missing-table"),
        pytest.param("cap = 20", 'cap = "20"',
            ['queue.cap: found "20", expected a whole number from 1 to 500'], id="wrong-type"),
        pytest.param("cap = 20", "cap = true",
            ["queue.cap: found true, expected a whole number from 1 to 500"], id="true-is-no-number"),
        pytest.param("cap = 20", "cap = 0",
            ["queue.cap: found 0, expected a whole number from 1 to 500"], id="number-too-small"),
        pytest.param("unstaffed = true", 'unstaffed = "yes"',
            ['queue.unstaffed: found "yes", expected true or false'], id="no-flag"),
        pytest.param("[[subjects]]", "[subjects]",
            ["subjects: found a table, expected entries [[subjects]]"], id="table-for-entries"),
        pytest.param('operator = { slug = "body", name = "Body" }', 'operator = "Body"',
            ['tenant.operator: found "Body", expected a table [tenant.operator]'], id="text-for-table"),
        pytest.param('[[subjects]]\nslug = "school"\nrule = "U4"\nnb = "Skolen"\nen = "School"\n', "",
            ['subjects[0]: found "school", expected a table'], id="text-for-entry"),
        pytest.param('name = "Plain"', 'name = " Plain"',
            ['tenant.name: found " Plain", expected text of 1 to 120 characters, trimmed'], id="untrimmed"),
        pytest.param('rule = "S11"', 'rule = "S12"',
            [f'contacts[0].rule: found "S12", expected {RULE}'], id="unknown-rule"),
        pytest.param('rule = "S11"\n', "",
            [f"contacts[0].rule: found nothing, expected {RULE}"], id="no-rule"),
        # Who
        pytest.param('slug = "plain"', 'slug = "admin"',
            ['tenant.slug: found "admin", expected a slug other than admin, www, api and desk-…'], id="reserved-slug"),
        pytest.param('slug = "plain"', 'slug = "desk-plain"',
            ['tenant.slug: found "desk-plain", expected a slug other than admin, www, api and desk-…'], id="desk-slug"),
        pytest.param('slug = "plain"', 'slug = "Plain_1"',
            ['tenant.slug: found "Plain_1", expected a DNS label of a-z, 0-9 and -, at most 40 long'], id="no-dns-label"),
        pytest.param('country = "NO"', 'country = "DK"',
            ['tenant.country: found "DK", expected one of "NO", "SE"'], id="unknown-country"),
        pytest.param('zone = "Europe/Oslo"', 'zone = "Europe/Olso"',
            ['tenant.zone: found "Europe/Olso", expected a time zone such as Europe/Oslo (did you mean "Europe/Oslo"?)'], id="bad-zone"),
        pytest.param('zone = "Europe/Oslo"', 'zone = "12345"',
            ['tenant.zone: found "12345", expected a time zone such as Europe/Oslo'], id="no-zone-at-all"),
        pytest.param('neutral_title = "Notes"', 'neutral_title = "Notes"\nneutral_icon = "heart"',
            ['tenant.neutral_icon: found "heart", expected one of "dot", "note", "book", "cloud"'], id="telling-icon"),
        # Languages
        pytest.param('languages = ["nb", "en"]', 'languages = ["nb", "en", "de"]',
            ['tenant.languages[2]: found "de", expected one of "nb", "sv", "en"'], id="unknown-language"),
        pytest.param('languages = ["nb", "en"]', 'languages = ["nb", "en", "nb"]',
            ['tenant.languages[2]: found "nb", expected each word once'], id="language-twice"),
        pytest.param('languages = ["nb", "en"]', "languages = []",
            ["tenant.languages: found a list of 0, expected at least one language"], id="no-language"),
        pytest.param('en = "The clinic"\n', "",
            ["contacts[0].en: found nothing, expected text"], id="missing-translation"),
        pytest.param('en = "The clinic"', 'en = "The clinic"\nsv = "Kliniken"',
            ['contacts[0].sv: found an unknown key, expected one of "en", "kind", "nb", "rule", "value"'], id="unlisted-translation"),
        # Hours
        pytest.param('opens = "09:00"', 'opens = "25:00"',
            [f'hours[0].opens: found "25:00", expected {CLOCK}'], id="no-such-hour"),
        pytest.param('opens = "09:00"', "opens = 09:00:00",
            [f"hours[0].opens: found 09:00:00, expected {CLOCK}"], id="toml-time"),
        pytest.param('days = ["mon", "tue"]', 'days = ["mon", "tirsdag"]',
            ['hours[0].days[1]: found "tirsdag", expected one of "mon", "tue", "wed", "thu", "fri", "sat", "sun"'], id="unknown-day"),
        pytest.param('days = ["mon", "tue"]', "days = []",
            ["hours: found nothing, expected when the line is open"], id="never-open"),
        pytest.param("[holidays]", hours('["tue"]', "11:00", "13:00") + "[holidays]",
            ["hours[1]: found tue 11:00-13:00, expected no overlap with tue 09:00-12:00"], id="overlap"),
        pytest.param("[holidays]", hours('["sun"]', "22:00", "10:00") + "[holidays]",
            ["hours[1]: found sun 22:00-10:00, expected no overlap with mon 09:00-12:00"], id="overlap-around-the-week"),
        pytest.param("[holidays]", hours('["mon"]', "20:00", "09:30") + "[holidays]",
            ["hours[1]: found mon 20:00-09:30, expected no overlap with tue 09:00-12:00"], id="overlap-past-midnight"),
        pytest.param("[holidays]", hours('["tue"]', "00:00", "00:00") + "[holidays]",
            ["hours[1]: found tue 00:00-00:00, expected no overlap with tue 09:00-12:00"], id="overlap-whole-day"),
        pytest.param("on = 2026-12-24", 'on = "24.12.2026"',
            ['exceptions[0].on: found "24.12.2026", expected a date such as 2026-12-24'], id="no-date"),
        pytest.param("on = 2026-12-24\nclosed = true", 'on = 2026-12-24\nclosed = true\nopens = "09:00"\ncloses = "10:00"',
            ["exceptions[0].closed: found true, expected either times or closed"], id="closed-and-open"),
        pytest.param("on = 2026-12-24\nclosed = true", "on = 2026-12-24\nclosed = false",
            ["exceptions[0].closed: found false, expected true, or opens and closes"], id="neither-closed-nor-open"),
        pytest.param("[[subjects]]", '[[exceptions]]\non = 2026-12-24\nopens = "09:00"\ncloses = "10:00"\nrule = "D2"\nnb = "x"\nen = "x"\n\n[[subjects]]',
            ["exceptions[1]: found another entry for 2026-12-24, expected a closed date to stand alone"], id="closed-date-with-opening"),
        pytest.param('on = 2026-12-24\nclosed = true\nrule = "ours"\nnb = "Julaften"\nen = "Christmas Eve"',
            'on = 2026-12-24\nopens = "20:00"\ncloses = "02:00"\nrule = "ours"\nnb = "x"\nen = "x"\n\n'
            '[[exceptions]]\non = 2026-12-25\nopens = "01:00"\ncloses = "03:00"\nrule = "ours"\nnb = "x"\nen = "x"',
            ["exceptions[1]: found 2026-12-25 01:00-03:00, expected no overlap with 2026-12-24 20:00-02:00"], id="dates-overlap"),
        # Who answers
        pytest.param('[[requirements]]\ngroup = "adult"\nkind = "adult"\nyears = 0\nrule = "ours"\nnb = "Voksen"\nen = "Adult"\n', "",
            ["requirements: found nothing, expected what one must hold to answer here"], id="anybody-answers"),
        pytest.param('kind = "adult"', 'kind = "An adult"',
            ['requirements[0].kind: found "An adult", expected a name of a-z, 0-9 and _'], id="no-name"),
        # Policy
        pytest.param('kept = "never"', 'kept = "never"\ndays = 7',
            ['policy.address.days: found 7, expected no days where kept = "never"'], id="no-address-kept-with-a-vault"),
        pytest.param('kept = "never"', 'kept = "vault"',
            ["policy.address.days: found nothing, expected a whole number from 1 to 90"], id="vault-without-days"),
        pytest.param('kept = "never"', 'kept = "vault"\ndays = 0',
            ["policy.address.days: found 0, expected a whole number from 1 to 90"], id="vault-of-no-days"),
        pytest.param('kept = "never"', 'kept = "sometimes"',
            ['policy.address.kept: found "sometimes", expected one of "never", "vault"'], id="address-sometimes"),
        pytest.param('unit = "days"', 'unit = "weeks"',
            ['policy.keep[0].unit: found "weeks", expected one of "seconds", "minutes", "hours", "days", "working_days", "months"'], id="bad-unit"),
        pytest.param("amount = 14", "amount = -1",
            ["policy.keep[0].amount: found -1, expected a whole number from 0 to 3650"], id="bad-amount"),
        pytest.param('starts = "ended"', 'starts = "flagged"',
            ["policy.keep: found no entry for \"conversation\" from \"ended\", expected how long it is kept"], id="no-life"),
        pytest.param("[[notices]]", keep("ended", 3, "months") + "[[notices]]",
            ["policy.keep[5]: found a second life from ended, expected one"], id="two-lives"),
        pytest.param("[[notices]]", keep("flagged", 1, "months") + "[[notices]]",
            ["policy.keep[5]: found 1 months from flagged, expected a shorter life than 14 days from ended"], id="flagged-lives-longer"),
        pytest.param('unit = "days"', 'unit = "days"\nsuspended_by = ["whim"]\nsuspended_rule = "U8"',
            ['policy.keep[0].suspended_by[0]: found "whim", expected one of "investigation", "danger", "access"'], id="unknown-hold"),
        pytest.param('unit = "days"', 'unit = "days"\nsuspended_by = ["investigation"]',
            [f"policy.keep[0].suspended_rule: found nothing, expected {RULE}"], id="hold-without-a-rule"),
        pytest.param('unit = "days"', 'unit = "days"\nsuspended_by = ["access"]\nsuspended_rule = "ours"',
            ['policy.keep[0].suspended_by: found "access", expected policy.access.who = "anyone", or no such hold'], id="held-for-nobody"),
        pytest.param('amount = 14\nunit = "days"', 'amount = 0\nunit = "days"\nsuspended_by = ["investigation"]\nsuspended_rule = "U8"',
            ['policy.keep[0].suspended_by: found "investigation", expected nothing: only a talk can be held, and not one that is deleted at once'], id="deleted-at-close-and-held"),
        pytest.param('starts = "left"', 'starts = "ended"',
            ['policy.keep: found no entry for "account" from "left", expected how long it is kept',
             'policy.keep[2].starts: found "ended", expected one of "left"'], id="account-from-the-end-of-a-talk"),
        pytest.param('amount = 24\nunit = "months"', 'amount = 0\nunit = "months"',
            ["policy.keep[1].amount: found 0, expected at least 1: it is needed for a while"], id="no-trail"),
        pytest.param('amount = 24\nunit = "months"', 'amount = 24\nunit = "months"\nsuspended_by = ["investigation"]\nsuspended_rule = "U8"',
            ['policy.keep[1].suspended_by: found "investigation", expected nothing: only a talk can be held, and not one that is deleted at once'], id="trail-held"),
        pytest.param('amount = 12\nunit = "hours"', 'amount = 2\nunit = "days"',
            ["policy.keep[3]: found 2 days from signed_in, expected a session of at most a day"], id="session-over-night"),
        pytest.param('what = "log"', 'what = "address"',
            ['policy.keep[4].what: found "address", expected one of "conversation", "audit", "account", "session", "log", "evaluation"'], id="address-has-its-own-table"),
        pytest.param('who = "nobody"', 'who = "anyone"',
            ['policy.access.who: found "anyone", expected suspended_by = ["access"]: what is asked for must not go before the answer'], id="asked-for-and-gone"),
        pytest.param("[policy.erase]", '[policy.words]\nnb = "Hei"\nrule = "ours"\n\n[policy.erase]',
            ["policy.words.en: found nothing, expected text"], id="words-in-one-language"),
        pytest.param('allowed = false', "allowed = true",
            ["policy.erase.allowed: found true, expected false: talks are kept after they end"], id="erase-with-transcripts-kept"),
        pytest.param('who = "nobody"', 'who = "own_journal"',
            ['policy.access.who: found "own_journal", expected policy.journal.written = true, or nobody who may ask for it'], id="no-journal-to-ask-for"),
        # Contacts and partners
        pytest.param('phone = "800 99 900"', 'phone = "call us"',
            ['notices[0].phone: found "call us", expected a telephone number'], id="bad-phone"),
        pytest.param('value = "https://help.example/"', 'value = "http://help.example/"',
            ['contacts[0].value: found "http://help.example/", expected an address that begins with https://'], id="bad-link"),
        pytest.param('kind = "link"\nvalue = "https://help.example/"', 'kind = "email"\nvalue = "help@"',
            ['contacts[0].value: found "help@", expected an e-mail address'], id="bad-email"),
        pytest.param('kind = "link"', 'kind = "pigeon"',
            ['contacts[0].kind: found "pigeon", expected one of "emergency", "phone", "sms", "email", "link"'], id="unknown-contact"),
        pytest.param('slug = "friend"', 'slug = "stranger"',
            ['partners[0].slug: found "stranger", expected a tenant of these files or one that is loaded'], id="unknown-partner"),
        pytest.param('slug = "friend"', 'slug = "plain"',
            ['partners[0].slug: found "plain", expected another tenant'], id="partner-of-itself"),
        pytest.param("[[statements]]", '[[subjects]]\nslug = "school"\nrule = "U4"\nnb = "Skole"\nen = "School"\n\n[[statements]]',
            ['subjects: found "school" 2 times, expected each once'], id="subject-twice"),
        # What is asked afterwards
        pytest.param("[policy.evaluation]\noffered = false", "[policy.evaluation]\noffered = true",
            ['policy.evaluation.offered: found true, expected lives of "evaluation" from "given" and from "pooled" where it is true, and none where it is false'],
            id="asked-and-kept-for-no-time"),
        pytest.param("[queue]", f"{QUESTION}[queue]",
            ['policy.evaluation.offered: found false, expected questions [[evaluation]] where it is true, and none where it is false'], id="question-that-is-not-asked"),
        pytest.param("[queue]", f"{QUESTION.replace('text', 'choice')}[queue]",
            ['evaluation[0].choices: found 0 choices, 0 of them different, expected 2 to 10 different choices'], id="choice-of-nothing"),
        pytest.param("[queue]", f"{QUESTION.replace('text', 'scale')}[queue]",
            ["evaluation[0].low: found nothing, expected a table [evaluation[0].low]",
             "evaluation[0].high: found nothing, expected a table [evaluation[0].high]"], id="scale-without-ends"),
        pytest.param("[queue]", f"{QUESTION * 3}[queue]",
            ["evaluation: found 3 questions, 3 of them for a text, expected at most 12, and at most 2 for a text"], id="too-much-to-write"),
        pytest.param("[queue]", f"{QUESTION * 2}[queue]",
            ['policy.evaluation.offered: found false, expected questions [[evaluation]] where it is true, and none where it is false',
             'evaluation: found "words" 2 times, expected each once'], id="question-twice"),
        # Phrases
        pytest.param("[queue]", f'{PHRASE.format("Hei fra {linje}, vi er her.")}[queue]',
            ['phrases[0].nb: found "{linje}", expected one of "{title}", "{name}", "{line}", "{closes}"'], id="phrase-with-unknown-place"),
        pytest.param("[queue]", f'{PHRASE.format("Jeg heter {name}.")}[queue]',
            ["phrases[0].nb: found {name}, expected no name: first names are not shown here"], id="phrase-with-hidden-name"),
        pytest.param("[queue]", f'{PHRASE.format("Hei.") * 2}[queue]',
            ['phrases: found "hei" 2 times, expected each once'], id="phrase-twice"),
        pytest.param("at_once = 2", "at_once = 2\nwrap_up_seconds = 601",
            ["talk.wrap_up_seconds: found 601, expected a whole number from 0 to 600"], id="endless-wrap-up"),
        # Queue and colours
        pytest.param("last_call_minutes = 15", "last_call_minutes = 121",
            ["queue.last_call_minutes: found 121, expected a whole number from 0 to 120"], id="last-call-too-long"),
        pytest.param('closes = "12:00"', 'closes = "09:15"',
            ["queue.last_call_minutes: found 15, expected less than the shortest opening, 15 minutes"], id="last-call-longer-than-open"),
        pytest.param('accent = "#0f5f6e"', 'accent = "teal"',
            ['theme.accent: found "teal", expected a colour such as "#0a5c73"'], id="no-colour"),
        pytest.param('accent = "#0f5f6e"', 'accent = "#f58220"',
            ['theme.accent_text: found "#ffffff" on "#f58220", contrast 2.59, expected a contrast of at least 4.5',
             'theme.accent: found "#f58220" on "#f6fafa", contrast 2.47, expected a contrast of at least 4.5'], id="unreadable"),
        pytest.param('shown = "never"', 'shown = "while_open"\nopens = "tab"\ncolour = "#f58220"\ntext = "#ffffff"',
            ['bubble.text: found "#ffffff" on "#f58220", contrast 2.59, expected a contrast of at least 4.5'], id="unreadable-bubble"),
        pytest.param('shown = "never"', 'shown = "while_open"\ncolour = "#f58220"\ntext = "#1f1200"',
            ['bubble.opens: found nothing, expected one of "frame", "tab"'], id="bubble-opens-nowhere"),
        pytest.param('shown = "never"', 'shown = "while_open"\nopens = "frame"\norigins = []\ncolour = "#f58220"\ntext = "#1f1200"',
            ['bubble.origins: found a list of 0, expected at least one, an origin such as "https://www.town.se"'], id="bubble-on-no-page"),
        *(pytest.param('shown = "never"', f'shown = "while_open"\nopens = "frame"\norigins = ["{origin}"]\ncolour = "#f58220"\ntext = "#1f1200"',
            [f'bubble.origins[0]: found "{origin}", expected an origin such as "https://www.town.se"'], id=f"origin-{number}")
          for number, origin in enumerate((
            "http://town.se", "https://*.town.se", "https://town.se/", "https://town.se/page", "town.se", "https://town.se; script-src *",
            "https://town.se https://evil.se", "https://town.se,https://evil.se", "https://Town.se", "https://täby.se", "https://town",
            "https://a@town.se", "https://town.se:", "https://-town.se", "'self'", "*", ""))),
        pytest.param('shown = "never"', 'shown = "while_open"\nopens = "frame"\norigins = ["https://a.se", "https://a.se"]\ncolour = "#f58220"\ntext = "#1f1200"',
            ['bubble.origins[1]: found "https://a.se", expected each once'], id="origin-twice"),
        # TOML itself
        pytest.param('name = "Plain"', "name = Plain",
            ["line 5, column 8: found invalid value, expected valid TOML"], id="syntax"),
    ],
)  # fmt: skip
def test_mistake_is_answered_with_place_finding_and_expectation(
    folder: Path, old: str, new: str, answer: list[str]
) -> None:
    assert old in PLAIN
    text = PLAIN.replace(old, new, 1)
    if answer[0].startswith("subjects[0]"):
        text = 'subjects = ["school"]\n' + text

    assert problems(folder, plain=text) == [f"plain.toml: {line}" for line in answer]


def test_talks_deleted_at_close_leave_nothing_to_ask_for(folder: Path) -> None:
    text = PLAIN.replace(*AT_CLOSE).replace('who = "nobody"', 'who = "anyone"')

    assert problems(folder, plain=text) == [
        'plain.toml: policy.access.who: found "anyone", expected "nobody" or "own_journal": '
        "talks are deleted at close"
    ]


@pytest.mark.parametrize("rule", ["S7", "D4"])
def test_colleague_may_read_only_where_no_rule_has_said_that_nobody_does(
    folder: Path, rule: str
) -> None:
    allowed = PLAIN.replace(
        "[policy.journal]", '[policy.colleague]\nmay_read = true\nrule = "ours"\n\n[policy.journal]'
    )
    (folder / "plain.toml").write_text(allowed, encoding="utf-8")
    (charter,) = read_charters([folder / "plain.toml"], known=["friend"])
    assert charter.policy.colleague_may_read is True
    assert charter.policy.rules["colleague"] == "ours"
    refused = (
        "plain.toml: policy.colleague.may_read: found true, expected false: "
        f"by {rule} only the counsellor sees the talk"
    )

    # By a statement, and by a term of the policy itself.
    about = 'kind = "about"\nrule = "{}"'
    stated = allowed.replace(about.format("U4"), about.format(rule))
    assert problems(folder, plain=stated) == [refused]
    assert problems(folder, plain=allowed.replace('rule = "U3"', f'rule = "{rule}"')) == [refused]


def test_talks_deleted_at_close_leave_nothing_to_flag(folder: Path) -> None:
    text = PLAIN.replace(*AT_CLOSE).replace(
        "[[notices]]", keep("flagged", 1, "working_days") + "[[notices]]"
    )

    assert problems(folder, plain=text) == [
        "plain.toml: policy.keep[5]: found 1 working_days from flagged, expected a shorter life "
        "than 0 days from ended"
    ]


def test_all_mistakes_of_all_files_are_told_at_once(folder: Path) -> None:
    first = PLAIN.replace("cap = 20", "cap = 0").replace('"09:00"', '"9"')
    second = PLAIN.replace('"NO"', '"DK"').replace('name = "Body"', 'name = "Another body"')

    assert problems(folder, first=first, second=second) == [
        f'first.toml: hours[0].opens: found "9", expected {CLOCK}',
        "first.toml: queue.cap: found 0, expected a whole number from 1 to 500",
        'second.toml: tenant.country: found "DK", expected one of "NO", "SE"',
        'second.toml: tenant.slug: found "plain", expected a slug of its own, first.toml has this '
        "one",
        'second.toml: tenant.operator.name: found "Another body", expected "Body", as in another '
        "file",
    ]


def test_file_that_is_no_text_or_not_there_is_told(folder: Path) -> None:
    (folder / "latin.toml").write_bytes(b'name = "p\xe5"')

    with pytest.raises(BadCharters) as bad:
        read_charters([Path("latin.toml"), Path("gone.toml")])

    assert str(bad.value).splitlines() == [
        "latin.toml: byte 9: found no UTF-8, expected text in UTF-8",
        "gone.toml: file: found no such file or directory, expected a file that can be read",
    ]


def test_partner_may_stand_in_another_file(folder: Path) -> None:
    friend = PLAIN.replace('"plain"', '"friend"').replace(
        'slug = "friend"\nmode', 'slug = "plain"\nmode'
    )
    (folder / "plain.toml").write_text(PLAIN, encoding="utf-8")
    (folder / "friend.toml").write_text(friend, encoding="utf-8")

    charters = read_charters([Path("plain.toml"), Path("friend.toml")])

    assert [charter.slug for charter in charters] == ["plain", "friend"]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#ffffff", "#ffffff") == pytest.approx(1)
