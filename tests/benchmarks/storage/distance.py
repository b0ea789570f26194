"""`python distance.py TO DELAY_MS`: a server on loopback made as far away as one elsewhere.

It prints its own port, then passes on whatever is sent to it, each piece DELAY_MS later, in both directions. It takes as much as it is
given: a long line, not a narrow one.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio import StreamReader, StreamWriter
from functools import partial

_PIECE = 1 << 18


async def main(to: int, delay_s: float) -> None:
    server = await asyncio.start_server(partial(_joined, to, delay_s), "127.0.0.1", 0, limit=_PIECE)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - who started it reads it
    await server.serve_forever()


async def _joined(to: int, delay_s: float, near: StreamReader, near_out: StreamWriter) -> None:
    far, far_out = await asyncio.open_connection("127.0.0.1", to, limit=_PIECE)
    await asyncio.gather(_carry(near, far_out, delay_s), _carry(far, near_out, delay_s))


async def _carry(reader: StreamReader, writer: StreamWriter, delay_s: float) -> None:
    """Each piece leaves `delay_s` after it came, whatever came before it."""
    loop, under_way = asyncio.get_running_loop(), asyncio.Queue[tuple[float, bytes]]()
    arriving = loop.create_task(_arrive(writer, under_way))
    while piece := await reader.read(_PIECE):
        under_way.put_nowait((loop.time() + delay_s, piece))
    under_way.put_nowait((loop.time() + delay_s, b""))
    await arriving


async def _arrive(writer: StreamWriter, under_way: asyncio.Queue[tuple[float, bytes]]) -> None:
    loop = asyncio.get_running_loop()
    try:
        while True:
            due, piece = await under_way.get()
            await asyncio.sleep(due - loop.time())
            if not piece:
                return
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        return  # the other side hung up
    finally:
        writer.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]) / 1000))
