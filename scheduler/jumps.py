"""Whether the host's clock can be believed: one that jumps ahead would remind people too early, beyond recall."""

import logging
from dataclasses import dataclass
from datetime import datetime

log = logging.getLogger(__name__)

_JUMP_SECONDS = 600
_HOLD_SECONDS = 60


@dataclass
class Jumps:
    """Watches the wall clock beside the one that nobody can set.

    A host that slept is no jump: both clocks went on. Set back, nothing need be done, since states and not times say
    what was sent. Set ahead by ten minutes or more, all is held for a minute; if the clock stands by it, it was right.
    """

    wall: datetime | None = None
    up: float = 0.0
    held_until: float = 0.0

    def hold(self, wall: datetime, up: float) -> bool:
        """Look at both clocks and say whether to wait."""
        if self.wall is not None:
            ahead = (wall - self.wall).total_seconds() - (up - self.up)
            if ahead >= _JUMP_SECONDS:
                log.warning("the clock has jumped ahead by %d s; nothing is sent for a minute", ahead)
                self.held_until = up + _HOLD_SECONDS
            elif ahead <= -_JUMP_SECONDS:
                self.held_until = 0.0
        self.wall, self.up = wall, up
        return up < self.held_until
