"""Every error that Tintype raises, and what each edge does with it.

    TintypeError
    ├── InvalidRequest            what was asked for makes no sense          400, exit 2
    │   ├── InvalidSource         an address that no loader understands      400, exit 2
    │   ├── InvalidTransform      a size, box, filter or argument refused    400, exit 2
    │   ├── InvalidKey            a name that not every store can keep       400, exit 2
    │   ├── InvalidSettings       wrong settings, all mistakes at once       500, exit 2
    │   ├── InvalidRecord         a record with wrong fields, each named     422, exit 2
    │   ├── SignatureRefused      a URL that nobody with a key has signed    403, exit 2
    │   │   └── SignatureMissing  a URL without a signature                  403, exit 2
    │   ├── UrlExpired            a URL whose time is over                   410, exit 2
    │   ├── PasswordRefused       too short to be a password                 422, exit 2
    │   └── CredentialsRefused    who asks is not who he says                401, exit 2
    │       ├── SignInRefused     a wrong email address or password          401, exit 2
    │       └── SigningRefused    signed at another time, twice, or in part  401, exit 2
    ├── UploadError               an upload that cannot go on like that      400, exit 2
    │   ├── UploadNotFound        never begun, over, or another person's     404
    │   ├── UploadConflict        it stands elsewhere than the client thinks 409
    │   ├── UploadTooLong         more bytes than announced or allowed       413
    │   ├── UploadTypeRefused     the bytes are not of a type that is taken  415
    │   ├── UploadBusy            another request works on it; may pass      423, retryable
    │   └── UploadChecksumWrong   what arrived is not what was announced     460
    ├── Overloaded                no slot now; a later try may succeed       503, retryable
    ├── WorkTimeout               the work took longer than allowed          504
    ├── SourceError               the original could not be had              502
    │   ├── SourceNotFound        nothing is there                           404
    │   ├── OtherPictureNotFound  nor is a picture that a filter names       404
    │   ├── SourceForbidden       it is there, and not for us                403
    │   ├── AddressRefused        an address that nothing of ours talks to   502
    │   ├── SourceUnavailable     the other side failed; may pass            502, retryable
    │   ├── PageNotCaptured       a page of which there is no picture        502
    │   ├── PageUnavailable       nor now, but perhaps later                 502, retryable
    │   ├── NoArticle             a page on which there is no article        422
    │   ├── SourceTimeout         the other side was too slow; may pass      504, retryable
    │   └── TooLarge              more bytes than the limit                  413
    ├── ImageError                the bytes are not a picture we can use     422
    │   ├── UnsupportedFormat     not a picture, or of a kind we do not read 415
    │   ├── CorruptImage          begins as a picture and breaks off         422
    │   └── ImageTooBig           more pixels or frames than the limit       413
    ├── StoreError                the store could not do it                  502
    │   ├── KeyNotFound           no such object                             404
    │   ├── KeyExists             already there, and was not to be replaced  412
    │   ├── KeyConflict           would be a file and a folder at once        409
    │   ├── StoreNotFound         no such bucket or folder                   404
    │   ├── StoreDenied           credentials missing, wrong or too weak     403
    │   ├── EndpointRefused       a server that nothing of ours talks to     502
    │   ├── AclRefused            the store keeps no ACLs                    403
    │   ├── ClockSkewed           our clock and the store's disagree         403
    │   ├── StoreFull             no room                                    507
    │   ├── StoreUnavailable      the store failed; may pass                 503, retryable
    │   └── ChecksumMismatch      what arrived is not what was sent          502, retryable
    ├── CatalogError              the database could not do it               500
    │   ├── CatalogUnavailable    it is away, busy or full; may pass         503, retryable
    │   ├── CatalogOutdated       its tables are those of another version    500, exit 2
    │   ├── RecordNotFound        no such record, or not for who asks        404
    │   ├── RecordExists          another record has what must be unique     409
    │   │   ├── EmailTaken        another user has this address              409
    │   │   └── OriginalsLeft     a user who has originals is not removed    409
    │   ├── LastAdministrator     there would be none left                   409
    │   ├── RecordStale           changed by somebody else in the meantime   412
    │   └── QuotaExceeded         more bytes than the user may keep          413
    ├── JobError                  a job did not do what it should          500
    │   ├── JobFailed             it ended without success                 500
    │   ├── JobUnfinished         whoever waited for it waits no longer    504, retryable
    │   └── JobSuperseded         cancelled, or taken over by another      409
    ├── ProviderError             Flickr, X or another has not done it       502
    │   ├── ProviderNotFound      it has no such photo, album or user        404
    │   ├── ProviderRefused       it has said no                             502
    │   ├── ProviderSignInFailed  it does not let somebody in like that      403
    │   ├── ProviderUnavailable   it failed; may pass                        503, retryable
    │   │   └── ProviderThrottled it is asked too much, and wants a pause    503, retryable
    │   └── NotConnected          nobody has signed in there, or no longer   409
    ├── RequestRefused            a Tintype service has refused a request    502
    ├── Missing                   something needed is not installed          501, exit 3
    │   ├── BucketMissing         the service's store is no bucket           501, exit 3
    │   └── BrowserMissing        there is no Chromium on this machine       501, exit 3
    └── Interrupted               stopped by the person                      499, exit 130

Adapters translate foreign exceptions at their own edge. Three places read these: the web edge, the
command line and the worker.
"""

