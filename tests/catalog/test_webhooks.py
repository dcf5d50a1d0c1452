"""Webhooks: messages are queued with what they tell of, and with the jobs that send them."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from catalog.records import add_user
from tintype.catalog import Catalog, Session, job_runs, users, webhooks
from tintype.catalog.columns import now
from tintype.catalog.tables import Job, User, WebhookDelivery, WebhookEndpoint
from tintype.catalog.webhooks import Claimed
from tintype.errors import InvalidRecord, RecordNotFound
from tintype.ids import new_id


@pytest.fixture
def user(catalog: Catalog) -> User:
    return add_user(catalog)


@pytest.fixture
def endpoint(catalog: Catalog, user: User) -> WebhookEndpoint:
    return add(catalog, user)


def add(catalog: Catalog, user: User, *events: str) -> WebhookEndpoint:
    kinds = list(events) or ["original.added"]
    return catalog.run_now(
        lambda session: webhooks.add(
            session, user.id, "https://shop.example/hook", sealed_secret="sealed", events=kinds
        )
    )


def tell(catalog: Catalog, user: User, event: str = "original.added") -> int:
    return catalog.run_now(lambda s: webhooks.tell(s, user.id, event, {"id": "ä"}))


def claim(catalog: Catalog) -> list[Claimed]:
    """What the jobs that were queued would send."""
    due = catalog.run_now(lambda s: [s.get_one(Job, h.job_id) for h in job_runs.take_due(s, 100)])
    assert all((job.task, job.is_internal) == ("webhook", True) for job in due)
    found = [
        catalog.run_now(lambda s, job=job: webhooks.claim(s, job.args["delivery"])) for job in due
    ]
    return [claimed for claimed in found if claimed]


def listed(catalog: Catalog, endpoint: WebhookEndpoint) -> list[WebhookDelivery]:
    return catalog.read_now(lambda s: webhooks.deliveries(s, endpoint, after=None)).items


def test_those_who_asked_are_told(catalog: Catalog, user: User, endpoint: WebhookEndpoint) -> None:
    other = add(catalog, add_user(catalog, "grace@example.org"))
    deaf = add(catalog, user, "original.failed")
    assert tell(catalog, user) == 1
    assert tell(catalog, user, "nothing.known") == 0
    (claimed,) = claim(catalog)
    assert claimed.endpoint.id == endpoint.id
    assert (claimed.delivery.event, claimed.delivery.payload) == ("original.added", {"id": "ä"})
    assert listed(catalog, other) == listed(catalog, deaf) == []


def test_what_was_not_done_is_not_told(
    catalog: Catalog, user: User, endpoint: WebhookEndpoint
) -> None:
    class Refusal(Exception):
        pass

    def work(session: Session) -> None:
        webhooks.tell(session, user.id, "original.added", {})
        raise Refusal

    with pytest.raises(Refusal):
        catalog.run_now(work)
    assert listed(catalog, endpoint) == []


def test_a_message_is_tried_until_it_is_settled(
    catalog: Catalog, user: User, endpoint: WebhookEndpoint
) -> None:
    tell(catalog, user)
    (first,) = claim(catalog)
    assert claim(catalog) == []
    settle(catalog, first, "503")
    delivery_id = first.delivery.id
    second = catalog.run_now(lambda s: webhooks.claim(s, delivery_id))
    assert second
    assert (second.delivery.id, second.delivery.tries) == (delivery_id, 2)
    settle(catalog, second, "200", delivered=True)
    assert catalog.run_now(lambda s: webhooks.claim(s, delivery_id)) is None
    (done,) = listed(catalog, endpoint)
    assert (done.tries, done.answer, done.due_at) == (2, "200", None)
    assert done.delivered_at


def test_an_endpoint_that_is_switched_off_is_told_nothing(
    catalog: Catalog, user: User, endpoint: WebhookEndpoint
) -> None:
    tell(catalog, user)
    catalog.run_now(lambda s: webhooks.switch_off(s, endpoint.id))
    assert tell(catalog, user) == 0
    assert claim(catalog) == []


def test_a_star_stands_for_all_events(catalog: Catalog, user: User) -> None:
    add(catalog, user, "*")
    assert tell(catalog, user, "nothing.known") == 1


def settle(catalog: Catalog, claimed: Claimed, answer: str, *, delivered: bool = False) -> None:
    delivery_id = claimed.delivery.id
    catalog.run_now(lambda s: webhooks.settle(s, delivery_id, answer, delivered=delivered))


def test_a_message_that_is_given_up_is_kept_to_be_looked_at_for_a_while(
    catalog: Catalog, user: User, endpoint: WebhookEndpoint
) -> None:
    tell(catalog, user)
    (claimed,) = claim(catalog)
    settle(catalog, claimed, "x" * 1000)
    (given_up,) = listed(catalog, endpoint)
    assert (given_up.delivered_at, given_up.answer) == (None, "x" * 200)
    catalog.run_now(webhooks.sweep)
    assert listed(catalog, endpoint)
    old = update(WebhookDelivery).values(created_at=now() - webhooks.KEPT - timedelta(hours=1))
    catalog.run_now(lambda session: session.execute(old))
    catalog.run_now(webhooks.sweep)
    assert listed(catalog, endpoint) == []


def test_messages_are_listed_newest_first_on_pages(
    catalog: Catalog, user: User, endpoint: WebhookEndpoint
) -> None:
    for _ in range(5):
        tell(catalog, user)
    seen: list[str] = []
    after = None
    while True:
        page = catalog.read_now(
            lambda s, a=after: webhooks.deliveries(s, endpoint, after=a, limit=2)
        )
        seen += [each.id for each in page.items]
        after = page.after
        if after is None:
            break
    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)
    with pytest.raises(InvalidRecord, match="cursor"):
        catalog.read_now(lambda s: webhooks.deliveries(s, endpoint, after="x"))


def test_an_endpoint_of_somebody_else_is_not_found(
    catalog: Catalog, user: User, endpoint: WebhookEndpoint
) -> None:
    other = add_user(catalog, "grace@example.org")
    for endpoint_id in (endpoint.id, "", "' OR 1=1 --", new_id()):
        with pytest.raises(RecordNotFound):
            catalog.run_now(lambda s, i=endpoint_id: webhooks.remove(s, other.id, i))
    assert catalog.read_now(lambda s: webhooks.of_user(s, other.id)) == []


def test_an_endpoint_goes_with_its_messages_and_with_its_user(
    catalog: Catalog, user: User, endpoint: WebhookEndpoint
) -> None:
    tell(catalog, user)
    (claimed,) = claim(catalog)
    catalog.run_now(lambda s: webhooks.remove(s, user.id, endpoint.id))
    settle(catalog, claimed, "too late")
    assert listed(catalog, endpoint) == []
    second = add(catalog, user)
    catalog.run_now(lambda s: users.remove(s, user.id, version=None))
    with pytest.raises(RecordNotFound):
        catalog.read_now(lambda s: webhooks.get(s, user.id, second.id))


def test_no_secret_is_in_a_repr(endpoint: WebhookEndpoint) -> None:
    assert "sealed" not in repr(endpoint)
