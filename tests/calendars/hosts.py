"""Hosts as processes of their own, with one database and one folder between them, that publish at the same moment."""

import multiprocessing
from collections.abc import Sequence
from datetime import datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier

import time_machine

from scheduler import create_app, jobs
from scheduler.config import Settings


def _publish(settings: Settings, moment: datetime, start: Barrier, told: "Queue[int]") -> None:
    with time_machine.travel(moment, tick=False):
        app = create_app(settings)
        with app.app_context():
            start.wait(60)
            told.put(jobs.publish(moment))


def publish_at_once(hosts: Sequence[Settings], moment: datetime) -> list[int]:
    """Let all hosts publish at the same moment; return how many feeds each has written."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", __name__])
    start, told = context.Barrier(len(hosts)), context.Queue()
    started = [context.Process(target=_publish, args=(host, moment, start, told)) for host in hosts]
    for process in started:
        process.start()
    written = [told.get(timeout=60) for _ in started]
    for process in started:
        process.join()
        assert process.exitcode == 0
    return written
