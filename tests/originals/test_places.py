"""Places: credentials sealed, stores opened once and let go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.catalog.tables import UserStore
from tintype.credentials.sealing import Sealing
from tintype.errors import InvalidSettings
from tintype.originals.places import BucketAccess, access_of, sealed_of
from tintype.web.uploads.wiring import tags_in

SEALING = Sealing(["a key of the tests, of thirty-two characters and more"])
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


def record(access: BucketAccess, user_id: str = "ada") -> UserStore:
    options = {
        "endpoint": access.endpoint,
        "region": access.region,
        "path_style": access.path_style,
        "public_url": access.public_url,
    }
    sealed = sealed_of(access, SEALING, user_id)
    return UserStore(
        user_id=user_id, address=access.address, options=options, sealed_credentials=sealed
    )


@given(
    st.builds(
        BucketAccess,
        address=TEXT,
        endpoint=TEXT,
        region=TEXT,
        path_style=st.sampled_from([True, False, None]),
        public_url=TEXT,
        access_key_id=TEXT,
        secret_access_key=TEXT,
    )
)
def test_what_was_sealed_is_opened_and_is_the_same(access: BucketAccess) -> None:
    kept = record(access)
    assert access_of(kept, SEALING) == access
    if len(access.secret_access_key) > 3:
        assert access.secret_access_key not in kept.sealed_credentials
        assert access.secret_access_key not in repr(access).replace(access.address, "")


def test_nobody_opens_what_was_sealed_for_another() -> None:
    access = BucketAccess(
        address="s3://a",
        endpoint="",
        region="",
        path_style=None,
        public_url="",
        access_key_id="id",
        secret_access_key="secret",
    )
    kept = record(access)
    kept.user_id = "bob"
    with pytest.raises(InvalidSettings):
        access_of(kept, SEALING)


@given(st.text(max_size=400))
def test_tags_of_an_upload_are_always_some_that_can_be_kept(text: str) -> None:
    tags = tags_in({"tags": text})
    assert len(tags) <= 100
    assert all(tag == tag.strip() != "" and len(tag) <= 100 for tag in tags)
