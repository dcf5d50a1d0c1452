"""The settings of background jobs."""

from dataclasses import dataclass

from tintype.settings_reader import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSettings:
    """Work in the background: who does it, how much at once, how long it is remembered."""

    embedded: bool = setting(
        True,
        "TINTYPE_JOBS_EMBEDDED",
        "The service works jobs off itself; false where processes of `tintype worker` do.",
    )
    bulk: int = setting(
        8,
        "TINTYPE_JOBS_BULK",
        "Lots of batches in work at once in one process; all processes should have the same.",
        least=1,
        most=64,
    )
    queues: tuple[str, ...] = setting(
        (),
        "TINTYPE_JOB_QUEUES",
        "Queues that this process works off, by comma; empty: all.",
        choices=("quick", "bulk", "captures", "webhooks", "upkeep"),
    )
    rates: tuple[str, ...] = setting(
        (),
        "TINTYPE_JOB_RATES",
        "Most calls of a provider by all workers together, by comma: flickr=3600/h,"
        "example.org=10/s:20 (20 may come at once).",
    )
    age: int = setting(
        30 * 86_400,
        "TINTYPE_JOB_AGE",
        "How long finished jobs can be looked at, in seconds.",
        duration=True,
    )