from collections.abc import Mapping
from typing import ClassVar


class TintypeError(Exception):
    """The base of everything Tintype raises.

    `str(error)` is a full sentence for the log and the terminal, with the remedy behind it.
    `public` is a sentence that may be shown to a stranger: it names no path, host or key.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False
    public: ClassVar[str] = "Something went wrong."

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}" if self.remedy else self.message

    def __reduce__(self) -> "tuple[object, ...]":
        return _rebuild, (type(self), self.message, self.remedy)

    @property
    def for_user(self) -> str:
        """What a user is told of work of their own: everything, but nothing of our network."""
        return str(self)


def _rebuild(cls: type[TintypeError], message: str, remedy: str) -> TintypeError:
    return cls(message, remedy=remedy)


class InvalidRequest(TintypeError):
    """What was asked for makes no sense."""

    code = "invalid-request"
    status = 400
    exit_code = 2
    public = "The request makes no sense."


class InvalidSource(InvalidRequest):
    """An address that no loader understands."""

    code = "invalid-source"
    public = "That is not an address of a picture."


class InvalidTransform(InvalidRequest):
    """A size, box, filter or argument that is refused."""

    code = "invalid-transform"
    public = "The size, crop or filter asked for is not valid."


class InvalidKey(InvalidRequest):
    """A name that not every store can keep."""

    code = "invalid-key"
    public = "That name cannot be used in a store."


class InvalidSettings(InvalidRequest):
    """Settings or environment are wrong; the message lists every mistake."""

    code = "invalid-settings"
    status = 500
    public = "The service is not set up correctly."


class InvalidRecord(InvalidRequest):
    """A record with wrong fields. `mistakes` has a phrase for each field: "cannot be blank"."""

    code = "invalid-record"
    status = 422
    public = "Some fields are not valid."

    def __init__(
        self, message: str, *, remedy: str = "", mistakes: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.mistakes = dict(mistakes or {})

    @classmethod
    def of(cls, mistakes: Mapping[str, str]) -> "InvalidRecord":
        """The error for wrong fields: "first_name: cannot be blank; email: …"."""
        said = "; ".join(f"{field}: {phrase}" for field, phrase in mistakes.items())
        return cls(f"{said}.", mistakes=mistakes)

    def __reduce__(self) -> "tuple[object, ...]":
        return _rebuild_record, (self.message, self.remedy, self.mistakes)


def _rebuild_record(message: str, remedy: str, mistakes: Mapping[str, str]) -> InvalidRecord:
    return InvalidRecord(message, remedy=remedy, mistakes=mistakes)


class SignatureRefused(InvalidRequest):
    """A URL that nobody with a key has signed, or not for such a source."""

    code = "signature-refused"
    status = 403
    public = "The signature of this URL is not valid."


class SignatureMissing(SignatureRefused):
    """A URL without a signature, where unsigned ones are not answered."""

    code = "signature-missing"
    public = "Unsigned URLs are not answered here: this URL needs a signature."


class UrlExpired(InvalidRequest):
    """A URL whose time is over."""

    code = "url-expired"
    status = 410
    public = "This URL has expired."


class PasswordRefused(InvalidRequest):
    """Too short, too long or too plain to be a password."""

    code = "password-refused"
    status = 422
    public = "That password cannot be used."


class CredentialsRefused(InvalidRequest):
    """Who asks is not who he says, or does not say it: password, key, session or signature."""

    code = "credentials-refused"
    status = 401
    public = "This needs a valid API key, session or signature."


class SignInRefused(CredentialsRefused):
    """Nobody has this email address with this password."""

    code = "sign-in-refused"
    public = "The email address or the password is wrong."


class SigningRefused(CredentialsRefused):
    """A request signed at another time, twice, or in part. Its message is for the client."""

    code = "signing-refused"
    public = "The request is not signed as it must be."


class UploadError(TintypeError):
    """An upload that cannot go on like that. Its message is for the client: it names no path."""

    code = "upload-error"
    status = 400
    exit_code = 2
    public = "The upload cannot go on like that."


class UploadNotFound(UploadError):
    """Never begun, over, or another person's."""

    code = "upload-not-found"
    status = 404
    public = "There is no such upload."


