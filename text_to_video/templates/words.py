"""The few words templates say themselves, per language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from text_to_video.script.alphabets import is_traditional
from text_to_video.script.phrases import primary


@dataclass(frozen=True)
class Words:
    """`hiring` stands for a title that cannot be shown, `where`, `pay` and `status` name fields, `open` is a status.

    `more` follows the first of several places: {n} is the number of the others, {m} of all.
    """

    hiring: str
    where: str
    pay: str
    status: str
    open: str
    remote: str
    either: str
    more: str


_WORDS: Mapping[str, Words] = {
    "en": Words("We’re hiring", "Where", "Pay", "Status", "Now hiring", "Remote", "or", "+ {n} more"),
    "de": Words("Wir stellen ein", "Wo", "Gehalt", "Status", "Stelle frei", "Remote", "oder", "+ {n} weitere"),
    "es": Words("Estamos contratando", "Dónde", "Sueldo", "Estado", "Vacante abierta", "Remoto", "o", "+ {n} más"),
    "fr": Words("Nous recrutons", "Lieu", "Salaire", "Statut", "Poste ouvert", "Télétravail", "ou", "+ {n} autres"),
    "it": Words("Assumiamo", "Dove", "Stipendio", "Stato", "Posizione aperta", "Da remoto", "o", "+ {n}"),
    "pt": Words("Estamos contratando", "Onde", "Salário", "Status", "Vaga aberta", "Remoto", "ou", "+ {n}"),
    "nl": Words("Wij zoeken mensen", "Waar", "Salaris", "Status", "Vacature open", "Op afstand", "of", "+ {n}"),
    "pl": Words("Zatrudniamy", "Gdzie", "Płaca", "Status", "Oferta aktualna", "Zdalnie", "lub", "+ {n}"),
    "ru": Words("Мы нанимаем", "Где", "Зарплата", "Статус", "Вакансия открыта", "Удалённо", "или", "+ {n}"),
    "uk": Words("Ми наймаємо", "Де", "Зарплата", "Статус", "Вакансія відкрита", "Віддалено", "або", "+ {n}"),
    "tr": Words("İşe alıyoruz", "Nerede", "Ücret", "Durum", "Pozisyon açık", "Uzaktan", "veya", "+ {n}"),
    "ar": Words("نوظّف الآن", "المكان", "الراتب", "الحالة", "التقديم مفتوح", "عن بُعد", "أو", "+ {n}"),
    "fa": Words("استخدام می\u200cکنیم", "محل", "حقوق", "وضعیت", "در حال استخدام", "دورکاری", "یا", "+ {n}"),
    "he": Words("מגייסים עובדים", "איפה", "שכר", "סטטוס", "המשרה פתוחה", "מרחוק", "או", "+ {n}"),
    "hi": Words("हम भर्ती कर रहे हैं", "कहाँ", "वेतन", "स्थिति", "भर्ती खुली है", "रिमोट", "या", "+ {n}"),
    "th": Words("เรากำลังรับสมัคร", "สถานที่", "เงินเดือน", "สถานะ", "เปิดรับสมัคร", "ทางไกล", "หรือ", "+ {n}"),
    "ja": Words("ただいま採用中", "勤務地", "給与", "状況", "募集中", "リモート", "または", "ほか{n}か所"),
    "ko": Words("채용 중", "근무지", "급여", "상태", "모집 중", "원격", "또는", "외 {n}곳"),
    "zh": Words("正在招聘", "地点", "薪资", "状态", "招聘中", "远程", "或", "等{m}地"),
    "zh-hant": Words("正在招募", "地點", "薪資", "狀態", "招募中", "遠端", "或", "等{m}地"),
}


def words_in(language: str) -> Words:
    """The words in a BCP 47 language; English where there are none."""
    return _WORDS.get("zh-hant" if is_traditional(language) else primary(language), _WORDS["en"])
