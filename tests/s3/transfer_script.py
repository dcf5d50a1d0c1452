"""What a test runs in a process of its own, to interrupt or kill it there."""

import json
import sys
from pathlib import Path

from tintype.errors import TintypeError
from tintype.s3.client import Client
from tintype.s3.download import fetch_object
from tintype.s3.transfer import send_object, upload_all
from tintype.settings import S3Settings
from tintype.stores import Upload, UploadOptions


def main(what: str, settings: str, bucket: str, key: str, path: str) -> None:
    """Do one thing, with `+` behind its name so that it can be resumed."""
    client = Client(S3Settings(**json.loads(settings)), bucket)
    resume = what.endswith("+")
    match what.rstrip("+"):
        case "send":
            send_object(client, key, Path(path), resume=resume)
        case "pipe":
            send_object(client, key, sys.stdin.buffer)
        case "fetch":
            fetch_object(client, key, Path(path), resume=resume)
        case "batch":
            uploads = (Upload(file, file.name) for file in sorted(Path(path).iterdir()))
            for uploaded in upload_all(client, key, uploads, UploadOptions(resume=resume)):
                assert not uploaded.error, uploaded.error


try:
    main(*sys.argv[1:])
except TintypeError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
