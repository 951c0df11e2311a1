"""Keys for finding names: one key for all the ways a name is typed. Never shown, never stored as the name."""

import re
import unicodedata

SHIFT = ord("ァ") - ord("ぁ")
KATAKANA = {code: code + SHIFT for code in [*range(ord("ぁ"), ord("ゖ") + 1), ord("ゝ"), ord("ゞ")]}
PLAIN_KANA = str.maketrans("ァィゥェォッャュョヮヵヶヰヱヲ", "アイウエオツヤユヨワカケイエオ")
VOICE_MARKS = re.compile("[\u3099\u309a\u309b\u309c]")
VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# 長音・ハイフン・ダッシュの類、中黒、点、空白は、鍵からすべて落とす。
DROPPED = re.compile("[\u30fc\u2010-\u2015\u2212\u2500\u301c~・.,、。'’\\-\\s]")
KANA_TEXT = re.compile("[ぁ-ゖァ-ヺ\u30fcゝゞヽヾ・\\s]+")

# 異体字: 各組の先頭の字を鍵に使う。
VARIANT_GROUPS = """
    高髙 崎﨑嵜碕 辺邊邉 斉齊斎齋 沢澤 浜濱濵 広廣 渋澁澀 桜櫻 島嶋嶌 国國圀 滝瀧
    竜龍 徳德 恵惠 真眞 槙槇 富冨 峰峯 吉𠮷 土圡 黒黑 実實 静靜 栄榮 円圓 遠逺
    塩鹽 応應 桧檜 関關 館舘 亀龜 暁曉 経經 薫薰 児兒 寿壽 条條 須湏 瀬瀨 曽曾
    荘莊庄 蔵藏 多夛 鉄鐵 伝傳 当當 尭堯 弥彌 豊豐 穂穗 万萬 宮宫 薮藪籔 与與
    来來 頼賴 緑綠 礼禮 鶴靏靍鸖 芦蘆 今仐 桑桒 栗㮚 柳栁桺 船舩 昇曻 晃晄 顕顯
    巌巖 郎郞 寛寬 弁辨瓣辯 坂阪 梅楳 角⻆ 秋穐 会會 学學
"""
VARIANTS = str.maketrans({other: group[0] for group in VARIANT_GROUPS.split() for other in group[1:]})


def name_key(text: str) -> str:
    """The search key of a name: 髙 is 高, ヶ is ケ, わたなべ is ワタナヘ, spaces and long marks are gone."""
    plain = unicodedata.normalize("NFKC", VARIATION_SELECTORS.sub("", text)).upper()
    plain = DROPPED.sub("", unicodedata.normalize("NFKC", plain))
    return _place_name_ke(_without_voice(katakana(plain.translate(VARIANTS))).translate(PLAIN_KANA))


def katakana(text: str) -> str:
    """Hiragana as katakana, everything else untouched."""
    return text.translate(KATAKANA)


def is_kana(text: str) -> bool:
    """Whether a reading is written in kana only (full or half width, spaces allowed)."""
    plain = unicodedata.normalize("NFKC", text)
    return bool(plain.strip()) and KANA_TEXT.fullmatch(plain) is not None


def _place_name_ke(plain: str) -> str:
    """霞ヶ丘, 霞ケ丘 and 霞が丘 are one place: between two kanji a folded が is a ケ."""
    return re.sub("(?<=[一-鿿々])カ(?=[一-鿿])", "ケ", plain)


def _without_voice(plain: str) -> str:
    """濁音 and 半濁音 folded: バ and パ become ハ."""
    return unicodedata.normalize("NFC", VOICE_MARKS.sub("", unicodedata.normalize("NFD", plain)))
