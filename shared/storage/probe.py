"""Whether a URL would play: asked by HTTP, without its body."""

from __future__ import annotations

from collections import OrderedDict
from urllib.parse import urlsplit

from shared.errors import Unavailable
from shared.http.client import HttpClient

_HEAD_REFUSED = frozenset({403, 405, 501})  # 403: signed for GET alone, or a CDN's rule
_ASK_LATER = frozenset({408, 425, 429})
_KEPT = 100_000  # validators, at some 200 bytes each


class Probe:
    """Asks again by the validator of the last answer: a server that knows nothing has changed need not look further than that (304)."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._etags: OrderedDict[str, str] = OrderedDict()

    async def plays(self, url: str) -> bool:
        """One conditional HEAD, and one GET of the first byte where HEAD is refused. Redirects count as no.

        Raises Unavailable when the server has trouble of its own, as `HttpClient` does, and InvalidInput for a URL its guard refuses.
        """
        known = self._etags.get(url)
        reply = await self._http.request("HEAD", url, headers={"If-None-Match": known} if known else None, read=False)
        if reply.status == 304 and known:
            return True
        if reply.status in _HEAD_REFUSED:
            reply = await self._http.request("GET", url, headers={"Range": "bytes=0-0"}, read=False)
        if reply.status in _ASK_LATER or reply.status >= 500:
            raise Unavailable(f"{urlsplit(url).hostname}: it answers {reply.status}", code="storage_unavailable")
        there = 200 <= reply.status < 300
        self._keep(url, reply.headers.get("etag", "") if there else "")
        return there

    def _keep(self, url: str, etag: str) -> None:
        self._etags.pop(url, None)
        if etag:
            self._etags[url] = etag
        if len(self._etags) > _KEPT:
            self._etags.popitem(last=False)

    async def aclose(self) -> None:
        await self._http.aclose()
