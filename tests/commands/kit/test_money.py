"""What people write for an amount of money, and what is sent back to them."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from commands.kit.money import Money, NotMoney, Why, parse_money

YUAN = {
    "0": "0",
    "5": "5",
    "1200.50": "1200.50",
    "1,200.50": "1200.50",
    "12,345,678": "12345678",
    "１，２００．５": "1200.5",
    " 3.5万 ": "35000",
    "3.5 万 元": "35000",
    "3.5W": "35000",
    "1.23456万": "12345.60",
    "1.2亿": "120000000",
    "1.2万亿": "1200000000000",
    "3千": "3000",
    "3百万": "3000000",
    "12k": "12000",
    "12 thousand": "12000",
    "3.5m": "3500000",
    "3.5 Million": "3500000",
    "1.25bn": "1250000000",
    "三万五": "35000",
    "3万5": "35000",
    "3万5千": "35000",
    "3万5000": "35000",
    "三万零五百": "30500",
    "三百二十": "320",
    "三百二": "320",
    "三百零二": "302",
    "一百一十五": "115",
    "十五": "15",
    "十万": "100000",
    "两千六": "2600",
    "一千零五十万": "10500000",
    "1亿2000万": "120000000",
    "三点五万": "35000",
    "叁万伍仟元整": "35000",
    "人民币壹佰万元整": "1000000",
    "¥500": "500",
    "￥500": "500",
    "500元": "500",
    "500块钱": "500",
    "RMB 500": "500",
    "500 rmb": "500",
    "CNY 500": "500",
    "¥3.5万元": "35000",
    "3块5": "3.50",
    "三块五": "3.50",
    "3元5角2分": "3.52",
    "3块零5分": "3.05",
    "9999999999999.99": "9999999999999.99",
}

ABROAD = {
    "$5": ("5", "USD"),
    "USD 5k": ("5000", "USD"),
    "us$3.5m": ("3500000", "USD"),
    "5000美元": ("5000", "USD"),
    "三万五美金": ("35000", "USD"),
    "20 dollars": ("20", "USD"),
    "€20": ("20", "EUR"),
    "20欧元": ("20", "EUR"),
    "20 EUR": ("20", "EUR"),
    "£20": ("20", "GBP"),
    "港币500元": ("500", "HKD"),
    "HK$500": ("500", "HKD"),
    "5万日元": ("50000", "JPY"),
}

REFUSED: dict[str, Why] = {
    "": "unreadable",
    "元": "unreadable",
    "万": "unreadable",
    "百万": "unreadable",
    "NaN": "unreadable",
    "inf": "unreadable",
    "1e5": "unreadable",
    "0x10": "unreadable",
    "٣": "unreadable",
    "1_000": "unreadable",
    "约3万": "unreadable",
    "3-5万": "unreadable",
    "3 5": "unreadable",
    "1 200": "unreadable",
    "12,00": "unreadable",
    "1,5": "unreadable",
    "1.200,50": "unreadable",
    "1.2.3": "unreadable",
    "3万500": "unreadable",
    "3.5万5": "unreadable",
    "3万5万": "unreadable",
    "2百3千": "unreadable",
    "三万五亿": "unreadable",
    "3.5块5": "unreadable",
    "USD 5欧元": "unreadable",
    "5 lbs": "unreadable",
    "1\n2": "unreadable",
    "9" * 30: "unreadable",
    "9" * 1_000_000: "unreadable",
    "-5": "negative",
    "－5": "negative",
    "−5": "negative",
    "¥-5": "negative",
    "负三万": "negative",
    "minus 5": "negative",
    "(500)": "negative",
    "1.234": "decimals",
    "1.200": "decimals",
    "1.234567千": "decimals",
    "0.001": "decimals",
    "10000000000000": "large",
    "10万亿": "large",
    "99999999亿": "large",
}


@pytest.mark.parametrize(("words", "amount"), YUAN.items())
def test_an_amount_is_in_yuan_unless_something_else_is_said(words: str, amount: str) -> None:
    assert parse_money(words) == Money(Decimal(amount), "CNY")


@pytest.mark.parametrize(("words", "money"), ABROAD.items())
def test_the_currency_named_is_the_one_taken(words: str, money: tuple[str, str]) -> None:
    assert parse_money(words) == Money(Decimal(money[0]), money[1])


def test_an_amount_without_a_currency_is_in_the_one_asked_for() -> None:
    assert parse_money("3.5万", "EUR") == Money(Decimal(35000), "EUR")
    assert parse_money("¥3.5万", "EUR") == Money(Decimal(35000), "CNY")


@pytest.mark.parametrize(("words", "why"), REFUSED.items())
def test_what_cannot_be_booked_is_refused_with_the_reason(words: str, why: Why) -> None:
    with pytest.raises(NotMoney) as caught:
        parse_money(words)
    assert caught.value.why == why
    assert len(str(caught.value)) < 100


pieces = st.sampled_from([*YUAN, *ABROAD, *"三万五千百十亿零点元块角分整￥$-(),. 12k㏠①½９٣"])
texts = st.text(max_size=60) | st.lists(pieces, max_size=5).map("".join)


@given(texts)
@example("3" * 20 + "亿" + "3" * 18)
@example("1.0000000000000000001万")
def test_any_text_is_an_amount_or_is_refused(text: str) -> None:
    try:
        money = parse_money(text)
    except NotMoney:
        return
    assert 0 <= money.amount < 10**13
    assert money.amount.as_tuple().exponent == -2
    assert len(money.currency) == 3


@given(st.decimals(0, 9999999999999, places=2))
def test_every_amount_is_read_as_it_is_written(amount: Decimal) -> None:
    for words in (f"{amount}", f"{amount:,}", f"¥{amount:,}元"):
        assert parse_money(words) == Money(amount, "CNY")


@given(st.integers(1, 99_999_999))
def test_every_whole_amount_is_read_as_it_is_said(amount: int) -> None:
    assert parse_money(said(amount)) == Money(Decimal(amount), "CNY")


def said(amount: int) -> str:
    """The standard Chinese reading of a number below a hundred million."""
    high, low = divmod(amount, 10_000)
    if not high:
        return said_below_ten_thousand(low)
    gap = "零" if 0 < low < 1000 else ""
    return (
        said_below_ten_thousand(high) + "万" + gap + (said_below_ten_thousand(low) if low else "")
    )


def said_below_ten_thousand(amount: int) -> str:
    words = ""
    for digit, unit in zip(f"{amount:04}", "千百十 ", strict=True):
        words += "零" if digit == "0" else "零一二三四五六七八九"[int(digit)] + unit.strip()
    while "零零" in words:
        words = words.replace("零零", "零")
    return words.strip("零")
