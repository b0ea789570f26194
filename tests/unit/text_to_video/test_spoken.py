"""What captions show and what the voice says, token by token."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from text_to_video.script.base import tokens
from text_to_video.script.spoken import spoken, spoken_line


@pytest.mark.parametrize(
    ("display", "said"),
    [
        ("It pays $95k.", "It pays 95_thousand_dollars."),
        ("$120,000–$150,000", "120000_to_150000_dollars"),
        ("$120,000 – $150,000 a year", "120000_dollars to 150000_dollars a year"),
        ("€48–56k", "48_to_56_thousand_euros"),
        ("$80–95k/year", "80_to_95_thousand_dollars_a_year"),
        ("$25/hour", "25_dollars_an_hour"),
        ("$20.50/hr.", "20_dollars_50_an_hour."),
        ("$1.2M", "1.2_million_dollars"),
        ("$1.2 million.", "1.2 million_dollars."),
        ("£45,000", "45000_pounds"),
        ("50.000 €", "50000 euros"),
        ("US$100–120K", "100_to_120_thousand_dollars"),
        ("$10M+", "10_million_dollars_plus"),
        ("CHF 100'000", "CHF 100000"),
        ("C++, C# and .NET", "C_plus_plus, C_sharp and .NET"),
        ("(e.g. bread)", "(for_example bread)"),
        ("24/7!", "24_7!"),
        ("R&D & sales", "R_and_D and sales"),
        ("w/ us and/or them", "with us and_or them"),
        ("CI/CD", "C.I_CD"),
        ("“AWS”.", "“A.W.S”."),
        ("KPIs", "K.P.I.'s"),
        ("3-5 years", "3_to_5 years"),
        ("#1 in 401(k).", "number_1 in 4_oh_1_k."),
        ("A → B", "A to B"),
        ("~50", "about_50"),
        ("plain words stay, don’t they?", "plain words stay, don’t they?"),
        ("9am to 5pm in 2031, 5+ days, 100%", "9am to 5pm in 2031, 5+ days, 100%"),
    ],
)
def test_english(display: str, said: str) -> None:
    assert spoken(display).replace("\u00a0", "_") == said


@pytest.mark.parametrize(
    ("language", "display", "said"),
    [
        ("de", "€48–56k/Jahr", "48_bis_56_Tausend_Euro_im_Jahr"),
        ("de-AT", "$1.2M", "1,2_Millionen_Dollar"),
        ("es", "R&D 3–5", "R_y_D 3_a_5"),
        ("fr", "50.000 – 60.000 €", "50000 à 60000 euros"),
        ("de", "UX z.B. AWS", "UX z.B. AWS"),
        ("ja", "$5k", "5_セン_ドル"),
        ("sv", "$5k 3–4", "5_k_$ 3_–_4"),
        ("ar", "20–25 ألف", "20_إلى_25 ألف"),
        ("hi", "₹18–20 लाख", "18_से_20 लाख_रुपये"),
        ("ko", "300~400만", "300_에서_400만"),
        ("zh", "我们\u200b招聘面包师，\u200b月薪2万元。", "我们 招聘面包师， 月薪2万元。"),
        ("en", "Acme 株式会社 مخبز", "Acme – –"),
        ("zh", "Acme 株式会社", "Acme 株式会社"),
    ],
)
def test_other_languages(language: str, display: str, said: str) -> None:
    assert spoken(display, language).replace("\u00a0", "_") == said


@pytest.mark.parametrize("display", ["https://example.org/jobs?a=1", "www.example.org", "jobs@example.org", "🍞", "•", "***", "|"])
def test_addresses_and_symbols_are_silent(display: str) -> None:
    assert spoken(display) == "–"


@given(st.text(), st.sampled_from(["en", "de", "fr", "xx"]))
def test_tokens_stay_aligned(display: str, language: str) -> None:
    line = spoken_line("duty", display, language)
    assert line.display == display
    assert len(tokens(line.spoken)) == len(tokens(display))


@given(st.from_regex(r"\A[$€£]?\d{1,3}([.,]\d{1,3})?[kM]?([-–][$€£]?\d{1,4}[kM]?)?[€+]?(/(hour|year|h))?\.?\Z"))
def test_any_amount_is_one_token(display: str) -> None:
    assert len(tokens(spoken(display))) == 1
    assert not set(spoken(display)) & set("$£€")


def test_tokens_split_at_white_space_but_not_at_no_break_spaces() -> None:
    assert tokens(" 95\u00a0thousand  dollars\n") == ["95\u00a0thousand", "dollars"]
