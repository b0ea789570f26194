"""How each language says what stands between and around numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class SpokenWords:
    """How one language says what stands between and around numbers."""

    to: str
    and_: str
    about: str
    decimal: str
    scale: Mapping[str, str]
    currency: Mapping[str, str]
    per: Mapping[str, str]


SPOKEN_WORDS = {
    "en": SpokenWords(
        *("to", "and", "about", "."),
        {"k": "thousand", "m": "million", "bn": "billion"},
        {"$": "dollars", "€": "euros", "£": "pounds", "¥": "yen", "₹": "rupees"},
        {"hour": "an hour", "day": "a day", "week": "a week", "month": "a month", "year": "a year"},
    ),
    "de": SpokenWords(
        *("bis", "und", "etwa", ","),
        {"k": "Tausend", "m": "Millionen", "bn": "Milliarden"},
        {"$": "Dollar", "€": "Euro", "£": "Pfund", "¥": "Yen", "₹": "Rupien"},
        {"hour": "pro Stunde", "day": "am Tag", "week": "pro Woche", "month": "im Monat", "year": "im Jahr"},
    ),
    "es": SpokenWords(
        *("a", "y", "unos", ","),
        {"k": "mil", "m": "millones de", "bn": "mil millones de"},
        {"$": "dólares", "€": "euros", "£": "libras", "¥": "yenes", "₹": "rupias"},
        {"hour": "por hora", "day": "al día", "week": "a la semana", "month": "al mes", "year": "al año"},
    ),
    "fr": SpokenWords(
        *("à", "et", "environ", ","),
        {"k": "mille", "m": "millions de", "bn": "milliards de"},
        {"$": "dollars", "€": "euros", "£": "livres", "¥": "yens", "₹": "roupies"},
        {"hour": "de l’heure", "day": "par jour", "week": "par semaine", "month": "par mois", "year": "par an"},
    ),
    "it": SpokenWords(
        *("a", "e", "circa", ","),
        {"k": "mila", "m": "milioni di", "bn": "miliardi di"},
        {"$": "dollari", "€": "euro", "£": "sterline", "¥": "yen", "₹": "rupie"},
        {"hour": "all’ora", "day": "al giorno", "week": "a settimana", "month": "al mese", "year": "all’anno"},
    ),
    "pt": SpokenWords(
        *("a", "e", "cerca de", ","),
        {"k": "mil", "m": "milhões de", "bn": "bilhões de"},
        {"$": "dólares", "€": "euros", "£": "libras", "¥": "ienes", "₹": "rupias"},
        {"hour": "por hora", "day": "por dia", "week": "por semana", "month": "por mês", "year": "por ano"},
    ),
    "nl": SpokenWords(
        *("tot", "en", "ongeveer", ","),
        {"k": "duizend", "m": "miljoen", "bn": "miljard"},
        {"$": "dollar", "€": "euro", "£": "pond", "¥": "yen", "₹": "roepie"},
        {"hour": "per uur", "day": "per dag", "week": "per week", "month": "per maand", "year": "per jaar"},
    ),
    "pl": SpokenWords(
        *("do", "i", "około", ","),
        {"k": "tysięcy", "m": "milionów", "bn": "miliardów"},
        {"$": "dolarów", "€": "euro", "£": "funtów", "¥": "jenów", "₹": "rupii"},
        {"hour": "za godzinę", "day": "dziennie", "week": "tygodniowo", "month": "miesięcznie", "year": "rocznie"},
    ),
    "ru": SpokenWords(
        *("до", "и", "около", ","),
        {"k": "тысяч", "m": "миллионов", "bn": "миллиардов"},
        {"$": "долларов", "€": "евро", "£": "фунтов", "¥": "иен", "₹": "рупий"},
        {"hour": "в час", "day": "в день", "week": "в неделю", "month": "в месяц", "year": "в год"},
    ),
    "uk": SpokenWords(
        *("до", "і", "близько", ","),
        {"k": "тисяч", "m": "мільйонів", "bn": "мільярдів"},
        {"$": "доларів", "€": "євро", "£": "фунтів", "¥": "єн", "₹": "рупій"},
        {"hour": "на годину", "day": "на день", "week": "на тиждень", "month": "на місяць", "year": "на рік"},
    ),
    "tr": SpokenWords(
        *("ile", "ve", "yaklaşık", ","),
        {"k": "bin", "m": "milyon", "bn": "milyar"},
        {"$": "dolar", "€": "avro", "£": "sterlin", "¥": "yen", "₹": "rupi"},
        {"hour": "saatte", "day": "günde", "week": "haftada", "month": "ayda", "year": "yılda"},
    ),
    "ar": SpokenWords(
        *("إلى", "و", "حوالي", "."),
        {"k": "ألف", "m": "مليون", "bn": "مليار"},
        {"$": "دولار", "€": "يورو", "£": "جنيه", "¥": "ين", "₹": "روبية"},
        {"hour": "في الساعة", "day": "في اليوم", "week": "في الأسبوع", "month": "في الشهر", "year": "في السنة"},
    ),
    "fa": SpokenWords(
        *("تا", "و", "حدود", "."),
        {"k": "هزار", "m": "میلیون", "bn": "میلیارد"},
        {"$": "دلار", "€": "یورو", "£": "پوند", "¥": "ین", "₹": "روپیه"},
        {"hour": "در ساعت", "day": "در روز", "week": "در هفته", "month": "در ماه", "year": "در سال"},
    ),
    "hi": SpokenWords(
        *("से", "और", "लगभग", "."),
        {"k": "हज़ार", "m": "मिलियन", "bn": "बिलियन"},
        {"$": "डॉलर", "€": "यूरो", "£": "पाउंड", "¥": "येन", "₹": "रुपये"},
        {"hour": "प्रति घंटा", "day": "प्रति दिन", "week": "प्रति सप्ताह", "month": "प्रति माह", "year": "प्रति वर्ष"},
    ),
    "ja": SpokenWords(
        *("カラ", "ト", "ヤク", "."),
        {"k": "セン", "m": "ヒャクマン", "bn": "ジュウオク"},
        {"$": "ドル", "€": "ユーロ", "£": "ポンド", "¥": "エン", "₹": "ルピー"},
        {"hour": "マイジ", "day": "マイニチ", "week": "マイシュウ", "month": "マイツキ", "year": "マイトシ"},
    ),
    "ko": SpokenWords(
        *("에서", "그리고", "약", "."),
        {"k": "천", "m": "백만", "bn": "십억"},
        {"$": "달러", "€": "유로", "£": "파운드", "¥": "엔", "₹": "루피"},
        {"hour": "시간당", "day": "하루", "week": "일주일", "month": "한 달", "year": "일 년"},
    ),
    "zh": SpokenWords(
        *("到", "和", "大约", "."),
        {"k": "千", "m": "百万", "bn": "十亿"},
        {"$": "美元", "€": "欧元", "£": "英镑", "¥": "元", "₹": "卢比"},
        {"hour": "每小时", "day": "每天", "week": "每周", "month": "每月", "year": "每年"},
    ),
}

SYMBOLS = SpokenWords(
    *("–", "&", "", "."),
    {"k": "k", "m": "M", "bn": "bn"},
    {symbol: symbol for symbol in "$€£¥₹"},
    {"hour": "/h", "day": "", "week": "", "month": "", "year": ""},
)
"""For languages whose words we lack: voices know the commonest signs themselves."""