class UploadConflict(UploadError):
    """It stands elsewhere than the client thinks, or another request has taken it over."""

    code = "upload-conflict"
    status = 409
    public = "The upload stands elsewhere than the request says."


class UploadTooLong(UploadError):
    """More bytes than were announced, or than are allowed."""

    code = "upload-too-long"
    status = 413
    public = "The upload is longer than announced or allowed."


class UploadTypeRefused(UploadError):
    """The bytes are not of a type that is taken, whatever the client says."""

    code = "upload-type-refused"
    status = 415
    public = "A file of this type is not taken."


class UploadBusy(UploadError):
    """Another request works on the upload; a later try may succeed."""

    code = "upload-busy"
    status = 423
    retryable = True
    public = "Another request works on this upload. Try again in a moment."


class UploadChecksumWrong(UploadError):
    """What arrived is not what the checksum was made of. The status is that of tus."""

    code = "upload-checksum-wrong"
    status = 460
    public = "The bytes do not have the checksum that came with them."


class Overloaded(TintypeError):
    """No slot now; a later try may succeed. `retry_after` in seconds."""

    code = "overloaded"
    status = 503
    retryable = True
    public = "Too many pictures are in work. Try again in a moment."
    retry_after: ClassVar[int] = 2


class WorkTimeout(TintypeError):
    """The work took longer than allowed."""

    code = "work-timeout"
    status = 504
    public = "The picture took too long to make."


class SourceError(TintypeError):
    """The original could not be had."""

    code = "source-error"
    status = 502
    public = "The picture could not be fetched."


class SourceNotFound(SourceError):
    """Nothing is there."""

    code = "source-not-found"
    status = 404
    public = "There is no picture at that address."


class OtherPictureNotFound(SourceError):
    """A picture that a filter names is not there: a watermark, a frame."""

    code = "other-picture-not-found"
    status = 404
    public = "A picture that a filter names, such as a watermark, is not there."


class SourceForbidden(SourceError):
    """It is there, and not for us."""

    code = "source-forbidden"
    status = 403
    public = "The picture may not be read."


class AddressRefused(SourceError):
    """An address that nothing of ours talks to.

    The public sentence is that of an unreachable host, so that a stranger cannot map a network.
    """

    code = "address-refused"

    @property
    def for_user(self) -> str:
        """Not which address a name of ours has, nor why it is refused."""
        return self.public


class SourceUnavailable(SourceError):
    """The other side failed; a later try may succeed."""

    code = "source-unavailable"
    retryable = True


