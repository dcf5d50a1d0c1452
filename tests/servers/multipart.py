"""A form with a file, as a browser sends it."""

from collections.abc import Mapping

BOUNDARY = "----tintype-tests-9f2c"


def form_of(
    fields: Mapping[str, str], content: bytes, name: str, field: str = "file"
) -> tuple[bytes, str]:
    """The body and its Content-Type: the fields first, the file last."""
    body = b""
    for key, value in fields.items():
        body += (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        ).encode()
    body += (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        "Content-Type: image/png\r\n\r\n"
    ).encode()
    return body + content + f"\r\n--{BOUNDARY}--\r\n".encode(), (
        f"multipart/form-data; boundary={BOUNDARY}"
    )
