"""Mail as files in a folder, for installations without a mail server and for trying things out."""

import os
import tempfile
from pathlib import Path

from scheduler.notices.channels.email import Sender, build
from scheduler.notices.outlet import ChannelError, OutgoingMessage


class OutboxChannel:
    """Write each message into a file of its own, named after its Message-ID, so that a repeat replaces it."""

    def __init__(self, directory: Path, sender: Sender) -> None:
        self._directory = directory
        self._sender = sender

    def deliver(self, message: OutgoingMessage) -> None:
        """Write one message, whole or not at all; raise ChannelError if there is no room."""
        content = build(message, self._sender).as_bytes()
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._write(self._directory / f"{message.message_id}.eml", content)
        except OSError as error:
            raise ChannelError("nobody_there", str(error)) from error

    def close(self) -> None:
        """Have nothing to let go of."""

    def _write(self, path: Path, content: bytes) -> None:
        handle, unfinished = tempfile.mkstemp(dir=self._directory, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(unfinished).replace(path)
        except BaseException:
            Path(unfinished).unlink()
            raise
