"""Photos of Flickr in the jobs of users: read as who the job is of, and never as the operator."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from catalog.records import add_user
from jobs.kit import Jobs
from servers.demo import CONSUMER, Demo
from tintype.app_providers import open_kept, purpose
from tintype.catalog import connections, job_items
from tintype.catalog.tables import Job, Original
from tintype.credentials.sealing import Sealing
from tintype.flickr.demo.account import FIRST_ID
from tintype.jobs.accepting import Order, accept
from tintype.providers.kept import Connection, secrets_of
from tintype.settings import ApiSettings, Settings

ALBUM = "flickr:album:72157600000000002"  # five photos, of which one is private
PRIVATE = f"flickr:{FIRST_ID + 3}"


@pytest.fixture
def working(on_sqlite: Jobs, demo: Demo) -> Iterator[Settings]:
    """Settings with a worker behind them, whose operator is signed in."""
    settings = Settings(
        data=on_sqlite.settings.data,
        providers=demo.settings,
        api=ApiSettings(sealing_key=("a key of tests that seals what users have",)),
    )
    open_kept(settings).keep(Connection(provider="flickr", consumer=CONSUMER, token=demo.token()))
    with on_sqlite.worker_of_all(settings):
        yield settings


def connect(kit: Jobs, settings: Settings, demo: Demo, user_id: str) -> None:
    """As if in a browser."""
    connection = Connection(provider="flickr", consumer=CONSUMER, token=demo.token())
    sealing = Sealing.of_settings(settings.api.sealing_key, settings.data)
    sealed = sealing.seal(secrets_of(connection), purpose(user_id, "flickr"))
    kit.catalog.run_now(
        lambda session: connections.put(
            session, user_id, "flickr", consumer_key=CONSUMER.key, sealed=sealed, about={}
        )
    )


def done(kit: Jobs, user_id: str, **args: object) -> Job:
    order = Order(task="import", args=args, user_id=user_id)
    return kit.finished(accept(kit.catalog, order)[0])


def sources_of(kit: Jobs, user_id: str) -> set[str]:
    """What a user's originals are from."""
    query = select(Original.source).where(Original.user_id == user_id)
    return set(kit.catalog.read_now(lambda session: list(session.scalars(query))))


def test_a_connected_user_imports_an_album_private_photos_included(
    on_sqlite: Jobs, working: Settings, demo: Demo
) -> None:
    user_id = add_user(on_sqlite.catalog, "ada@example.org").id
    connect(on_sqlite, working, demo, user_id)
    job = done(on_sqlite, user_id, list=ALBUM)
    assert (job.state, job.done) == ("done", 5)
    assert PRIVATE in sources_of(on_sqlite, user_id)


def test_who_is_not_connected_sees_nothing_as_the_operator(
    on_sqlite: Jobs, working: Settings
) -> None:
    user_id = add_user(on_sqlite.catalog, "eve@example.org").id
    job = done(on_sqlite, user_id, source=PRIVATE)
    items = on_sqlite.catalog.read_now(lambda s: job_items.page(s, job, state="failed", limit=9))
    reasons = [job.reason, *(each.reason for each in items.items)]
    assert job.state == "failed"
    assert any("You are not connected to Flickr. Connect your account" in r for r in reasons)
    assert done(on_sqlite, user_id, list=ALBUM).state == "failed"
    assert sources_of(on_sqlite, user_id) == set()


def test_a_consent_that_is_taken_back_is_told(
    on_sqlite: Jobs, working: Settings, demo: Demo
) -> None:
    user_id = add_user(on_sqlite.catalog, "bob@example.org").id
    connect(on_sqlite, working, demo, user_id)
    demo.state.trouble.order("revoked")
    job = done(on_sqlite, user_id, source=PRIVATE)
    items = on_sqlite.catalog.read_now(lambda s: job_items.page(s, job, state="failed", limit=9))
    reasons = " ".join([job.reason, *(each.reason for each in items.items)])
    assert "token_revoked. Connect your account there" in reasons
