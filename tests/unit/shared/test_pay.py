"""Pay ranges as postings state them, and numbers that only look like pay."""

import pytest

from shared.pay import pay_from_ranges, pay_from_text


@pytest.mark.parametrize(
    ("text", "pay"),
    [
        ("The salary for this role is $120,000 - $150,000 per year.", "$120–150k"),
        ("Base salary: $95K–$115K plus equity", "$95–115k"),
        ("Salary between €48.000 and €56.000 a year", "€48–56k"),
        ("Pay: £41,500 to £44,250", "£41,500–44,250"),
        ("We pay $28.50 - $34 an hour.", "$28.50–34/hour"),
        ("Annual compensation CA$90,000—CA$110,000", "CA$90–110k"),
        ("Compensation USD 100,000 - 130,000", "$100–130k"),
        ("The salary range is $100k-$100k", "$100k"),
    ],
)
def test_stated_pay(text: str, pay: str) -> None:
    assert pay_from_text(text) == pay


@pytest.mark.parametrize(
    "text",
    [
        "We raised $20 million - $50 million last year and pay well.",
        "An $8-$12 trillion industry. Competitive salary.",
        "We look after budgets of $50,000 - $90,000 for our clients.",
        "Salary $90,000 - $100,000 in Ohio; salary $120,000 - $140,000 in California",
        "Pay $10 - $15,000",
        "The pay is competitive.",
        "Salary $150,000 - $120,000",
    ],
)
def test_no_clear_pay(text: str) -> None:
    assert pay_from_text(text) is None


def test_ranges_of_the_board() -> None:
    assert pay_from_ranges([(23_000_000, 25_000_000, "USD", "")]) == "$230–250k"
    assert pay_from_ranges([(2_850, 3_400, "EUR", "")]) == "€28.50–34/hour"
    assert pay_from_ranges([(320_000, 360_000, "EUR", "Monatsgehalt")]) == "€3,200–3,600/month"
    assert pay_from_ranges([(10_000_000, 12_000_000, "USD", "A"), (9_000_000, 9_500_000, "USD", "B")]) is None
    assert pay_from_ranges([(50_000_000, 60_000_000, "SEK", "Annual salary range")]) == "SEK 500–600k"
