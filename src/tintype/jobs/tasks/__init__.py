"""The tasks, each in a file of its own: what it does, and what it takes."""

from tintype.jobs import Task
from tintype.jobs.tasks import (
    backup,
    capture,
    gallery,
    imports,
    publish,
    purge,
    render,
    timeline,
    upkeep,
    webhook,
)

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        publish.TASK,
        capture.TASK,
        render.TASK,
        imports.TASK,
        backup.TASK,
        gallery.TASK,
        timeline.TASK,
        purge.TASK,
        webhook.TASK,
        upkeep.TASK,
    )
}
