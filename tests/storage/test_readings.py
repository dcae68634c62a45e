"""Customers are found by what people type: characters, pinyin, initials, and slips of these."""

import subprocess
import sys
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import readings
from storage.readings import EXACT, TYPO, Search, core, grams, initials, is_clear, query_grams, rank

LISTED = """
宁波精工 华强 华强电子 长城 长虹 重庆啤酒 乐清电气 曾氏 仇氏 百合福 中都草原 中信城 御厨家宴
歌华有线 赫斯特 百年家良 红客联盟 汤妈妈 倍耐特 百搜 健臣 圣弗兰 渼陂 百瑞祥 健鼎 中冶东方 优势力
汇园 御殿 完美饰家 蟹鲜生 歌魅 百里红 圣德国际 汪师傅 湖北电力 候鸟之家 皇后镇 红康 汴绣 湖塘悦色
倚天屠龙 倚天科技 皇旭 傻鱼儿 锦程服饰 云梯教育 海银金控 名门锁业 恒达精密 绿色动力 银行之家
音乐之声
"""
NAMES = LISTED.split()


def found(text: str, names: Iterable[str] = NAMES) -> list[str]:
    """What an index over the names gives for a search, ranked."""
    index = {name: grams(name) for name in names}
    numbers = dict(enumerate(index))
    candidates = [
        (number, name)
        for number, name in numbers.items()
        if any(answers(search, index[name]) for search in query_grams(text))
    ]
    return [numbers[number] for number, _ in rank(text, candidates)]


def answers(search: Search, keys: frozenset[str]) -> bool:
    return len(keys.intersection(search.grams)) >= search.need


def scores(text: str, *names: str) -> list[tuple[int, float]]:
    return rank(text, list(enumerate(names)))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_by_itself_in_any_spelling(name: str) -> None:
    reading = next(iter(readings.readings(name)))
    assert found(name)[0] == name
    assert found(f" {name}有限公司 ")[0] == name
    assert found(reading)[0] == name
    assert found(reading.upper())[0] == name
    assert name in found(next(iter(initials(name))))


@pytest.mark.parametrize("name", NAMES)
def test_every_two_characters_of_a_name_find_it(name: str) -> None:
    for start in range(len(name) - 1):
        assert name in found(name[start : start + 2])


@pytest.mark.parametrize("name", [name for name in NAMES if len(name) >= 4])
def test_a_name_of_four_characters_is_found_with_any_one_of_them_wrong(name: str) -> None:
    for at in range(len(name)):
        assert found(f"{name[:at]}某{name[at + 1 :]}")[0] == name


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("nbjg", "宁波精工"),
        ("ningbojing", "宁波精工"),
        ("jinggong", "宁波精工"),
        ("NingBo JingGong", "宁波精工"),
        ("宁波jinggong", "宁波精工"),
        ("宁波静工", "宁波精工"),
        ("宁波精工有限公司", "宁波精工"),
        ("宁 波 精 工", "宁波精工"),
        ("hqdz", "华强电子"),
        ("changcheng", "长城"),
        ("zhangcheng", "长城"),
        ("chongqing", "重庆啤酒"),
        ("yueqing", "乐清电气"),
        ("leqing", "乐清电气"),
        ("zengshi", "曾氏"),
        ("qiushi", "仇氏"),
        ("lvse", "绿色动力"),
        ("lüse", "绿色动力"),
        ("luse", "绿色动力"),
        ("yinhang", "银行之家"),
        ("yinyue", "音乐之声"),
        ("hengdajingmi", "恒达精密"),
        ("hengdajinmi", "恒达精密"),
        ("hengdajignmi", "恒达精密"),
        ("hengadjingmi", "恒达精密"),
        ("海银控", "海银金控"),
        ("皇后真", "皇后镇"),
        ("势", "优势力"),
    ],
)
def test_people_find(typed: str, meant: str) -> None:
    assert found(typed)[0] == meant


@pytest.mark.parametrize("typed", ["", " ", "!?", "龘龘", "xyzzy", "😀", "有限公司"])
def test_what_names_nobody_finds_nobody(typed: str) -> None:
    assert found(typed) == []


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_can_be_a_name_and_a_question(name: str, typed: str) -> None:
    assert all(grams(name))
    assert all(0 <= score <= 100 for _, score in scores(typed, name))
    if readings.bare(name):
        assert found(name, [name]) == [name]
        assert scores(name, name) == [(0, 100.0)]
        assert 1 <= len(readings.readings(name)) <= 8


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("宁波精工", "精工"),
        ("宁波市精工机械（集团）股份有限公司", "精工机械"),
        ("浙江省宁波市精工机械厂", "精工机械"),
        ("博世（中国）投资有限公司", "博世投资"),
        ("华强集团有限公司", "华强"),
        ("苏州银行", "银行"),
        ("宁波有限公司", "宁波"),
        ("上海", "上海"),
        ("北京厂", "北京"),
        ("集团", "集团"),
        ("有限公司", "有限公司"),
        ("Ningbo Jinggong Co., Ltd.", "ningbo jinggong"),
        ("Robert Bosch GmbH & Co. KG", "robert bosch"),
        ("Ｓｉｅｍｅｎｓ　ＡＧ", "siemens"),
        ("Ferrari S.p.A.", "ferrari"),
        ("Acme Holdings, Inc.", "acme"),
        ("Alcoa", "alcoa"),
        ("Disco", "disco"),
        ("Co Ltd", "co"),
        ("3M Company", "3m"),
    ],
)
def test_the_core_is_what_people_say(name: str, said: str) -> None:
    assert core(name) == said


