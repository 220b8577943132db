"""Every setting: its default, its environment name, and one line of meaning."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
# The names by which a machine calls itself.
HERE = frozenset({"127.0.0.1", "::1", "localhost"})


def _setting(name: str, default: str, meaning: str) -> Any:
    return field(default=default, metadata={"name": name, "meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """The settings as text; the properties give them their types."""

    instance: str = _setting(
        "TSUDOI_INSTANCE", "", "folder of database, outbox and secret key; `instance/` if empty"
    )
    database_url: str = _setting(
        "TSUDOI_DATABASE_URL", "", "SQLAlchemy address; SQLite in the instance folder if empty"
    )
    base_url: str = _setting("TSUDOI_BASE_URL", "", "address that people see, e.g. https://tsudoi.example.jp")
    host: str = _setting("TSUDOI_HOST", "127.0.0.1", "address on which the web server listens")
    port: str = _setting("PORT", "8000", "port on which the web server listens")
    workers: str = _setting(
        "TSUDOI_WORKERS", "", "web processes; 1 on SQLite (always), 2 on PostgreSQL if empty"
    )
    threads: str = _setting("TSUDOI_THREADS", "8", "threads of each web process")
    proxies: str = _setting(
        "TSUDOI_PROXIES", "0", "how many reverse proxies stand in front and set X-Forwarded-*"
    )
    secret: str = _setting(
        "TSUDOI_SECRET_KEY", "", "key for cookies and links; made once in the instance folder if empty"
    )
    smtp_url: str = _setting(
        "TSUDOI_SMTP_URL",
        "",
        "smtp://, smtp+starttls:// or smtps:// server; mail goes to instance/outbox/ if empty",
    )
    sms_url: str = _setting(
        "TSUDOI_SMS_URL",
        "",
        "gateway for SMS as an Apprise address with `{to}` where the number goes; no SMS if empty",
    )
    mail_from: str = _setting("TSUDOI_MAIL_FROM", "tsudoi@localhost", "sender of all mail")
    published: str = _setting(
        "TSUDOI_PUBLISHED",
        "",
        "folder of finished calendar feeds; `published/` in the instance folder if empty",
    )
    access_log: str = _setting(
        "TSUDOI_ACCESS_LOG",
        "",
        "1 writes a line for each request to standard output, secret addresses masked",
    )
    municipality: str = _setting(
        "TSUDOI_MUNICIPALITY", "", "code, prefecture and name for the open data, e.g. `131130 東京都 渋谷区`"
    )
    bounce_to: str = _setting(
        "TSUDOI_BOUNCE_TO",
        "",
        "address to which undeliverable mail returns, as bounce+name@…; the sender if empty",
    )
    tick_seconds: str = _setting("TSUDOI_TICK_SECONDS", "2", "how often the ticker looks for due mail")
    form_seconds: str = _setting(
        "TSUDOI_FORM_SECONDS",
        "",
        "how long a stranger's form must be open before it is sent; 2 on https, else 0 if empty",
    )
    contact: str = _setting(
        "TSUDOI_CONTACT", "", "whom to ask about the service, on the pages of help, privacy and accessibility"
    )
    hold_minutes: str = _setting(
        "TSUDOI_HOLD_MINUTES", "30", "how long a sign-up holds its place until its contact is confirmed"
    )
    practice: str = _setting(
        "TSUDOI_PRACTICE",
        "",
        "1: mail that no server takes is read at /outbox, on this machine alone; `tsudoi run` sets it if empty",
    )
    debug: str = _setting("TSUDOI_DEBUG", "", "1 shows the living page of all parts at /design")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read all settings; an empty value counts as not given."""
        given = {item.name: environment.get(item.metadata["name"], "") for item in fields(cls)}
        return cls(**{name: value for name, value in given.items() if value})

    @property
    def folder(self) -> Path:
        """The instance folder, made when missing."""
        path = Path(self.instance) if self.instance else ROOT / "instance"
        # People's data: for the service's own eyes.
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path.resolve()

    @property
    def published_folder(self) -> Path:
        """The folder of finished feeds."""
        return Path(self.published).resolve() if self.published else self.folder / "published"

    @property
    def database(self) -> str:
        """The database's address; PostgreSQL always with the psycopg 3 driver named."""
        url = self.database_url or f"sqlite:///{self.folder / 'tsudoi.db'}"
        for short in ("postgres://", "postgresql://"):
            if url.startswith(short):
                return "postgresql+psycopg://" + url.removeprefix(short)
        return url

    @property
    def has_sms(self) -> bool:
        """Whether there is a gateway for SMS that can be told a number."""
        return "{to}" in self.sms_url

    @property
    def is_practice(self) -> bool:
        """Whether people who are all on this machine try the service out: mail is read here, and nowhere else."""
        return (
            self.practice == "1"
            and not self.smtp_url
            and self.proxies == "0"
            and {self.host, urlsplit(self.address).hostname} <= HERE
        )

    @property
    def mail_leaves(self) -> bool:
        """Whether mail comes to whoever it is for; without a server it is only written down."""
        return bool(self.smtp_url) or self.is_practice

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is used."""
        return self.database.startswith("sqlite")

    @property
    def address(self) -> str:
        """The address that people see, without a slash at the end."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def is_https(self) -> bool:
        """Whether people reach us encrypted, so that cookies may be kept to that."""
        return urlsplit(self.address).scheme == "https"

    @property
    def form_wait(self) -> timedelta:
        """How long no person needs less for filling in a form: machines come where the public comes, on https."""
        return timedelta(seconds=float(self.form_seconds or (2 if self.is_https else 0)))

    @property
    def hold(self) -> timedelta:
        """How long a sign-up holds its place while nobody has confirmed its contact."""
        return timedelta(minutes=int(self.hold_minutes))

    @property
    def worker_count(self) -> int:
        """How many web processes to start: SQLite's writers take turns fairly in one process only."""
        return 1 if self.is_sqlite else int(self.workers or 2)

    @property
    def secret_key(self) -> str:
        """The secret of this installation; made once, readable by the service alone."""
        if self.secret:
            return self.secret
        path = self.folder / "secret_key"
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        except FileExistsError:
            pass
        return path.read_text()
