"""The calls of a multipart upload."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import Element

from tintype.errors import ChecksumMismatch, StoreUnavailable, TintypeError
from tintype.keys import check_key
from tintype.s3.attributes import attribute_headers, parse_xml_date
from tintype.s3.body import Body, BytesBody
from tintype.s3.caller import Ask, OnBytes, Stop, ignore
from tintype.s3.create import CreateCalls
from tintype.s3.errors import Answer, NoSuchUpload, from_answer
from tintype.s3.http import Response
from tintype.s3.listing import pages, unquoted
from tintype.s3.sign import Pairs
from tintype.s3.xml import NotXml, complete_body, number, parse, texts
from tintype.stores import NO_ATTRIBUTES, Attributes


@dataclass(frozen=True, slots=True)
class Part:
    """A part that the server has. `crc32` in base64, empty when the server keeps none."""

    number: int  # 1 to 10,000
    etag: str
    size: int
    crc32: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """A multipart upload that is neither completed nor aborted."""

    key: str
    upload_id: str
    initiated: datetime


class MultipartCalls(CreateCalls):
    """Begin, send parts, complete or abort; and see what others have left."""

    def create_multipart_upload(
        self,
        key: str,
        attributes: Attributes = NO_ATTRIBUTES,
        *,
        content_type: str,
        checksums: bool = True,
        stop: Stop = None,
    ) -> str:
        """Begin an upload, with all attributes of the object to be; its id.

        Without `checksums` none is promised for the parts, which others may send then.
        """
        headers = attribute_headers(attributes, attributes.content_type or content_type)
        if checksums and self.settings.checksum == "crc32":
            headers["x-amz-checksum-algorithm"] = "CRC32"
        ask = Ask(
            "CreateMultipartUpload", "POST", check_key(key), (("uploads", ""),), headers, stop=stop
        )
        upload_id = self._xml(ask).findtext("UploadId", "").strip()
        if not upload_id:
            raise StoreUnavailable("The server began a multipart upload without naming it.")
        return upload_id

    def upload_part(
        self,
        key: str,
        upload_id: str,
        part: int,
        body: Body,
        *,
        stop: Stop = None,
        on_bytes: OnBytes = ignore,
    ) -> Part:
        """Send one part; the last of a number counts."""
        query = (("partNumber", str(part)), ("uploadId", upload_id))
        headers = self._checksum_headers(body)
        ask = Ask("UploadPart", "PUT", key, query, headers, body, stop, on_bytes)
        response, _ = self._read(ask)
        self._check_answer(response.headers, body, key)
        crc32 = body.crc32 if self.settings.checksum == "crc32" else ""
        return Part(part, response.headers.get("etag", "").strip('"'), body.size, crc32)

    def complete_multipart_upload(
        self,
        key: str,
        upload_id: str,
        parts: Iterable[Part],
        *,
        if_none_match: bool = False,
        stop: Stop = None,
    ) -> str:
        """Make the object of its parts, whose numbers rise; its ETag.

        With `if_none_match` KeyExists is raised when the key is there by now. A retry after a lost
        answer finds the upload gone: NoSuchUpload, and whoever knows the size and ETag to expect
        can ask for the object.
        """
        items = ((part.number, part.etag, part.crc32) for part in parts)
        body = BytesBody(complete_body(items))
        headers = {"content-type": "application/xml"}
        query = (("uploadId", upload_id),)
        ask = Ask("CompleteMultipartUpload", "POST", key, query, headers, body, stop)
        # The status is sent before the work is done, so that an error may stand in a 200's body.
        read = self._create if if_none_match else self._read
        return self._parsed(ask, read).findtext("ETag", "").strip().strip('"')

    def abort_multipart_upload(self, key: str, upload_id: str, *, stop: Stop = None) -> None:
        """Drop an upload and its parts; absent is fine."""
        ask = Ask("AbortMultipartUpload", "DELETE", key, (("uploadId", upload_id),), stop=stop)
        try:
            self._read(ask)
        except NoSuchUpload:
            return

    def list_multipart_uploads(self, prefix: str = "", *, stop: Stop = None) -> Iterator[Pending]:
        """Every upload that is neither completed nor aborted, by key; page by page."""
        first = (("encoding-type", "url"), ("prefix", prefix), ("uploads", ""))

        def fetch(marks: Pairs) -> Element:
            return self._xml(Ask("ListMultipartUploads", "GET", query=(*first, *marks), stop=stop))

        marks = {"NextKeyMarker": "key-marker", "NextUploadIdMarker": "upload-id-marker"}
        for page in pages(fetch, marks):
            decode = unquoted(page)
            for found in page.iterfind("Upload"):
                key, upload_id, initiated = texts(found, "Key", "UploadId", "Initiated")
                yield Pending(decode(key), upload_id, parse_xml_date(initiated))

    def list_parts(self, key: str, upload_id: str, *, stop: Stop = None) -> Iterator[Part]:
        """The parts that the server has, by number; page by page. NoSuchUpload when it is gone."""

        def fetch(marks: Pairs) -> Element:
            return self._xml(
                Ask("ListParts", "GET", key, (("uploadId", upload_id), *marks), stop=stop)
            )

        for page in pages(fetch, {"NextPartNumberMarker": "part-number-marker"}):
            for found in page.iterfind("Part"):
                index, etag, size, crc32 = texts(
                    found, "PartNumber", "ETag", "Size", "ChecksumCRC32"
                )
                yield Part(number(index), etag.strip('"'), number(size), crc32)

    def _checksum_headers(self, body: Body) -> dict[str, str]:
        if self.settings.checksum == "crc32":
            return {"x-amz-checksum-crc32": body.crc32}
        if self.settings.checksum == "md5":
            return {"content-md5": body.md5}
        return {}

    def _check_answer(self, headers: Mapping[str, str], body: Body, key: str) -> None:
        """The server tells the checksum of what it has stored."""
        told = headers.get("x-amz-checksum-crc32", "")
        if self.settings.checksum == "crc32" and told and told != body.crc32:
            raise ChecksumMismatch(f"The server stored other bytes of {key} than were sent.")

    def _xml(self, ask: Ask) -> Element:
        return self._parsed(ask, self._read)

    def _parsed(self, ask: Ask, read: Callable[[Ask], tuple[Response, bytes]]) -> Element:
        """The answer's root; a failure that is told in a 200 is tried again like any other."""
        while True:
            _, body = read(ask)
            try:
                return self._parse(ask, body)
            except TintypeError as error:
                self._again(ask, error)

    def _parse(self, ask: Ask, body: bytes) -> Element:
        """The answer's root. An error in a 200 is raised as what it is."""
        try:
            root = parse(body)
        except NotXml as error:
            raise StoreUnavailable(f"The answer to {ask.name} makes no sense: {error}.") from error
        if root.tag == "Error":
            call = self._told(ask, self._route)
            raise from_answer(Answer.read(200, {}, body), call, self._clock())
        return root
