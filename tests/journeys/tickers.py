"""Tickers as processes of their own, which find it to be the evening before, and which can be killed."""

import multiprocessing
from datetime import datetime
from multiprocessing.context import ForkServerProcess
from types import TracebackType

import time_machine

from scheduler import create_app, jobs
from scheduler.config import Settings


def tick(settings: Settings, moment: datetime) -> None:
    """Do once what is due at that moment."""
    with time_machine.travel(moment, tick=False):
        jobs.tick(create_app(settings))


class Tickers:
    """All tickers of a test; none survives the block."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._started: list[ForkServerProcess] = []
        # One process imports everything and forks the others: a start takes some milliseconds.
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["pytest", __name__])

    def __enter__(self) -> "Tickers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._started:
            process.kill()
            process.join()
            process.close()

    def start(self, moment: datetime) -> ForkServerProcess:
        """Start one more."""
        process = self._context.Process(target=tick, args=(self._settings, moment))
        process.start()
        self._started.append(process)
        return process

    def run(self, *moments: datetime) -> None:
        """Let as many as there are moments tick at once, and wait for them."""
        for process in [self.start(moment) for moment in moments]:
            process.join()
            assert process.exitcode == 0
