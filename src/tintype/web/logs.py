"""What the log looks like: a line for people, or an object a line."""

import json
import logging
import sys
import time


class JsonLines(logging.Formatter):
    """One JSON object a line; a trace, which only the log ever has, under `trace`."""

    def format(self, record: logging.LogRecord) -> str:
        """logging.Formatter.format."""
        members: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := getattr(record, "request_id", ""):
            members["request_id"] = request_id
        if record.exc_info:
            members["trace"] = self.formatException(record.exc_info)
        return json.dumps(members, ensure_ascii=False)


class Lines(logging.Formatter):
    """Time, level and sentence, with the request's id where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """logging.Formatter.format. A line stays one line, but for traces."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        request_id = getattr(record, "request_id", "")
        behind = f" [{request_id}]" if request_id else ""
        sentence = " ".join(record.getMessage().splitlines())
        trace = "\n" + self.formatException(record.exc_info) if record.exc_info else ""
        return f"{stamp} {record.levelname.lower()} {sentence}{behind}{trace}"


def configure(log_format: str) -> None:
    """Send the log of the whole process to standard error, warnings and worse."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # uvicorn warns about every garbled request, of which there are many on the open net.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
