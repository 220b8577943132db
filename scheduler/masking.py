"""Keep tokens out of logs: what looks like one is cut down to its kind, in messages and in tracebacks."""

import logging
import re
from typing import Any

# A token of a program; the 43 signs of any other token; the proof behind the number of a personal link.
_TOKENS = re.compile(r"(tsudoi_|Bearer\s+|\d+\.|\b)[A-Za-z0-9_-]{43,}")
_formatter = logging.Formatter()


def masked(text: str) -> str:
    """Return text without the tokens in it."""
    return _TOKENS.sub(r"\1…", text)


def _record(*facts: Any, **more: Any) -> logging.LogRecord:
    record = logging.LogRecord(*facts, **more)
    record.msg, record.args = masked(record.getMessage()), None
    if record.exc_info:
        record.exc_text = masked(_formatter.formatException(record.exc_info))
        record.exc_info = None
    return record


def mask_tokens() -> None:
    """Mask whatever this process logs from now on, whoever logs it: the server names addresses, and some are keys."""
    logging.setLogRecordFactory(_record)
