"""Bytes to S3, of any size and number, in constant memory: what the rest of Tintype calls.

`transfer_object` sends one, `transfer_batch` many; `transfer_multipart` sends one in parts, which
`transfer_source` reads from a file and `transfer_stream` from a stream; `transfer_resume` finds
what an earlier run has left, `transfer_existing` what need not be sent; `transfer_parts` has the
arithmetic and `transfer_threads` the threads.
"""

from tintype.s3.transfer_batch import upload_all
from tintype.s3.transfer_object import is_big, send_object

__all__ = ["is_big", "send_object", "upload_all"]