def test_a_place_may_bear_its_city() -> None:
    assert core("宁波市中心医院") == "中心医院"
    assert core("马鞍山钢铁") == "钢铁"


def test_the_same_characters_are_normalised_alike() -> None:
    assert readings.normalise(" ＴＣＬ　 Straße ") == "tcl strasse"
    assert readings.bare("Müller-Lüdenscheidt (Export) 3号") == "mullerludenscheidtexport3号"


def test_readings_know_surnames_and_places_besides_the_dictionary() -> None:
    assert readings.readings("曾氏") >= {"zengshi", "cengshi"}
    assert readings.readings("单县") >= {"shanxian", "danxian"}
    assert readings.readings("区氏") >= {"oushi"}
    assert readings.readings("重庆") == {"chongqing", "zhongqing"}
    assert readings.readings("乐清") == {"yueqing", "leqing"}
    assert readings.readings("TCL电子") == {"tcldianzi"}
    assert readings.readings("") == {""}


def test_readings_are_kept_to_the_eight_likeliest() -> None:
    kept = readings.readings("长单厂车乐")
    assert len(kept) == 8
    assert {"changdanchangchele", "changshanchangchele"} <= kept


def test_initials_are_of_syllables_or_of_words() -> None:
    assert initials("宁波精工") == {"nbjg"}
    assert initials("长城") == {"cc", "zc"}
    assert initials("TCL电子") == {"tcldz"}
    assert initials("Robert Bosch") == {"rb"}
    assert initials("Siemens") == set()


def test_the_keys_of_a_name() -> None:
    assert grams("华强有限公司") == {
        *("华强", "w:huaqiang", "w:huajiang", "w:hq", "w:hj", "i:hq", "i:hj"),
        *("p:hua", "p:uaq", "p:aqi", "p:qia", "p:ian", "p:ang", "p:uaj", "p:aji", "p:jia"),
    }
    assert grams("龘") == {"龘", "p:da", "w:da", "w:d", "i:d"}
    assert grams("3M") == {"3m"}
    assert grams("Bosch") == {"bo", "os", "sc", "ch"}


def test_names_have_few_keys() -> None:
    assert sum(len(grams(name)) for name in NAMES) / len(NAMES) < 20


def test_a_search_is_loose_when_some_of_its_keys_may_be_missing() -> None:
    searches = query_grams("宁波精工")
    assert [search.loose for search in searches] == sorted(search.loose for search in searches)
    assert searches[0] == Search(("宁波", "波精", "精工"), 3, EXACT)
    assert Search(("宁波", "波精", "精工"), 1, TYPO) in searches
    assert query_grams("？！") == ()


def test_the_better_an_answer_the_higher_it_stands() -> None:
    names = ["花墙", "新华强", "华庆", "华强电子", "宁波华强", "华强", "化墙纸业"]
    order = [names[number] for number, _ in scores("华强", *names)]
    assert order == ["华强", "宁波华强", "华强电子", "新华强", "花墙", "化墙纸业", "华庆"]


def test_pinyin_goes_before_initials() -> None:
    names = ["安格力", "昂力", "艾尼格", "昂"]
    order = [names[number] for number, _ in scores("ang", *names)]
    assert order[0] == "昂"
    assert order[1] == "昂力"
    assert order.index("安格力") < order.index("艾尼格")


def test_equals_stay_in_the_order_given_and_the_list_is_cut() -> None:
    assert [number for number, _ in scores("华强", "华强一", "华强二", "华强三")] == [0, 1, 2]
    assert len(rank("华强", [(number, "华强") for number in range(20)], 3)) == 3


def test_a_customer_with_several_names_stands_once_by_its_best() -> None:
    assert rank("华强", [(4, "深圳华强实业"), (5, "华强二厂"), (4, "华强")])[0] == (4, 100.0)
    assert len(rank("华强", [(4, "深圳华强实业"), (4, "华强")])) == 1


def test_a_legal_form_does_not_matter_but_the_exact_name_is_better() -> None:
    assert scores("华强有限公司", "华强", "华强有限公司") == [(1, 100.0), (0, 99.0)]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("华强", ["华强"]),
        ("华强", ["华强电子", "华强"]),
        ("精工", ["宁波精工", "精工机械"]),
        ("huaqiang", ["华强", "华强电子"]),
        ("华强电", ["华强电子"]),
        ("nbjg", ["宁波精工"]),
        ("宁波静工", ["宁波精工", "宁波银行"]),
        ("恒大精秘", ["恒达精密"]),
        ("华强电", ["华强电子", "花蔷电器"]),
    ],
)
def test_it_is_clear_who_is_meant_by(typed: str, names: list[str]) -> None:
    assert is_clear(scores(typed, *names))


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("华强", []),
        ("华强", ["恒达"]),
        ("华强", ["华强", "华强"]),
        ("华强", ["华强电子", "华强实业"]),
        ("精工", ["宁波精工", "上海精工"]),
        ("huaqiang", ["华强", "花墙"]),
        ("hq", ["华强", "恒勤"]),
        ("宁波银工", ["宁波精工", "宁波银行"]),
        ("华强", ["华庆"]),
    ],
)
def test_it_is_not_clear_who_is_meant_by(typed: str, names: list[str]) -> None:
    assert not is_clear(scores(typed, *names))


def test_the_dictionaries_are_loaded_only_when_characters_are_to_be_read() -> None:
    script = (
        "import sys; from storage import readings; readings.grams('Bosch');"
        "print('pypinyin' in sys.modules); readings.grams('华强'); print('pypinyin' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "True"]
