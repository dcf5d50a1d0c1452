"""What is wrong with a request, in the words that clients of the protocol know.

AST's own list is lost. The codes and sentences are those of its sister service (Alexa Web Search,
2007-03-15); the statuses are those that Amazon has for these codes elsewhere.
"""

from tintype.errors import InvalidRequest

LONGEST = 100  # characters of what was sent, in a sentence


class AstRefused(InvalidRequest):
    """A request that cannot be answered. `word` is what the answer's `Code` says, `answered` its
    HTTP status.
    """

    def __init__(
        self, message: str, *, remedy: str = "", word: str = "InvalidRequest", answered: int = 400
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.word, self.answered = word, answered


def missing_action() -> AstRefused:
    """There is no Action."""
    return AstRefused("The request must contain the parameter Action.", word="MissingAction")


def invalid_action(action: str) -> AstRefused:
    """An Action that this protocol does not have; case counts, as it always did."""
    return AstRefused(
        f"The action {action[:LONGEST]} is not valid for this web service.", word="InvalidAction"
    )


def missing(parameter: str) -> AstRefused:
    """A parameter without which there is no answer."""
    return AstRefused(
        f"The request must contain the parameter {parameter}.", word="MissingParameter"
    )


def invalid(parameter: str, value: str, reason: str) -> AstRefused:
    """A parameter that cannot be what it is; `reason` is a clause without a full stop."""
    return AstRefused(
        f"Value {value[:LONGEST]} for parameter {parameter} is invalid. Reason: {reason}.",
        word="InvalidParameterValue",
    )


def missing_key() -> AstRefused:
    """Nobody says whose request it is."""
    return AstRefused(
        "The request must contain the parameter AWSAccessKeyId.",
        word="MissingClientTokenId",
        answered=403,
    )


def unknown_key() -> AstRefused:
    """There is no such key, it is revoked, or it is not for this."""
    return AstRefused(
        "The AWS Access Key Id you provided does not exist in our records.",
        word="InvalidClientTokenId",
        answered=403,
    )


def wrong_signature() -> AstRefused:
    """Signed by neither dialect with the secret of that key."""
    return AstRefused(
        "The request signature we calculated does not match the signature you provided. Check your"
        " AWS Secret Access Key and signing method.",
        word="SignatureDoesNotMatch",
        answered=403,
    )


def expired(timestamp: str) -> AstRefused:
    """Signed more than 15 minutes ago, or in the future."""
    return AstRefused(
        f"Request has expired. Timestamp date is {timestamp[:LONGEST]}.", word="RequestExpired"
    )


def too_often() -> AstRefused:
    """More requests than one key may send."""
    return AstRefused("Request limit exceeded.", word="RequestLimitExceeded", answered=503)


def internal() -> AstRefused:
    """Our side's fault, which passes or not."""
    return AstRefused(
        "We encountered an internal error. Please try again.", word="InternalError", answered=500
    )
