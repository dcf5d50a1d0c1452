"""The states of jobs and items, as they are kept."""

OPEN = "open"  # items are still being added to it
WAITING = "waiting"  # for its turn, or for the time of the next try
RUNNING = "running"  # somebody has it in work; a batch: its lots are worked off
DONE = "done"
PARTLY = "partly"  # a batch of which some items failed
FAILED = "failed"
SKIPPED = "skipped"  # an item that was done before, or need not be done
CANCELLED = "cancelled"

UNFINISHED = (OPEN, WAITING, RUNNING)
FINISHED = (DONE, PARTLY, FAILED, CANCELLED)
STATES = (*UNFINISHED, *FINISHED)
