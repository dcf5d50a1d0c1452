"""What oauthlib's server side asks of a provider. Formats are looked at in `checking.py`."""

# ruff: noqa: ARG002 - the names of the arguments are oauthlib's

from typing import Any

from oauthlib.oauth1 import RequestValidator

from tintype.flickr.demo.state import WINDOW, State

NOBODY = "nobody"


class Validator(RequestValidator):  # type: ignore[misc]
    """Answers for the state."""

    def __init__(self, state: State) -> None:
        super().__init__()
        self._state = state

    enforce_ssl = False  # it is on this machine
    timestamp_lifetime = WINDOW
    dummy_client = dummy_request_token = dummy_access_token = NOBODY

    def check_client_key(self, client_key: str) -> bool:
        """Keys of any form: the six that follow, too."""
        return bool(client_key)

    check_request_token = check_access_token = check_nonce = check_verifier = check_client_key

    def check_realms(self, realms: list[str]) -> bool:
        """There are none."""
        return True

    def get_client_secret(self, client_key: str, request: Any) -> str:
        """Of an application."""
        return self._state.apps.get(client_key, NOBODY)

    def get_request_token_secret(self, client_key: str, token: str, request: Any) -> str:
        """Of a request token."""
        return self._state.token_secret(token) or NOBODY

    get_access_token_secret = get_request_token_secret

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        """Whether there is such an application."""
        return client_key in self._state.apps

    def validate_request_token(self, client_key: str, token: str, request: Any) -> bool:
        """Whether it is this application's, and not used."""
        found = self._state.requests.get(token)
        return bool(found and found.app == client_key and not found.is_used)

    def validate_access_token(self, client_key: str, token: str, request: Any) -> bool:
        """Whether it is this application's, and not taken back."""
        found = self._state.grants.get(token)
        return bool(found and found.app == client_key and not found.is_revoked)

    def validate_timestamp_and_nonce(
        self,
        client_key: str,
        timestamp: str,
        nonce: str,
        request: Any,
        request_token: str | None = None,
        access_token: str | None = None,
    ) -> bool:
        """Once for each combination."""
        spent = (client_key, timestamp, nonce, request_token or access_token or "")
        if spent in self._state.nonces:
            return False
        self._state.nonces.add(spent)
        return True

    def validate_verifier(self, client_key: str, token: str, verifier: str, request: Any) -> bool:
        """Whether it is the one that the user was given."""
        found = self._state.requests.get(token)
        return bool(found and found.verifier and found.verifier == verifier)

    def validate_redirect_uri(self, client_key: str, uri: str, request: Any) -> bool:
        """Any: the applications of this provider have none registered."""
        return True

    def validate_requested_realms(self, client_key: str, realms: Any, request: Any) -> bool:
        """There are none."""
        return True

    def validate_realms(
        self,
        client_key: str,
        token: str,
        request: Any,
        uri: Any = None,
        realms: Any = None,
    ) -> bool:
        """There are none."""
        return True

    def get_default_realms(self, client_key: str, request: Any) -> list[str]:
        """There are none."""
        return []
