"""HTML of postings to clean plain text that keeps paragraphs, headings and bullets apart."""

from __future__ import annotations

import html
import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser, LexborNode

BULLET = "• "
_MAX_UNESCAPES = 5  # boards escape once, some feeds twice; a bound, as "&amp;amp;…" can be made without end
_DROPPED = (
    "script, style, iframe, img, svg, video, audio, object, embed, noscript, template, form, head, "
    "nav, [role=navigation], [class*=breadcrumb]"
)
_BLOCKS = frozenset(
    "address article aside blockquote dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr main ol p pre "
    "section summary table tbody tfoot thead tr ul".split()
)


def clean_line(text: str) -> str:
    """One line of display text: NFC, single spaces, no control characters, none of the invisible ones that only hint at layout."""
    return " ".join(unicodedata.normalize("NFC", "".join(map(_visible, text))).split())


def _visible(c: str) -> str:
    """Soft hyphens and zero-width spaces stand inside words and go without a trace; joiners shape Arabic and Indic text and emoji."""
    category = unicodedata.category(c)
    if category == "Cf":
        return c if c in "\u200c\u200d" else ""
    return " " if category.startswith("C") else c


def unescape(text: str) -> str:
    """HTML entities resolved until nothing changes (bounded), as boards escape a body once or twice."""
    for _ in range(_MAX_UNESCAPES):
        once = html.unescape(text)
        if once == text:
            break
        text = once
    return text


def one_line(markup: str) -> str:
    """A title, name or place as one clean line, should it hold entities or tags."""
    return clean_line(html_to_text(markup)) if "<" in markup or "&" in markup else clean_line(markup)


def html_to_text(content: str) -> str:
    """Clean text of a posting's HTML, escaped or not.

    Blocks stand on their own lines, list items start with "• ", scripts, frames, images, forms and navigation are gone.
    Never raises: the parser takes whatever it is given.
    """
    parser = LexborHTMLParser(f"<body>{unescape(content)}</body>")
    for node in parser.css(_DROPPED):
        node.decompose()
    pieces: list[str] = []
    if parser.body is not None:
        _walk(parser.body, pieces)
    joined = re.sub(r"(?:•\s*)+", BULLET, "".join(pieces))  # <li><p>: the bullet belongs to the text that follows
    lines = "\n".join(clean_line(line) for line in joined.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).removesuffix(BULLET.strip()).strip()


def _walk(root: LexborNode, pieces: list[str]) -> None:
    """Depth first without recursion: real pages nest hundreds deep, hostile ones more."""
    stack: list[LexborNode | str] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            pieces.append(node)
        elif node.tag == "-text":
            pieces.append(re.sub(r"\s+", " ", node.text(deep=False)))
        else:
            before, after = _around(node.tag or "")
            pieces.append(before)
            stack.append(after)
            stack.extend(reversed(list(node.iter(include_text=True))))


def _around(tag: str) -> tuple[str, str]:
    if tag == "br":
        return "\n", ""
    if tag == "li":
        return "\n" + BULLET, "\n"
    if tag in ("td", "th"):
        return " ", " "
    return ("\n\n", "\n\n") if tag in _BLOCKS else ("", "")
