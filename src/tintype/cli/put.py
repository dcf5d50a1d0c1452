"""tintype put"""

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from tintype.cli import EXIT_PARTLY
from tintype.cli.files import expand, total_size, uploads_of
from tintype.cli.opening import opened
from tintype.cli.options import attribute_options, attributes_of, json_option
from tintype.cli.progress import Progress, display_for
from tintype.errors import InvalidRequest
from tintype.stores import Store, TakesUploads, Uploaded, UploadOptions
from tintype.targets import Target

EPILOG = """\b
Examples:
  tintype put cat.jpg store:photos/cat.jpg
  tintype put film.mov s3://bucket/films/ --acl public-read
  tintype put film.mov s3://bucket/films/2026.mov --resume
  tintype put --recursive photos/ s3://bucket/photos/ --skip-existing
  tintype put 'scans/*.tif' s3://bucket/scans/ --storage-class STANDARD_IA
  tar c photos | tintype put - s3://bucket/backup/photos.tar
"""


@click.command(epilog=EPILOG)
@click.argument("names", nargs=-1, required=True, metavar="SOURCE... TARGET")
@attribute_options
@click.option("-r", "--recursive", is_flag=True, help="Send all that is in a folder.")
@click.option("--resume", is_flag=True, help="Go on with what an interrupted run left; if this one"
              " is interrupted, leave its parts for the next.")  # fmt: skip
@click.option("--skip-existing", is_flag=True, help="Leave out what is there with the same size and"
              " checksum, found with one listing.")  # fmt: skip
@click.option("--no-clobber", is_flag=True, help="Leave out what has that name; the store is asked"
              " first.")  # fmt: skip
@click.option("--concurrency", type=click.IntRange(1, 64), default=8, show_default=True,
              help="Files sent at once.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Print what would be sent.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@json_option
def command(names: tuple[str, ...], **options: Any) -> int:
    """Send files of any kind and size to a store and print their URLs.

    SOURCE is a file, a folder with --recursive, a pattern in quotes, or - for standard input.
    TARGET is s3://bucket/key, store:key in TINTYPE_STORE, where the service finds its pictures, or
    a file; any with / at its end takes names below it. Memory stays below 64 MiB whatever the size.
    """
    attributes = attributes_of(options)
    *sources, target = names
    if not sources:  # as two arguments, the one given would be taken for the target
        raise click.MissingParameter(
            ctx=click.get_current_context(), param_hint="'TARGET'", param_type="argument"
        )
    aim = Target.parse(target)
    sources = expand(sources)
    if len(sources) > 1 and not aim.is_folder:
        raise InvalidRequest(
            f"Several files cannot share the name {target!r}.", remedy="End it with /."
        )
    if options["dry_run"]:
        return _dry_run(sources, aim, options)
    upload_options = UploadOptions(
        attributes=attributes,
        overwrite=not options["no_clobber"],
        skip_existing=options["skip_existing"],
        resume=options["resume"],
        concurrency=options["concurrency"],
    )
    with opened(aim.store) as store:
        return _send(sources, aim, store, upload_options, options)


def _dry_run(names: list[str], target: Target, options: Any) -> int:
    if options["skip_existing"] or options["no_clobber"]:
        raise InvalidRequest(
            "--dry-run does not ask the store what is there.",
            remedy="Leave out --skip-existing and --no-clobber, or --dry-run.",
        )
    for upload in uploads_of(names, target, recursive=options["recursive"]):
        name = str(upload.content) if isinstance(upload.content, Path) else "standard input"
        event = {"event": "planned", "source": name, "store": target.store, "key": upload.key}
        line = f"{name} -> {target.address(upload.key)}"
        print(json.dumps(event, ensure_ascii=False) if options["as_json"] else line)
    return 0


def _send(
    names: list[str], target: Target, store: Store, upload_options: UploadOptions, options: Any
) -> int:
    assert isinstance(store, TakesUploads)
    display = display_for(as_json=options["as_json"], quiet=options["quiet"])
    total = 0
    if display:
        total = total_size(uploads_of(names, target, recursive=options["recursive"]))
    uploads = uploads_of(names, target, recursive=options["recursive"])
    with Progress(display, total) as progress:
        outcome = Outcome(store, progress, as_json=options["as_json"])
        results = store.upload(uploads, upload_options, on_bytes=progress.add)
        with closing(results):  # on Ctrl-C: what is under way is stopped and aborted
            for uploaded in results:
                outcome.add(uploaded)
    return outcome.finish()


class Outcome:
    """Prints what became of each file, and knows the exit code."""

    def __init__(self, store: Store, progress: Progress, *, as_json: bool) -> None:
        self._store, self._progress, self._as_json = store, progress, as_json
        self._done, self._skipped, self._failures = 0, 0, list[Uploaded]()

    def add(self, uploaded: Uploaded) -> None:
        """Print one: its URL, or why it failed."""
        if uploaded.error:
            self._failures.append(uploaded)
        elif uploaded.skipped:
            self._skipped += 1
        else:
            self._done += 1
        self._progress.files += 1
        if self._as_json:
            self._progress.say(json.dumps(self._event(uploaded), ensure_ascii=False))
        elif not uploaded.error:
            self._progress.say(self._store.url(uploaded.upload.key))
        if uploaded.error:
            content = uploaded.upload.content
            name = content if isinstance(content, Path) else "standard input"
            sentence = " ".join(str(uploaded.error).split())
            self._progress.say(f"tintype: {name}: {sentence}", sys.stderr)

    def _event(self, uploaded: Uploaded) -> dict[str, object]:
        key = uploaded.upload.key
        event: dict[str, object] = {"event": "done", "key": key, "url": self._store.url(key)}
        if uploaded.stat:
            event |= {"size": uploaded.stat.size, "etag": uploaded.stat.etag}
        if uploaded.skipped:
            event |= {"event": "skipped", "reason": uploaded.skipped}
        if uploaded.error:
            event |= {
                "event": "failed",
                "code": uploaded.error.code,
                "error": str(uploaded.error),
            }
        return event

    def finish(self) -> int:
        """The exit code: 0, 4 when some failed, or the first failure's own when all did."""
        if not self._failures:
            return 0
        error = self._failures[0].error
        assert error
        return EXIT_PARTLY if self._done or self._skipped else error.exit_code
