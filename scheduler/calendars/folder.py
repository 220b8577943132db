"""Finished feeds as files, where every web process finds them, and a proxy may.

    published/calendars/public.ics                     all dates in Japanese; public.en.ics in English
    published/calendars/public.ics.gz                  the same, compressed
    published/calendars/tags/parks.ics                 those of one programme, at its address
    published/organizations/midori/calendar.ics        those of one body, at its address
    published/versions/calendars/public.<version>.ics  what the two above are links to, by version

A reader of ours takes the file of just the version that the database is in; a proxy takes the plain names, which are
put in place by renaming, whole or not at all, with the time of publishing as their time.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

SUFFIXES = {False: ".ics", True: ".ics.gz"}
_BLOCK = 1 << 16
Pack = Callable[[Iterable[bytes]], Iterator[bytes]]
_NAME = re.compile(r"[a-z0-9_-]+(/[a-z0-9_-]+)*")
# Few ask for another language: those feeds are made when they are asked for.
_IN = {"ja": "", "en": ".en"}


@dataclass(frozen=True)
class Folder:
    """The folder of finished feeds."""

    path: Path

    @property
    def identity(self) -> str:
        """The folder's own random name: hosts that share the folder read the same."""
        self.path.mkdir(parents=True, exist_ok=True)
        file, new = self.path / "identity", self.path / f".identity.{secrets.token_hex(4)}"
        if not file.exists():
            new.write_text(secrets.token_hex(16))
            # Whole or not at all, and of two who come at once the first.
            with suppress(FileExistsError):
                os.link(new, file)
            new.unlink()
        return file.read_text()

    def file(self, name: str, version: str, zipped: bool) -> Path:
        """Return where a feed lies in this version."""
        return self.path / "versions" / f"{name}.{version}{SUFFIXES[zipped]}"

    def has(self, name: str, version: str) -> bool:
        """Say whether a feed lies here in this version, plain and compressed."""
        return all(self.file(name, version, zipped).exists() for zipped in SUFFIXES)

    def read(self, name: str, version: str, zipped: bool) -> bytes | None:
        """Return a feed's bytes in this version, or None where they are not here."""
        try:
            return self.file(name, version, zipped).read_bytes()
        except OSError:
            return None

    def write(self, name: str, version: str, pieces: Iterable[bytes], pack: Pack, now: datetime) -> None:
        """Put a feed here in a new version, plain and compressed, and take the versions before the last away."""
        plain, packed = (self.file(name, version, zipped) for zipped in SUFFIXES)
        self._put(plain, pieces, now)
        with plain.open("rb") as written:
            self._put(packed, pack(iter(lambda: written.read(_BLOCK), b"")), now)
        for file, suffix in ((plain, ".ics"), (packed, ".ics.gz")):
            self._link(file, self.path / f"{name}{suffix}")
        self._tidy(name)

    def _link(self, file: Path, public: Path) -> None:
        self._open(public.parent)
        new = public.with_name(f".{public.name}.{secrets.token_hex(4)}")
        os.link(file, new)
        new.replace(public)

    def _put(self, file: Path, content: Iterable[bytes], now: datetime) -> None:
        self._open(file.parent)
        new = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        with new.open("wb") as out:
            out.writelines(content)
        new.chmod(0o644)
        os.utime(new, (now.timestamp(), now.timestamp()))
        new.replace(file)

    def _open(self, folder: Path) -> None:
        """Make a folder that a proxy may read, whatever the service's umask: everything in it is public."""
        folder.mkdir(parents=True, exist_ok=True)
        while folder != self.path.parent:
            folder.chmod(0o755)
            folder = folder.parent

    def _tidy(self, name: str) -> None:
        for suffix in SUFFIXES.values():
            pattern = re.compile(rf"{re.escape(name.rpartition('/')[2])}\.[0-9a-f]{{32}}{re.escape(suffix)}")
            there = (self.path / "versions" / name).parent.iterdir()
            mine = [file for file in there if pattern.fullmatch(file.name)]
            # The one before is kept: somebody may be about to read it.
            for file in sorted(mine, key=lambda file: file.stat().st_mtime_ns)[:-2]:
                file.unlink(missing_ok=True)


def published_name(name: str, language: str) -> str:
    """Return the name under which a feed is published in a language; nothing where its address is no file name."""
    return f"{name}{_IN[language]}" if _NAME.fullmatch(name) and language in _IN else ""
