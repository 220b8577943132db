"""The two processes: the web server (gunicorn inside this program), and both together under one foreground command."""

import multiprocessing
import signal
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from scheduler.config import Settings
from scheduler.jobs import run_ticker
from scheduler.web import db

# gunicorn waits this long for requests under way, and so do we for both processes.
GRACE_SECONDS = 20


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn's base class is not typed
    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.served, self.options = app, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.served


def serve(app: Flask, settings: Settings) -> None:
    """Serve pages until told to stop; the application is loaded once and shared by the workers."""

    def forked(arbiter: object, worker: object) -> None:
        # A connection must not be shared over a fork.
        with app.app_context():
            db.engine.dispose(close=False)

    options = {
        "bind": f"{settings.host}:{settings.port}",
        "workers": settings.worker_count,
        "threads": int(settings.threads),
        "worker_class": "gthread",
        "preload_app": True,
        "post_fork": forked,
        "timeout": 60,
        "graceful_timeout": GRACE_SECONDS,
        "loglevel": "warning",
        "accesslog": "-" if settings.access_log else None,
        "control_socket_disable": True,
    }
    _Server(app, options).run()


def run_both(app: Flask, settings: Settings) -> int:
    """Run web server and ticker as two processes until one ends or we are told to stop; return the exit status.

    Both are forked from this one, which has everything loaded already: that halves the time to the first page.
    """
    children = [_forked(lambda: serve(app, settings)), _forked(lambda: run_ticker(app))]
    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not asked and all(child.is_alive() for child in children):
        time.sleep(0.2)
    return _end(children, bool(asked))


def _forked(act: Callable[[], None]) -> BaseProcess:
    child = multiprocessing.get_context("fork").Process(target=act)
    child.start()
    return child


def _end(children: list[BaseProcess], asked: bool) -> int:
    # Ctrl-C reaches the children too; a second, polite signal does no harm.
    for child in children:
        child.terminate()
    for child in children:
        child.join(GRACE_SECONDS + 10)
        if child.is_alive():
            child.kill()
    return 0 if asked else next((child.exitcode for child in children if child.exitcode), 1)
