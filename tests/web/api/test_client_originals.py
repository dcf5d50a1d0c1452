"""The client's side of originals, against the real service."""

import io
from pathlib import Path

import pytest

import tintype
from servers.api import Api, Person
from web.api.kit import opened, picture


def test_originals_from_the_first_to_the_last(served: Api, person: Person, tmp_path: Path) -> None:
    file = tmp_path / "garden.png"
    file.write_bytes(picture(5000))
    with tintype.Client(served.url, api_key=person.key) as client:
        made = client.originals.upload(file, tags=["rose", "tulip"])
        assert (made["name"], made["tags"]) == ("garden.png", ["rose", "tulip"])
        other = client.originals.upload(io.BytesIO(picture(5001)), name="other.png")
        assert [each["id"] for each in client.originals.list(tag=["rose", "tulip"])] == [made["id"]]
        assert len([*client.pages("/api/v1/originals", {}, limit=1)]) == 2
        target = io.BytesIO()
        client.originals.content(made["id"], target)
        assert target.getvalue() == file.read_bytes()
        changed = client.originals.change(made, name="Rosengarten")
        assert client.originals.get(made["id"]) == changed
        rendition = client.originals.render(made["id"], width=40, key="rosen.png")
        shown = client.http.get(rendition["url"])
        assert opened(shown.content).size[0] == 40
        assert [each["id"] for each in client.originals.renditions(made["id"])] == [rendition["id"]]
        client.originals.delete(changed)
        assert [each["id"] for each in client.originals.list()] == [other["id"]]
        with pytest.raises(tintype.errors.RequestRefused, match="no such record"):
            client.originals.content(made["id"], target)
        with pytest.raises(tintype.errors.RequestRefused, match="http://"):
            client.originals.add("ftp://example.org/a.png")


def test_a_text_is_the_path_of_a_file(served: Api, person: Person, tmp_path: Path) -> None:
    file = tmp_path / "hills.png"
    file.write_bytes(content := picture(5003))
    with tintype.Client(served.url, api_key=person.key) as client:
        made = client.originals.upload(str(file))
        assert (made["name"], made["size"]) == ("hills.png", len(content))
        with pytest.raises(FileNotFoundError):
            client.originals.upload("no such file.png")


def test_a_record_does_as_well_as_an_id(served: Api, person: Person) -> None:
    with tintype.Client(served.url, api_key=person.key) as client:
        made = client.originals.upload(io.BytesIO(content := picture(5004)), name="r.png")
        rendition = client.originals.render(made, width=20)
        assert [each["id"] for each in client.originals.renditions(made)] == [rendition["id"]]
        client.originals.content(made, target := io.BytesIO())
        assert target.getvalue() == content
        assert client.originals.get(made) == client.originals.get(made["id"])


def test_a_user_with_originals_goes_with_them_only(served: Api, person: Person) -> None:
    with tintype.Client(served.url, api_key=person.key) as own:
        own.originals.upload(io.BytesIO(picture(5005)), name="theirs.png")
    with tintype.Client(served.url, api_key=served.admin.key) as client:
        user = client.user(person.id)
        with pytest.raises(tintype.errors.RequestRefused) as refused:
            client.remove_user(user)
        assert refused.value.answered == 409
        client.remove_user(user, cascade=True)
        with pytest.raises(tintype.errors.RequestRefused, match="no such record"):
            client.user(person.id)


@pytest.mark.parametrize("url", ["127.0.0.1:8911", "localhost:8911", "", "http://", "https://[x"])
def test_an_address_without_a_scheme_is_refused_at_once(url: str) -> None:
    with pytest.raises(tintype.errors.InvalidRequest, match="scheme"):
        tintype.Client(url, api_key="tintype_live_x")


def test_signed_requests_bring_files_too(served: Api, person: Person, tmp_path: Path) -> None:
    file = tmp_path / "signed.png"
    file.write_bytes(picture(5002))
    with served.client(person) as own:
        wanted = {"name": "signs", "scopes": ["originals:read", "uploads:write"]}
        key = own.post("/api/v1/access-keys", json=wanted).json()
    with tintype.Client(served.url, access_key_id=key["id"], secret=key["secret"]) as client:
        made = client.originals.upload(file)
        assert [each["id"] for each in client.originals.list()] == [made["id"]]
