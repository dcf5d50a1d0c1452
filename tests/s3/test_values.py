"""Bodies, metadata and XML: what goes out comes back."""

import base64
import hashlib
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tintype.s3.attributes import decode_metadata, encode_metadata
from tintype.s3.body import PIECE, Body, BytesBody, FileBody
from tintype.s3.xml import NotXml, complete_body, delete_body, parse


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"])))
def test_metadata_travels_as_ascii_and_comes_back(value: str) -> None:
    encoded = encode_metadata(value)
    assert encoded.isascii()
    assert encoded.isprintable()
    assert all(len(word) <= 75 for word in encoded.split(" ") if word.startswith("=?"))
    assert decode_metadata(encoded) == value


@pytest.mark.parametrize("value", ["plain", "two words", "a=b?", ""])
def test_plain_metadata_is_sent_as_it_is(value: str) -> None:
    assert encode_metadata(value) == value


@pytest.mark.parametrize("value", ["=?bogus?X?abc?=", "=?UTF-8?B?%%%?=", "=?nonsense"])
def test_metadata_of_others_that_cannot_be_decoded_is_not_lost(value: str) -> None:
    assert decode_metadata(value)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7])
def test_bytes_and_a_region_of_a_file_are_the_same_body(tmp_path: Path, size: int) -> None:
    content = bytes(n * 7 % 251 for n in range(size))
    path = tmp_path / "file"
    path.write_bytes(b"before" + content + b"after")
    bodies: list[Body] = [BytesBody(content), BytesBody(memoryview(content))]
    with path.open("rb") as file:
        bodies += [FileBody(path, 6, size), FileBody(file.fileno(), 6, size)]
        for body in bodies:
            assert body.size == size
            for _ in range(2):  # once more from the start, as a retry does
                assert b"".join(bytes(piece) for piece in body.pieces()) == content
            assert base64.b64decode(body.crc32) == zlib.crc32(content).to_bytes(4, "big")
            assert base64.b64decode(body.md5) == hashlib.md5(content).digest()
            assert body.sha256 == hashlib.sha256(content).hexdigest()


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]))))
def test_every_key_survives_the_xml_of_a_deletion(keys: list[str]) -> None:
    root = parse(delete_body(keys))
    assert [found.findtext("Key") for found in root.iter("Object")] == keys


def test_the_xml_of_a_completion_names_parts_and_checksums() -> None:
    root = parse(complete_body([(1, 'a"&', ""), (2, "b", "AAAA")]))
    assert [(p.findtext("PartNumber"), p.findtext("ETag")) for p in root] == [
        ("1", '"a"&"'),
        ("2", '"b"'),
    ]
    assert [p.findtext("ChecksumCRC32") for p in root] == [None, "AAAA"]


@pytest.mark.parametrize(
    "attack",
    [
        b'<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="cp037"?>' + "<!DOCTYPE a []><a/>".encode("cp037"),
    ],
    ids=["bomb", "file", "utf-16", "ebcdic"],
)
def test_xml_that_attacks_its_reader_is_refused(attack: bytes) -> None:
    with pytest.raises(NotXml):
        parse(attack)
