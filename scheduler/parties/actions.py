"""What changes of people and bodies: registering, enrolling, signing in, personal addresses."""

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from unicodedata import normalize

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.db import claim, insert_once
from scheduler.errors import Conflict, Invalid, NotFound
from scheduler.history import StateChange, record
from scheduler.notices.actions import Telling, queue
from scheduler.parties.limits import Limits, stored
from scheduler.parties.models import (
    PURPOSES,
    WAYS,
    AccessToken,
    Allowance,
    Consent,
    Household,
    Membership,
    Organization,
    Person,
    SignedIn,
    SignIn,
)
from scheduler.parties.names import email_in, email_key, kana_key, mailbox_key, names_in, phones_in
from scheduler.parties.queries import ConsentOf, live_consents, look_at_link, person_by_email
from scheduler.parties.tokens import code, code_hash, derived, hashed, new_token, personal
from scheduler.text import fitting, text_in

# One use, 256 bits, five tries at the code: half an hour leaves room for mail servers that make a first letter wait.
SIGN_IN_LASTS = timedelta(minutes=30)
CODE_TRIES = 5
STAYS_SIGNED_IN = timedelta(days=180)
# Limits of a person that can be meant: times in a month, minutes of one date.
MOST_TIMES, SHORTEST, LONGEST = 31, 15, 24 * 60
# Mails to one mailbox: within a quarter of an hour, and within a day.
MAIL_LIMITS = ((timedelta(minutes=15), 5), (timedelta(days=1), 20))


@dataclass(frozen=True)
class PersonFacts:
    """What is asked of a person who signs up: nothing that is not needed. `by_line` takes LINE, connected later."""

    name: str
    kana: str
    email: str = ""
    phone: str = ""
    language: str = "ja"
    by_line: bool = field(default=False, kw_only=True)


def person(session: Session, facts: PersonFacts, now: datetime) -> Person:
    """Return the person with this reading and address, registered now if new; raise Invalid for unusable facts.

    A known person's own words are left alone: anybody may type anybody's address. With a telephone and no address it
    is always a new row, since nobody can prove a telephone; look-alikes are offered to the organiser for merging.
    """
    if facts.by_line:
        return unreachable_person(session, replace(facts, email=""), now)
    values = _person_values(facts, now)
    if not values["email"] and not values["phone"]:
        raise Invalid("contact_missing")
    new_id = insert_once(session, Person, values)
    if new_id is not None:
        return session.get_one(Person, new_id)
    known = session.scalars(
        select(Person).where(Person.email_key == values["email_key"], Person.kana_key == values["kana_key"])
    ).one()
    # Where nobody has proved to be this person and no telephone is known, there are no own words to overrule.
    if known.phone_key is None and known.email_verified_at is None:
        known.phone, known.phone_key = phones_in(facts.phone)
    return known


def unreachable_person(session: Session, facts: PersonFacts, now: datetime) -> Person:
    """Register somebody whom neighbours reach, until LINE does; raise Invalid without name and reading."""
    return session.get_one(Person, insert_once(session, Person, _person_values(facts, now)))


def _person_values(facts: PersonFacts, now: datetime) -> dict[str, object]:
    name, kana = names_in(facts.name, facts.kana)
    email = email_in(facts.email) if facts.email.strip() else None
    phone, phone_key = phones_in(facts.phone)
    return {
        "name": name,
        "kana": kana,
        "kana_key": kana_key(kana),
        "email": email,
        "email_key": email_key(email) if email else None,
        "phone": phone,
        "phone_key": phone_key,
        "language": facts.language,
        "link_salt": new_token(),
        "limits": {},
        "created_at": now,
    }


def verify_email(session: Session, person: Person, now: datetime) -> None:
    """Write down that this person reads the mail at their address; the first time counts."""
    unproved = update(Person).where(Person.id == person.id, Person.email_verified_at.is_(None))
    if claim(session, unproved.values(email_verified_at=now)):
        session.refresh(person, ["email_verified_at"])


def found_body(session: Session, body: Organization) -> Organization:
    """Add a body; raise Conflict when its address is taken."""
    if session.scalar(select(Organization.id).where(Organization.slug == body.slug)) is not None:
        raise Conflict("slug_taken", slug=body.slug)
    session.add(body)
    session.flush()
    return body


def add_household(session: Session, household: Household, members: list[Person]) -> Household:
    """Add a household with its members."""
    session.add(household)
    session.flush()
    for member in members:
        member.household_id = household.id
    return household


def enrol(session: Session, membership: Membership, by_id: int | None, now: datetime) -> Membership:
    """Write a membership down: an office or a competence with its term."""
    session.add(membership)
    session.flush()
    what = membership.office or membership.competence or "member"
    record(
        session,
        StateChange(
            at=now,
            subject="membership",
            subject_id=membership.id,
            verb="enrol",
            after="active",
            by_id=by_id,
            why=what,
        ),
    )
    return membership


