import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nisshin_support.kana import VARIANT_GROUPS, is_kana, katakana, name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("渡邊", "渡辺"),
        ("渡邉", "渡辺"),
        ("斎藤", "齋藤"),
        ("斉藤", "齊藤"),
        ("斉藤", "斎藤"),
        ("𠮷田", "吉田"),
        ("濵田", "浜田"),
        ("渡邉\U000e0100", "渡辺"),
        ("神\ufe00田", "神田"),
        ("山田 花子", "山田花子"),
        ("山田 花子", "山田花子"),
        ("やまだ", "ヤマダ"),
        ("ヤマダ", "ヤマダ"),
        ("ヤマダ", "ヤマタ"),
        ("パク", "ハク"),
        ("キョウコ", "キヨウコ"),
        ("ユウキ", "ゆうき"),
        ("ユーキ", "ユキ"),
        ("ジョン・スミス", "ジョンスミス"),
        ("ジョン=スミス", "ジョン=スミス"),
        ("JOHN", "john"),
        ("霞ヶ丘", "霞ケ丘"),
        ("霞が丘", "霞ケ丘"),
        ("一ノ瀬", "一の瀬"),
        ("1-2-3", "1−2−3"),
        ("1‐2―3", "1ー2-3"),
        ("は\u3099", "ば"),
    ],
)
def test_one_name_in_many_writings_has_one_key(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("山田", "田山"), ("ハナ", "ハマ"), ("高橋", "高梁"), ("木村", "大村")]
)
def test_different_names_keep_different_keys(one, other):
    assert name_key(one) != name_key(other)


def test_kana_ga_outside_place_names_stays_a_sound():
    assert name_key("ながの") == "ナカノ"
    assert name_key("中が") == "中カ"


def test_no_character_stands_in_two_groups():
    characters = "".join(VARIANT_GROUPS.split())
    assert len(characters) == len(set(characters))
    assert len(VARIANT_GROUPS.split()) >= 60


def test_variants_survive_normalisation():
    for group in VARIANT_GROUPS.split():
        assert len({name_key(character) for character in group}) == 1, group


@given(st.text())
def test_a_key_is_its_own_key(text):
    assert name_key(name_key(text)) == name_key(text)


@given(st.text(alphabet="あいうえおかがはばぱやゃゆゅよょつっアガパー髙高渡邊 "))
def test_writing_does_not_change_the_key(text):
    assert name_key(text) == name_key(katakana(text)) == name_key(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize("text", ["やまだ", "ヤマダ ハナコ", "ヤマダ", "ジョン・スミス", "ゆーき"])
def test_readings_are_kana(text):
    assert is_kana(text)


@pytest.mark.parametrize("text", ["", " ", "山田", "yamada", "やまだ1", "ヤマダ太郎"])
def test_other_writings_are_not_kana(text):
    assert not is_kana(text)