class PageNotCaptured(SourceError):
    """The page answered with an error, leads nowhere, or is no page; so it has no picture.

    `reason` is one word for programs, such as http-404, dns, refused-address, certificate.
    """

    code = "page-not-captured"
    public = "There is no picture of this page."

    def __init__(self, message: str, *, remedy: str = "", reason: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.reason = reason

    @property
    def for_user(self) -> str:
        """Not which address a name of ours has, nor why it is refused."""
        if self.reason == "refused-address":
            return "The page is, or leads to, an address that pages are not opened from."
        return str(self)

    def __reduce__(self) -> "tuple[object, ...]":
        return _rebuild_page, (type(self), self.message, self.remedy, self.reason)


class NoArticle(SourceError):
    """A page on which there is nothing to read: a front page, a list, an application."""

    code = "no-article"
    status = 422
    public = "There is no article on this page."


class PageUnavailable(SourceError):
    """The page or the browser failed in a way that may pass. `reason` as of PageNotCaptured."""

    code = "page-unavailable"
    retryable = True
    public = "There is no picture of this page now."

    def __init__(self, message: str, *, remedy: str = "", reason: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.reason = reason

    def __reduce__(self) -> "tuple[object, ...]":
        return _rebuild_page, (type(self), self.message, self.remedy, self.reason)


def _rebuild_page(
    cls: type[PageNotCaptured] | type[PageUnavailable], message: str, remedy: str, reason: str
) -> SourceError:
    return cls(message, remedy=remedy, reason=reason)


class SourceTimeout(SourceError):
    """The other side was too slow; a later try may succeed."""

    code = "source-timeout"
    status = 504
    retryable = True
    public = "The picture took too long to fetch."


class TooLarge(SourceError):
    """More bytes than the limit."""

    code = "too-large"
    status = 413
    public = "The file is larger than allowed."


class ImageError(TintypeError):
    """The bytes are not a picture we can use."""

    code = "image-error"
    status = 422
    public = "The picture cannot be used."


class UnsupportedFormat(ImageError):
    """Not a picture, or of a kind that is not read."""

    code = "unsupported-format"
    status = 415
    public = "That is not a picture, or not of a supported kind."


class CorruptImage(ImageError):
    """Begins as a picture and breaks off."""

    code = "corrupt-image"
    public = "The picture is damaged."


class ImageTooBig(ImageError):
    """More pixels or frames than the limit, by its own header."""

    code = "image-too-big"
    status = 413
    public = "The picture has more pixels or frames than allowed."


class StoreError(TintypeError):
    """The store could not do it."""

    code = "store-error"
    status = 502
    public = "The store could not do that."


class KeyNotFound(StoreError):
    """No such object."""

    code = "key-not-found"
    status = 404
    public = "There is nothing under that name."


class KeyExists(StoreError):
    """Already there, and was not to be replaced."""

    code = "key-exists"
    status = 412
    public = "That name is taken."


class KeyConflict(StoreError):
    """A folder cannot keep `a` and `a/b`: one name would be a file and a folder at once."""

    code = "key-conflict"
    status = 409
    public = "That name and another one cannot both be kept: choose another."


class StoreNotFound(StoreError):
    """No such bucket or folder."""

    code = "store-not-found"
    status = 404


class StoreDenied(StoreError):
    """Credentials missing, wrong or too weak."""

    code = "store-denied"
    status = 403


class EndpointRefused(StoreError):
    """A server that nothing of ours talks to, by its address.

    The public sentence is that of any failure, so that a stranger cannot map a network.
    """

    code = "endpoint-refused"


class AclRefused(StoreError):
    """The store keeps no ACLs, or blocks public ones."""

    code = "acl-refused"
    status = 403


class ClockSkewed(StoreError):
    """Our clock and the store's disagree."""

    code = "clock-skewed"
    status = 403


class StoreFull(StoreError):
    """No room."""

    code = "store-full"
    status = 507
    public = "The store is full."


class StoreUnavailable(StoreError):
    """The store failed; a later try may succeed."""

    code = "store-unavailable"
    status = 503
    retryable = True


class ChecksumMismatch(StoreError):
    """What arrived is not what was sent."""

    code = "checksum-mismatch"
    retryable = True


class CatalogError(TintypeError):
    """The database could not do it."""

    code = "catalog-error"


class CatalogUnavailable(CatalogError):
    """The database is away, busy or full; a later try may succeed."""

    code = "catalog-unavailable"
    status = 503
    retryable = True
    public = "The database cannot be reached at the moment. Try again in a few seconds."


class CatalogOutdated(CatalogError):
    """The tables of the database are those of another version of Tintype."""

    code = "catalog-outdated"
    exit_code = 2
    public = "The service is not set up correctly."


class RecordNotFound(CatalogError):
    """There is no such record, or it belongs to somebody else."""

    code = "record-not-found"
    status = 404
    public = "There is no such record."


class RecordExists(CatalogError):
    """Another record has what must be unique."""

    code = "record-exists"
    status = 409
    public = "There is such a record already."


class EmailTaken(RecordExists):
    """Another user has this address."""

    code = "email-taken"
    public = "Another user has this email address."


class OriginalsLeft(RecordExists):
    """A user who has originals is not removed without them."""

    code = "originals-left"
    public = "The user has originals. Remove those first, or all at once with ?cascade=true."


class LastAdministrator(CatalogError):
    """There would be no administrator left."""

    code = "last-administrator"
    status = 409
    public = "There must be an administrator."


class RecordStale(CatalogError):
    """Somebody else has changed the record in the meantime."""

    code = "record-stale"
    status = 412
    public = "The record has changed in the meantime. Read it again."


class QuotaExceeded(CatalogError):
    """More bytes than the user may keep."""

    code = "quota-exceeded"
    status = 413
    public = "There is no room left for this user."


class JobError(TintypeError):
    """A job did not do what it should."""

    code = "job-error"
    public = "The job could not be done."


class JobFailed(JobError):
    """A job ended without success; the message has its reason."""

    code = "job-failed"


class JobUnfinished(JobError):
    """A job was not finished within the time that somebody would wait. It goes on."""

    code = "job-unfinished"
    status = 504
    retryable = True
    public = "The job is not finished yet."


class JobSuperseded(JobError):
    """A job that was cancelled, or that another worker has taken over."""

    code = "job-superseded"
    status = 409
    public = "The job was cancelled."


class ProviderError(TintypeError):
    """Flickr, X or another provider has not done what was asked of it."""

    code = "provider-error"
    status = 502
    public = "The provider of the pictures could not do that."


class ProviderNotFound(ProviderError):
    """It has no such photo, album or user, or not for who asks."""

    code = "provider-not-found"
    status = 404
    public = "The provider has no such picture or list, or not for you."


class ProviderRefused(ProviderError):
    """It has said no. `reason` is its own code, where it gave one; `answered` the HTTP status."""

    code = "provider-refused"
    public = "The provider of the pictures has refused that."

    def __init__(
        self, message: str, *, remedy: str = "", answered: int = 0, reason: int = 0
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.answered, self.reason = answered, reason

    def __reduce__(self) -> "tuple[object, ...]":
        return _rebuild_provider, (self.message, self.remedy, self.answered, self.reason)


def _rebuild_provider(message: str, remedy: str, answered: int, reason: int) -> ProviderRefused:
    return ProviderRefused(message, remedy=remedy, answered=answered, reason=reason)


class ProviderSignInFailed(ProviderError):
    """It does not let somebody in like that: a wrong key or code, or the user said no."""

    code = "provider-sign-in-failed"
    status = 403
    public = "The provider did not let you sign in. Begin again."


class ProviderUnavailable(ProviderError):
    """It failed; a later try may succeed."""

    code = "provider-unavailable"
    status = 503
    retryable = True
    public = "The provider of the pictures cannot be reached at the moment. Try again later."


class ProviderThrottled(ProviderUnavailable):
    """It is asked too much; a try after a pause may succeed."""

    code = "provider-throttled"
    public = "The provider of the pictures is asked too much. Try again later."


class NotConnected(ProviderError):
    """Nobody has signed in there, or the consent was taken back."""

    code = "not-connected"
    status = 409
    public = "This needs a connection to the provider: sign in there first."


class RequestRefused(TintypeError):
    """A Tintype service has refused a request of `tintype.Client`.

    `answered` is the status of its answer, `problem` what it says about it (RFC 9457).
    """

    code = "request-refused"
    status = 502

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        answered: int = 0,
        problem: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.answered = answered
        self.problem = dict(problem or {})

    def __reduce__(self) -> "tuple[object, ...]":
        return _rebuild_refused, (self.message, self.remedy, self.answered, self.problem)


def _rebuild_refused(
    message: str, remedy: str, answered: int, problem: Mapping[str, object]
) -> RequestRefused:
    return RequestRefused(message, remedy=remedy, answered=answered, problem=problem)


class Missing(TintypeError):
    """Something that is needed is not installed: a browser, an extra, a library."""

    code = "missing"
    status = 501
    exit_code = 3
    public = "This installation cannot do that."


class BucketMissing(Missing):
    """The service's store is no bucket, to which something could be sent by itself."""

    code = "bucket-missing"
    public = (
        "The service has no bucket: nothing can be sent straight to it. Send uploads to"
        " /api/v1/uploads, or by tus to /api/v1/uploads/tus."
    )


class BrowserMissing(Missing):
    """No Chromium: what needs pages seen does not work, everything else does."""

    code = "browser-missing"
    public = "This service has no browser to open pages with."


class Interrupted(TintypeError):
    """Stopped by the person, or by the task that waited for it."""

    code = "interrupted"
    status = 499
    exit_code = 130
    public = "Stopped."
