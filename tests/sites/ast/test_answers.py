"""Answers against recorded ones, byte for byte; and whatever is in them, every parser copes."""

import re
from xml.dom import minidom

from hypothesis import given
from hypothesis import strategies as st

from tintype.sites.ast import Given
from tintype.sites.ast.answers import error, thumbnails

# The answer to a PHP client, August 2006, on one line.
RECORDED_2006 = (
    '<?xml version="1.0"?><aws:ThumbnailResponse xmlns:aws="http://ast.amazonaws.com/doc/2005-10-05/"'
    "><aws:Response><aws:OperationRequest><aws:RequestId>1bc51637-d6ca-4c5a-b8d8-f7daed0e4b57"
    "</aws:RequestId></aws:OperationRequest><aws:ThumbnailResult>"
    '<aws:Thumbnail Exists="true">http://s3-external-1.amazonaws.com/alexa-thumbnails/A0280E61CDD0105'
    "FBFCBBB259EEF63E2264F5ACBs?Signature=lbjsz%2FK%2Fu4S6pa6Y2WOcpvtXchc%3D&amp;Expires=1155829366"
    "&amp;AWSAccessKeyId=1FVZ0JNEJDA5TK457CR2</aws:Thumbnail>"
    "<aws:RequestUrl>http://bbc.com/</aws:RequestUrl></aws:ThumbnailResult><aws:ResponseStatus>"
    "<aws:StatusCode>Success</aws:StatusCode></aws:ResponseStatus></aws:Response>"
    "</aws:ThumbnailResponse>"
)
# The answer in the tests of a Perl client, June 2007, its URLs shortened.
RECORDED_2007 = """<?xml version="1.0"?>
<aws:ThumbnailResponse xmlns:aws="http://ast.amazonaws.com/doc/2005-10-05/">
    <aws:Response>
        <aws:OperationRequest>
            <aws:RequestId>0379177f-7a21-436a-ac81-39089f702824</aws:RequestId>
        </aws:OperationRequest>
        <aws:ThumbnailResult>
            <aws:Thumbnail Exists="true">http://s3.example/8B73l?Signature=a&amp;Expires=1</aws:Thumbnail>
            <aws:RequestUrl>http://perl.com</aws:RequestUrl>
        </aws:ThumbnailResult>
        <aws:ResponseStatus>
            <aws:StatusCode>Success</aws:StatusCode>
        </aws:ResponseStatus>
     </aws:Response>
     <aws:Response>
        <aws:OperationRequest>
            <aws:RequestId>0379177f-7a21-436a-ac81-39089f702824</aws:RequestId>
        </aws:OperationRequest>
        <aws:ThumbnailResult>
            <aws:Thumbnail Exists="true">http://s3.example/9C84l?Signature=b&amp;Expires=1</aws:Thumbnail>
            <aws:RequestUrl>http://perlmonks.org</aws:RequestUrl>
        </aws:ThumbnailResult>
        <aws:ResponseStatus>
            <aws:StatusCode>Success</aws:StatusCode>
        </aws:ResponseStatus>
     </aws:Response>
</aws:ThumbnailResponse>
"""
RECORDED_ERROR = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<Response><Errors><Error><Code>AuthFailure</Code><Message>AWS was not able to validate the"
    " provided access credentials</Message></Error></Errors>"
    "<RequestID>624b9d59-1def-4d71-8bf1-1b11176d98fd</RequestID></Response>"
)


def test_a_single_answer_is_that_of_2006_to_the_byte() -> None:
    picture = (
        "http://s3-external-1.amazonaws.com/alexa-thumbnails/A0280E61CDD0105FBFCBBB259EEF63E2264F5"
        "ACBs?Signature=lbjsz%2FK%2Fu4S6pa6Y2WOcpvtXchc%3D&Expires=1155829366"
        "&AWSAccessKeyId=1FVZ0JNEJDA5TK457CR2"
    )
    one = Given("http://bbc.com/", picture, exists=True)
    made = thumbnails("1bc51637-d6ca-4c5a-b8d8-f7daed0e4b57", [one])
    assert made == RECORDED_2006.encode()


def test_a_batch_is_that_of_2007_but_for_the_blanks_between_elements() -> None:
    two = [
        Given("http://perl.com", "http://s3.example/8B73l?Signature=a&Expires=1", exists=True),
        Given("http://perlmonks.org", "http://s3.example/9C84l?Signature=b&Expires=1", exists=True),
    ]
    made = thumbnails("0379177f-7a21-436a-ac81-39089f702824", two)
    assert made.decode() == re.sub(r">\s+<", "><", RECORDED_2007).strip()


def test_an_error_has_the_shape_of_its_time_to_the_byte() -> None:
    made = error(
        "624b9d59-1def-4d71-8bf1-1b11176d98fd",
        "AuthFailure",
        "AWS was not able to validate the provided access credentials",
    )
    assert made == RECORDED_ERROR.encode()


given_ones = st.builds(Given, st.text(min_size=1), st.text(min_size=1), exists=st.booleans())


@given(st.lists(given_ones, min_size=1, max_size=5))
def test_whatever_was_asked_for_every_url_has_its_text_on_one_line(all_given: list[Given]) -> None:
    text = thumbnails("1bc51637", all_given).decode()
    assert "\n" not in text
    assert set(re.findall(r"&(?!amp;)", text)) == set()
    found = minidom.parseString(text).childNodes[0].getElementsByTagName("aws:Thumbnail")
    assert [one.getAttribute("Exists") for one in found] == [
        "true" if each.exists else "false" for each in all_given
    ]
    for one in found:
        assert len(one.childNodes) == 1
        assert one.firstChild.data == one.firstChild.data.strip() != ""


@given(st.text(), st.text())
def test_an_error_is_xml_whatever_it_quotes(code: str, message: str) -> None:
    minidom.parseString(error("1bc51637", code, message))
