"""What the tests of other people's clients share: pictures to send, and the customer who sends."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import httpx2

SAMPLES = Path(__file__).parent.parent / "src" / "tintype" / "pictures"
PICTURE = (SAMPLES / "plate.png").read_bytes()
LARGE = PICTURE + bytes(range(256)) * 45_000  # three parts of 5 MiB, the last one shorter


@dataclass
class Customer:
    """The customer's own server, which has a key to the service, and its pages."""

    api: httpx2.Client
    site: str

    @property
    def base(self) -> str:
        """The URL of the service."""
        return str(self.api.base_url).rstrip("/")

    def ticket(self) -> str:
        return str(self.ticket_answer()["ticket"])

    def ticket_answer(self) -> dict[str, object]:
        answer = self.api.post("/api/v1/uploads/tickets", json={"expires_in": 600})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def register(self, key: str) -> str:
        """What has arrived in the bucket becomes an original; its URL."""
        answer = self.api.post("/api/v1/uploads/s3/register", json={"key": key})
        assert answer.status_code == 201, answer.text
        return answer.json()["url"]

    def original(self, url: str) -> bytes:
        """The bytes of an original, by the address of its record."""
        record = self.api.get(url)
        assert record.status_code == 200, record.text
        content = self.api.get(record.json()["content_url"])
        assert content.status_code == 200, content.text
        assert record.json()["sha256"] == hashlib.sha256(content.content).hexdigest()
        return content.content
