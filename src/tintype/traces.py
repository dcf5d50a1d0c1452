"""What an error holds on to: through its trace, everything that the frames in it had in hand."""

import traceback


def release(error: BaseException) -> None:
    """Let go of the pictures in the frames of an error and of what led to it, all of which have
    ended. Its trace can still be printed.

    An error that is remembered, or waits for the garbage collector, would keep them for that long.
    """
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        each = pending.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            traceback.clear_frames(each.__traceback__)
            pending += [each.__cause__, each.__context__]