def _within_limits(session: Session, mailbox: str, now: datetime) -> bool:
    # Every window counts each asking, also one that another window refuses.
    within = [_use(session, mailbox, window, limit, now) for window, limit in MAIL_LIMITS]
    return all(within)


def _use(session: Session, mailbox: str, window: timedelta, limit: int, now: datetime) -> bool:
    # One row per mailbox and window, counted by a conditional UPDATE: fifty at once get no more than five in a row.
    number = int(now.timestamp() // window.total_seconds())
    # Hashed, since anybody may type the address of anybody, and of any length.
    key = f"sign-in:{hashed(mailbox)}:{int(window.total_seconds())}:{number}"
    insert_once(session, Allowance, {"key": key, "used": 0, "ends_at": now + window})
    return claim(
        session,
        update(Allowance).where(Allowance.key == key, Allowance.used < limit).values(used=Allowance.used + 1),
    )


def ask_to_sign_in(session: Session, email: str, secret: str, now: datetime) -> SignIn | None:
    """Have a link and a code mailed to whoever has this address.

    The answer to the asker must be the same whether or not there is such a person, or too many mails went out.
    """
    found = person_by_email(session, email)
    if not _within_limits(session, mailbox_key(email), now) or found is None:
        return None
    asked = new_sign_in(session, found, secret, now)
    queue(
        session,
        Telling("sign_in", "sign_in", asked.id, 0, due_at=now, deadline_at=asked.expires_at, priority=0),
        [found.id],
        now,
    )
    return asked


def new_sign_in(
    session: Session,
    person: Person,
    secret: str,
    now: datetime,
    lasts: timedelta = SIGN_IN_LASTS,
    *,
    by_hand: bool = False,
) -> SignIn:
    """Make a sign-in of one use; the link and the code follow from its salt. One given `by_hand` proves no mailbox."""
    salt = new_token()
    asked = SignIn(
        person_id=person.id,
        salt=salt,
        token_hash=hashed(derived(secret, "sign-in", salt)),
        code_hash=code_hash(salt, code(secret, salt)),
        tries=0,
        created_at=now,
        by_hand=by_hand,
        expires_at=now + lasts,
    )
    session.add(asked)
    session.flush()
    return asked


def sign_in_by_link(session: Session, token: str, now: datetime) -> str:
    """Spend a link and return the new session's token; raise Invalid when it is unknown, spent or too old."""
    return _spend(session, look_at_link(session, token, now), now)


def sign_in_by_code(session: Session, email: str, digits: str, now: datetime) -> str | None:
    """Spend a code and return the new session's token; None when it is wrong, or was tried too often.

    It does not raise, since the caller must commit: a wrong try counts.
    """
    asked = _newest_sign_in(session, email, now)
    if asked is None or not _may_try(session, asked):
        return None
    typed = normalize("NFKC", "".join(text_in(digits).split()))
    return _spend(session, asked, now) if asked.code_hash == code_hash(asked.salt, typed) else None


def _newest_sign_in(session: Session, email: str, now: datetime) -> SignIn | None:
    wanted = (
        select(SignIn)
        .join(Person, Person.id == SignIn.person_id)
        .where(Person.email_key == email_key(email), SignIn.spent_at.is_(None), SignIn.expires_at > now)
        .where(SignIn.printed_by_id.is_(None))
    )
    return session.scalar(wanted.order_by(SignIn.id.desc()).limit(1))


def _may_try(session: Session, asked: SignIn) -> bool:
    # Counted on the row itself, so that many tries at once are still five.
    return claim(
        session,
        update(SignIn).where(SignIn.id == asked.id, SignIn.tries < CODE_TRIES).values(tries=SignIn.tries + 1),
    )


def _spend(session: Session, asked: SignIn, now: datetime) -> str:
    spent = update(SignIn).where(SignIn.id == asked.id, SignIn.spent_at.is_(None), SignIn.expires_at > now)
    if not claim(session, spent.values(spent_at=now)):
        raise Invalid("sign_in_spent")
    if not asked.by_hand and asked.printed_by_id is None:
        verify_email(session, session.get_one(Person, asked.person_id), now)
    token = new_token()
    session.add(
        SignedIn(
            person_id=asked.person_id,
            token_hash=hashed(token),
            created_at=now,
            seen_at=now,
            expires_at=now + STAYS_SIGNED_IN,
        )
    )
    return token


def sign_out(session: Session, token: str, now: datetime) -> None:
    """End a session on the server, so that a copied cookie is worth nothing."""
    session.execute(
        update(SignedIn)
        .where(SignedIn.token_hash == hashed(token), SignedIn.ended_at.is_(None))
        .values(ended_at=now)
    )


def signed_in_person(session: Session, token: str, now: datetime) -> int | None:
    """Return whose session this is, or None when it has ended."""
    live = select(SignedIn.person_id).where(
        SignedIn.token_hash == hashed(token), SignedIn.ended_at.is_(None), SignedIn.expires_at > now
    )
    return session.scalar(live)


def personal_link(person: Person, secret: str) -> str:
    """Return the path of a person's own page, as every letter carries it."""
    return f"/me/{personal(secret, person.id, person.link_salt)}"


def close_personal_link(session: Session, person: Person) -> None:
    """Close a person's own link; the next letter carries a new one."""
    person.link_salt = new_token()


def new_feed_token(session: Session, person_id: int, now: datetime) -> str:
    """Make a new address for a person's own feed and revoke the old one; it is shown once, only its hash is kept."""
    revoke(session, person_id, "feed", now)
    token = new_token()
    session.add(AccessToken(person_id=person_id, purpose="feed", token_hash=hashed(token), created_at=now))
    return token


def revoke(session: Session, person_id: int, purpose: str, now: datetime) -> None:
    """Close all of a person's addresses for this purpose."""
    live = update(AccessToken).where(AccessToken.person_id == person_id, AccessToken.purpose == purpose)
    session.execute(live.where(AccessToken.revoked_at.is_(None)).values(revoked_at=now))


def choose_language(session: Session, person_id: int, language: str) -> None:
    """Write down in which language a person wants to be told."""
    found = session.get(Person, person_id)
    if found is None:
        raise NotFound
    found.language = language


def choose_display(session: Session, person_id: int, look: str) -> None:
    """Write down how pages should look to a person, wherever they sign in next."""
    found = session.get(Person, person_id)
    if found is None:
        raise NotFound
    found.display = look


def set_limits(person: Person, limits: Limits) -> None:
    """Write a person's limits down; raise Invalid for some that nobody can mean."""
    times = [value for value in vars(limits).values() if isinstance(value, time)]
    if any(at.tzinfo is not None or at.second or at.microsecond for at in times):
        raise Invalid("limits_out_of_range")
    if not 0 <= (limits.times_a_month or 0) <= MOST_TIMES:
        raise Invalid("limits_out_of_range")
    if limits.max_minutes is not None and not SHORTEST <= limits.max_minutes <= LONGEST:
        raise Invalid("limits_out_of_range")
    if limits.not_before and limits.not_after and limits.not_before >= limits.not_after:
        raise Invalid("limits_leave_no_time")
    person.limits = stored(limits)


@dataclass(frozen=True)
class Yes:
    """A consent as it is given: by whom and for whom (a person, or a name), for what, how, and until when."""

    purpose: str
    how: str
    person_id: int | None = None
    name: str = ""
    for_person_id: int | None = None
    for_name: str = ""
    ends_at: datetime | None = None
    entered_by_id: int | None = None


def give_consent(session: Session, yes: Yes, now: datetime) -> Consent:
    """Write a consent down; the same again while it holds is the same one.

    Raise Invalid for an unknown purpose or way, for nobody, and for one that is over already.
    """
    consent = _consent(yes, now)
    same = [one for one in live_consents(session, _about(consent), now) if one.ends_at == consent.ends_at]
    if same:
        return same[0]
    session.add(consent)
    session.flush()
    _record_consent(session, consent, "give", yes.entered_by_id or yes.person_id, now)
    return consent


def _consent(yes: Yes, now: datetime) -> Consent:
    if yes.purpose not in PURPOSES or yes.how not in WAYS:
        raise Invalid("choice_unknown")
    if yes.ends_at is not None and yes.ends_at <= now:
        raise Invalid("consent_is_over")
    names = {"name": fitting(yes.name, 120), "for_name": fitting(yes.for_name, 120)}
    if not (yes.person_id or names["name"]) or not (yes.for_person_id or names["for_name"]):
        raise Invalid("consent_needs_names")
    return Consent(**vars(yes) | names, given_at=now)


def _about(consent: Consent) -> ConsentOf:
    return ConsentOf(
        consent.purpose, consent.for_person_id, consent.for_name, consent.person_id, consent.name
    )


def withdraw_consent(session: Session, consent: Consent, by_id: int | None, now: datetime) -> None:
    """End a consent, and any other of the same people for the same purpose; once more changes nothing."""
    for one in live_consents(session, _about(consent), now):
        one.ends_at = now
        _record_consent(session, one, "withdraw", by_id, now)
    session.flush()


def _record_consent(session: Session, consent: Consent, verb: str, by_id: int | None, now: datetime) -> None:
    record(
        session,
        StateChange(
            at=now, subject="consent", subject_id=consent.id, verb=verb, by_id=by_id, why=consent.purpose
        ),
    )
