"""HTML of postings to clean text."""

import html

from hypothesis import given
from hypothesis import strategies as st

from shared.text import clean_line, html_to_text


def test_escaped_html_keeps_blocks_and_bullets() -> None:
    content = "<p>We bake.</p><h3>You will</h3><ul><li><p>Knead &amp; fold</p></li><li>Taste</li><li></li></ul>"
    assert html_to_text(html.escape(content)) == "We bake.\n\nYou will\n\n• Knead & fold\n\n• Taste"


def test_nothing_that_runs_or_frames_survives() -> None:
    content = "<p>Before</p><script>alert('x')</script><style>p{}</style><iframe src='//a'></iframe><img src=x onerror=y><p>after</p>"
    assert html_to_text(content) == "Before\n\nafter"


def test_ways_around_the_site_are_no_part_of_the_posting() -> None:
    content = "<a class='back-breadcrumb' href=/>All jobs</a><nav>Home</nav><div role='navigation'>Next</div><p>Bake.</p>"
    assert html_to_text(content) == "Bake."


def test_twice_escaped() -> None:
    assert html_to_text("&amp;lt;p&amp;gt;One&amp;lt;/p&amp;gt;&amp;lt;p&amp;gt;two&amp;lt;/p&amp;gt;") == "One\n\ntwo"


def test_deep_nesting_is_read() -> None:
    assert html_to_text("<div>" * 20_000 + "deep") == "deep"


def test_table_cells_stay_apart() -> None:
    assert html_to_text("<table><tr><td>Days</td><td>Nights</td></tr></table>") == "Days Nights"


@given(st.text())
def test_any_text_gives_clean_lines(content: str) -> None:
    for line in html_to_text(content).split("\n"):
        assert line == clean_line(line)


def test_clean_line_drops_control_and_invisible_characters() -> None:
    assert clean_line(" a\x00b\u200b\tc\ud800 e\u0301 ") == "a b c é"
    assert clean_line("Espresso\u00admaschinen \ufeffx") == "Espressomaschinen x"
