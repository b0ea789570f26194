"""A guess at the language of a text, for briefs that leave it at the default."""

from __future__ import annotations

import re
from collections import Counter

from shared.schemas.clips import ClipBrief
from shared.schemas.reels import ReelBrief
from text_to_video.script.alphabets import alphabet_of, han_language

_COMMON = {
    "Latin": {
        "en": "the and of to in for with you our is are will this that we your on as",
        "de": "und die der das mit für wir du ein eine von im zu den ist auf bei sie dich deine",
        "es": "y de la el los las con para en un una que del nuestro tu se por al como",
        "fr": "et de la le les des vous pour dans un une avec nous est en votre sur du au",
        "it": "e di la il che con per un una del della nel sono gli si le i alla",
        "pt": "e de a o que com para em um uma os as do da no na você se",
        "nl": "en de het een van voor met je wij in op te zijn bij ons als",
        "pl": "i w z na do się oraz dla jest od nasz że przez jako",
        "tr": "ve bir için ile bu olarak en çok gibi olan da de veya üzere iyi",
        "sv": "och att det som en för på är av med till den vi du ett om har inom",
        "da": "og at det som en for på er af med til den vi du et om har vores",
        "nb": "og å det som en for på er av med til den vi du et om har hos",
        "fi": "ja on ei että se tai sekä joka olet sinulla meillä työ kanssa myös",
        "cs": "a v na se je s pro že z k do od ve jako naše",
        "ro": "și de la în cu pe un o pentru este care din sau să",
        "hu": "és a az egy hogy nem is vagy van meg mint azt",
        "id": "dan yang di untuk dengan dari dalam pada anda akan atau kami",
        "vi": "và của các cho với trong là có được những bạn tại về",
    },
    "Cyrillic": {
        "ru": "и в на с для не что по мы вы от из к это опыт работы",
        "uk": "і в на з для не що та ми ви від із до це досвід роботи й",
        "bg": "и в на с за не че от ще да се са по при ние",
        "sr": "и у на са за не да је се од ће по при ми",
    },
    "Arabic": {
        "ar": "في من على إلى مع أو عن هذا التي أن ما و",
        "fa": "و در به از با که را این برای است یا های می",
        "ur": "اور کے کی میں ہے کا سے کو پر یا ہیں کے",
    },
    "Devanagari": {
        "hi": "है हैं के में की का और को से पर आप",
        "mr": "आहे आणि च्या आहेत या करणे व तुम्ही साठी",
        "ne": "छ र को मा गर्ने छन् हुने लागि तथा",
    },
}
_WORDS = {alphabet: {language: frozenset(words.split()) for language, words in common.items()} for alphabet, common in _COMMON.items()}
_ALONE = {"Hebrew": "he", "Japanese": "ja", "Korean": "ko", "Thai": "th", "Tamil": "ta", "Greek": "el"}
"""Alphabets that one language fills most pages of."""
_WORD = re.compile(r"[^\s\d.,;:!?()\"/|«»„“”…–—•।،؛؟\[\]{}]+")
_READ_CHARACTERS = 4000


def language_of(brief: ReelBrief | ClipBrief) -> str:
    """The language of the brief's text: what it says, unless that is the default."""
    text = brief.description if isinstance(brief, ReelBrief) else "\n".join(brief.instructions)
    return guess_language(text, brief.language) if brief.language == "en" else brief.language


def guess_language(text: str, default: str) -> str:
    """The language of most of `text`, by its alphabet and its commonest words; `default` unless another clearly leads it."""
    text = text[:_READ_CHARACTERS]
    alphabet = alphabet_of(text)
    if alphabet in _ALONE:
        return _ALONE[alphabet]
    if alphabet == "Chinese":
        return han_language(text) or "zh"
    if alphabet not in _WORDS:
        return default
    counts = Counter(_WORD.findall(text.lower()))
    hits = {language: sum(counts[word] for word in common) for language, common in _WORDS[alphabet].items()}
    best = max(hits, key=hits.__getitem__)
    if alphabet != "Latin":
        return best
    return best if hits[best] >= 5 and hits[best] > 2 * hits.get(default, 0) else default
