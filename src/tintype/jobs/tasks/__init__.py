"""The tasks, each in a file of its own."""

from tintype.jobs import Task

TASKS: dict[str, Task] = {}
