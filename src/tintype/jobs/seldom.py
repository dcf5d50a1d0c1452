"""Seldom: a log that says the same thing once in a while, however often it happens."""

import logging
import time

PAUSE = 30.0  # seconds between two lines that begin alike
ALIKE = 40  # characters
LONGEST = 300


class Seldom(logging.Filter):
    """For loggers whose warnings come from loops, many times a second while a database is away.

    Warnings are shortened to their first line. Errors pass as they are.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line is written."""
        if record.levelno != logging.WARNING:
            return True
        text = record.getMessage().strip().partition("\n")[0][:LONGEST]
        record.msg, record.args, record.exc_info = text, (), None
        moment, begin = time.monotonic(), text[:ALIKE]
        if moment - self._said.get(begin, -PAUSE) < PAUSE:
            return False
        self._said = {k: v for k, v in self._said.items() if moment - v < PAUSE}
        self._said[begin] = moment
        return True
