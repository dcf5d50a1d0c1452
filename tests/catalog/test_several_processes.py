"""One file of SQLite and several processes, which come and go."""

import subprocess
import sys
from pathlib import Path

from catalog.records import add_user
from tintype.catalog import Catalog, users

COUNT = """
import sys
from tintype.catalog import Catalog, users
catalog = Catalog.open(sys.argv[1])
print(len(catalog.read_now(lambda s: users.page(s, after=None, limit=50)).items))
catalog.close()
"""


def test_a_process_that_ends_leaves_the_log_to_those_that_go_on(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/catalog.db"
    catalog = Catalog.open(url)
    catalog.prepare()

    def count() -> int:
        return len(catalog.read_now(lambda s: users.page(s, after=None, limit=50)).items)

    catalog.read_now(lambda session: count())  # a second connection, opened beside a first one
    for number in range(3):
        add_user(catalog, f"user-{number}@example.org")
        done = subprocess.run(
            [sys.executable, "-c", COUNT, url], capture_output=True, text=True, check=True
        )
        assert int(done.stdout) == count() == number + 1
    catalog.close()
