"""A web of its own, in which a name server and a site are after this machine. A program.

It runs in a network where nothing is but this machine, which has a public address there as well;
the system's resolver asks the name server in here. Prints what came of it as JSON.
"""

import asyncio
import json
from collections import Counter
from typing import Any

from browser.conftest import made
from browser.site import HELLO, HTML, START
from servers.names import NameServer
from servers.web import head
from tintype.browser import Capture, Wait
from tintype.browser.outlet import look_up
from tintype.errors import TintypeError

PUBLIC, HERE = "93.184.216.34", "127.0.0.1"
# It asks its own host again and again, in every way that opens a connection.
PAGE = (
    f"{START}{HELLO}<script>setInterval(() => fetch('/again?' + Math.random()), 30);"
    "new WebSocket('ws://' + location.host + '/socket');"
    "document.body.append(Object.assign(document.createElement('iframe'), {src: '/frame'}));"
    "</script>"
).encode()


async def main() -> dict[str, Any]:
    times: Counter[str] = Counter()
    reached: Counter[str] = Counter()

    def address_of(name: str) -> str:
        times[name] += 1
        return PUBLIC if times[name] == 1 else HERE

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        reached[writer.get_extra_info("sockname")[0]] += 1
        writer.write(head("200 OK", HTML, f"Content-Length: {len(PAGE)}") + PAGE)
        writer.close()

    loop = asyncio.get_running_loop()
    names = NameServer(address_of)
    transport, _ = await loop.create_datagram_endpoint(lambda: names, (HERE, 53))
    server = await asyncio.start_server(serve, "0.0.0.0", 80)
    browser = made("", resolve=look_up, namespace="never", idle=0)
    order = Capture(url="http://rebinding.example/", wait=Wait(fixed=0.5))
    captured = await browser.capture(order)
    asked = list(names.asked)
    try:
        await browser.capture(order)
        later = ""
    except TintypeError as error:
        later = getattr(error, "reason", "")
    await browser.close()
    server.close()
    transport.close()
    return {"title": captured.title, "asked": asked, "reached": reached, "later": later}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main())))
