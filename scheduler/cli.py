"""The operator's commands: `tsudoi serve`, `tsudoi tick`, … ; each at home in a module of its own."""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from scheduler import bounces, clock, create_app, demo, jobs, migrating, serving
from scheduler.checking import faults
from scheduler.config import Settings
from scheduler.db import begin_writing
from scheduler.errors import Refused
from scheduler.notices.channels.email import mail_is_safe
from scheduler.offices.actions import By
from scheduler.parties import actions as parties
from scheduler.parties.actions import PersonFacts
from scheduler.parties.login import HOME_ZONE
from scheduler.parties.models import Organization
from scheduler.parties.queries import person_by_email
from scheduler.parties.tokens import derived
from scheduler.town import actions as town
from scheduler.web import db

# A link that the operator hands over by hand may wait longer than one that comes by mail.
HANDED_OVER = timedelta(days=1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Tsudoi: run what a neighbourhood does together."""


def _start() -> Settings:
    """Read the settings and refuse to start where mail headers could be broken into."""
    if not mail_is_safe():
        raise click.ClickException("this Python writes unsafe mail headers; use a newer release of it")
    return Settings.from_environment()


def _ready() -> Settings:
    """Read the settings and refuse to start on tables that are not there or old."""
    settings = _start()
    if not migrating.is_current(settings.database):
        raise click.ClickException("the tables are old: run `tsudoi migrate`")
    return settings


@main.command()
def run() -> None:
    """Migrate, load the demo when empty, and run web server and ticker until Ctrl-C."""
    settings = _start()
    # Where no mail server is set, and nobody but this machine comes, this is for trying out.
    settings = replace(settings, practice=settings.practice or "1")
    if not migrating.is_current(settings.database):
        migrating.upgrade(settings.database)
    app = create_app(settings)
    with app.app_context():
        if demo.is_empty(db.session()):
            click.echo("Loading the demo neighbourhood …")
            demo.load(app, clock.now())
        _greet(settings)
        db.session.remove()
        db.engine.dispose()
    sys.exit(serving.run_both(app, settings))


def _greet(settings: Settings) -> None:
    click.echo(f"\n  Tsudoi  {settings.address}\n")
    for role, email in demo.cast(db.session()):
        click.echo(f"  {role}\n    {_sign_in_link(settings, email)}")
    kept = f"{settings.folder / 'outbox'}/*.eml"
    read_at = f", read it at {settings.address}/outbox" if settings.is_practice else ""
    click.echo(f"\n  Mail goes to {settings.smtp_url or kept + read_at}\n  Ctrl-C stops.\n")


def _sign_in_link(settings: Settings, email: str) -> str:
    session = db.session()
    begin_writing(session)
    person = person_by_email(session, email)
    if person is None:
        raise click.ClickException(f"nobody has the address {email}")
    asked = parties.new_sign_in(session, person, settings.secret_key, clock.now(), HANDED_OVER, by_hand=True)
    link = f"{settings.address}/sign-in/{derived(settings.secret_key, 'sign-in', asked.salt)}"
    session.commit()
    return link


@main.command()
def serve() -> None:
    """Serve pages; needs a ticker beside it."""
    settings = _start()
    serving.serve(create_app(settings), settings)


@main.command()
def ticker() -> None:
    """Tick until stopped: make dates, remind, deliver. Any number may run."""
    jobs.run_ticker(create_app(_start()))


@main.command()
def tick() -> None:
    """Do once what is due now, as from cron."""
    click.echo(f"{jobs.tick(create_app(_start()))} sent")


@main.command()
def publish() -> None:
    """Write the public calendar feeds that have changed into their folder, as every tick does."""
    app = create_app(_ready())
    with app.app_context():
        click.echo(f"{jobs.publish(clock.now())} published")


@main.command()
@click.argument("revision", default="head")
def migrate(revision: str) -> None:
    """Bring the database's tables up to date."""
    migrating.upgrade(Settings.from_environment().database, revision)


@main.command()
@click.argument("message")
def migration(message: str) -> None:
    """Write a new migration from the models (for developers)."""
    click.echo(migrating.write_migration(Settings.from_environment().database, message))


@main.command("demo")
def load_demo() -> None:
    """Load the demo neighbourhood into an empty database."""
    app = create_app(_ready())
    with app.app_context():
        if not demo.is_empty(db.session()):
            raise click.ClickException("the database is not empty")
        demo.load(app, clock.now())


@main.command()
def check() -> None:
    """Look for faults: settings, tables, counters against rows. Exit status 1 when there are any."""
    app = create_app(_start())
    with app.app_context():
        found = faults(app, db.session())
    for fault in found:
        click.echo(fault)
    click.echo(f"faults: {len(found)}")
    sys.exit(1 if found else 0)


@main.command("sign-in-link")
@click.argument("email")
def sign_in_link(email: str) -> None:
    """Print a sign-in link of one use for the person with this address."""
    settings = _ready()
    with create_app(settings).app_context():
        click.echo(_sign_in_link(settings, email))


@main.command()
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
def bounce(path: Path | None) -> None:
    """Read mail that came back: one message from a pipe, or all unread ones of a Maildir or mbox at PATH."""
    app = create_app(_start())
    if path is None:
        is_ours = bounces.take(app, sys.stdin.buffer.read())
        # Never a failure: the mail server would send the report back to where it came from.
        click.echo("about a message of ours" if is_ours else "not about a message of ours")
    else:
        ours, others = bounces.take_all(app, path)
        click.echo(f"{ours} about messages of ours, {others} others")


@main.command()
@click.argument("email")
@click.option("--no-longer", is_flag=True, help="Take it back.")
def operator(email: str, no_longer: bool) -> None:
    """Let the person with this address see the operator's pages: /outbox and /status."""
    with create_app(_ready()).app_context():
        session = db.session()
        begin_writing(session)
        person = person_by_email(session, email)
        if person is None:
            raise click.ClickException(f"nobody has the address {email}")
        person.is_operator = not no_longer
        session.commit()


@main.command("new-body")
@click.argument("slug")
@click.argument("name")
@click.argument("officer")
@click.argument("kana")
@click.argument("email")
def new_body(slug: str, name: str, officer: str, kana: str, email: str) -> None:
    """Found a body with its first officer: SLUG NAME OFFICER KANA EMAIL."""
    settings, now = _ready(), clock.now()
    with create_app(settings).app_context():
        session = db.session()
        begin_writing(session)
        try:
            body = Organization(slug=slug, name=name, created_at=now)
            town.found_with_officer(
                session,
                body,
                PersonFacts(officer, kana, email),
                By(None, now.astimezone(HOME_ZONE).date(), now),
            )
        except Refused as refused:
            raise click.ClickException(f"refused: {refused.code}") from refused
        session.commit()
        click.echo(_sign_in_link(settings, email))


if __name__ == "__main__":
    main()
