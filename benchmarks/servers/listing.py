"""An S3 server that does nothing but list a bucket that it has in memory: it costs next to nothing,
so that what a client costs is seen, and waits as a server far away does.

    python listing.py SLUGS MILLISECONDS    prints its port
"""

import asyncio
import sys
from bisect import bisect_right
from urllib.parse import parse_qs, quote, urlsplit

PAGE = 1_000
DATE = "2026-11-29T12:00:00.000Z"


class Bucket:
    """`sites/SLUG.jpg` and `sites/SLUGSM.jpg` of so many slugs."""

    def __init__(self, slugs: int, delay: float) -> None:
        names = (f"sites/site-{n:06}_example_org" for n in range(slugs))
        self.keys = sorted(name + suffix for name in names for suffix in (".jpg", "SM.jpg"))
        self.entries = [
            f"<Contents><Key>{quote(key)}</Key><LastModified>{DATE}</LastModified>"
            f'<ETag>"{n:032x}"</ETag><Size>4321</Size><StorageClass>STANDARD</StorageClass></Contents>'
            for n, key in enumerate(self.keys)
        ]
        self.delay, self.requests = delay, 0

    def page(self, query: dict[str, list[str]]) -> str:
        after = query.get("continuation-token", query.get("start-after", [""]))[0]
        begin = bisect_right(self.keys, after)
        end = min(begin + PAGE, len(self.keys))
        more = end < len(self.keys)
        token = f"<NextContinuationToken>{quote(self.keys[end - 1])}</NextContinuationToken>" * more
        return (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult>'
            f"<EncodingType>url</EncodingType><IsTruncated>{str(more).lower()}</IsTruncated>{token}"
            f"{''.join(self.entries[begin:end])}</ListBucketResult>"
        )

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await self._head(reader):
            method, target, _ = head.split(" ", 2)
            self.requests += 1
            await asyncio.sleep(self.delay)
            address = urlsplit(target)
            body = self.page(parse_qs(address.query)).encode() if method == "GET" else b""
            length = len(body) if method == "GET" else 4321
            writer.write(
                b'HTTP/1.1 200 OK\r\ncontent-type: application/xml\r\netag: "a"\r\n'
                b"last-modified: Sun, 29 Nov 2026 12:00:00 GMT\r\n"
                b"content-length: %d\r\n\r\n" % length
            )
            writer.write(body)
            await writer.drain()
        writer.close()

    async def _head(self, reader: asyncio.StreamReader) -> str:
        try:
            return (await reader.readuntil(b"\r\n\r\n")).decode().partition("\r\n")[0]
        except (asyncio.IncompleteReadError, ConnectionError):
            return ""


async def main(slugs: int, milliseconds: float) -> None:
    bucket = Bucket(slugs, milliseconds / 1000)
    server = await asyncio.start_server(bucket.serve, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
