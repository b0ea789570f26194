"""The lines that state facts: role and company, place, pay. They say what the brief's fields say and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from shared.schemas.reels import ReelBrief
from shared.text import clean_line
from text_to_video.script.phrases import PHRASES
from text_to_video.script.phrases.base import Phrases

_ROLE_NOUN = re.compile(
    r"(?:er|or|ist|ian|eer|yst|ect|ant|ive|man|woman|person|smith|wright|agent|president|superintendent|resident|student|nurse|intern|chef"
    r"|chief|cook|head|lead|vp|c[eftmpi]o|cro|ciso|coach|guard|associate|partner|advocate|clerk|host|hostess|attendant|apprentice|trainee"
    r"|fellow|paralegal|counsel|midwife|pilot|principal|aide|hand|steward|captain|guide|keeper|barista|nanny|judge|mate|butcher"
    r"|au pair|sdr|bdr|ae|ea|pm|mgr|swe)$",
    re.IGNORECASE,
)
_NOT_ROLES = re.compile(
    r"(?:centers?|order|power|paper|summer|winter|career|computer|number|labor|customers?|sector|partners?hips?|senior|junior|contractor)$",
    re.IGNORECASE,
)
"""Words that only look like those who do something."""
_RANK = re.compile(
    r"(?:senior |sr\.? |associate |assistant |executive |regional |area )*(?:(?:vice )?president|director|[es]?vp|head|chief|manager)\b",
    re.IGNORECASE,
)
_PLURAL = re.compile(
    r"(?:er|or|ist|ian|eer|yst|ant|agent|nurse|intern|chef|cook|associate|partner|lead|head|student|representative|clerk)s$|^staff$",
    re.IGNORECASE,
)
_GRADE = re.compile(r"(?:\s+(?:[IVX]{1,4}|\d{1,2}|[LG]\d|GS-?\d+|Jr\.?|Sr\.?|[A-C]))+$")
_ASIDE = re.compile(
    r"^(?:(?:fully |100% ?)?(?:remote|hybrid|on-?site|contract(?:or)?|full[- ]?time|part[- ]?time|permanent|temporary|freelance)"
    r"|fixed[- ]term|ftc|\d+%|m/?[fw]/?[dx]|[fw]/?m/?[dx]|all genders?|us|usa|uk|eu|emea|apac|latam|dach|europe|global|worldwide"
    r"|immediate start|urgent|new|(?:req|ref|job)?\W*\d{3,}\S*|20\d\d)\b.*$",
    re.IGNORECASE,
)
"""Parts of a title that are not the role."""
_COUNTRIES_WITH_THE = re.compile(
    r"(?:united|us|usa|u\.s\.?|uk|u\.k\.?|eu|uae|netherlands|philippines|czech republic|dominican|bahamas|americas|maldives|hague|bronx"
    r"|midlands|hamptons|(?:san francisco )?bay area)\b",
    re.IGNORECASE,
)
_REMOTE = re.compile(
    r"\b(?:(?:fully|100%) )?(?:remote(?:ly)?|anywhere|work from home|wfh|home[- ]?office|télétravail|remoto|virtual)\b"
    r"(?: (?:in|from|within|only))?",
    re.IGNORECASE,
)
_MAYBE_REMOTE = re.compile(r"\bremote (?:possible|optional|friendly|ok)|\bor remote", re.IGNORECASE)
_NOWHERE = re.compile(
    r"(?:\b(?:hybrid|on-?site|in[- ]office|office|hq|headquarters|only|based|flexible|global(?:ly)?|worldwide|various|multiple locations"
    r"|tbd|n/a|distributed)\b\W*)+",
    re.IGNORECASE,
)
_TIME_ZONE = re.compile(
    r"(?:[CEW]ES?T|[CEMP][SD]?T|UTC|GMT|BST|eastern|central|mountain|pacific)(?: ?(?:standard )?time(?: ?zones?)?)?"
    r"(?:\W{0,6}\d{1,2}(?::\d\d)?(?: ?h(?:ou)?rs?)?)?",
    re.IGNORECASE,
)
_LONGEST_TITLE = 9
_TALENT_POOL = re.compile(
    r"^(?:general|open|spontaneous|speculative|unsolicited|future)(?: \w+)? (?:application|inquiry|enquiry|interest|openings?|role"
    r"|positions?|opportunit\w+|hiring)\b|\b(?:talent|candidate) (?:pool|community|network|pipeline)\b"
    r"|\bfuture (?:hiring|opportunit\w+|openings?|roles?)|\bgeneral (?:opportunit\w+|application)"
    r"|(?:don.?t|do not|didn.?t) (?:see|find) (?:a|an|any|the|your|what)\b|\byour (?:cv|r[eé]sum[eé])\b"
    r"|\bexpression of interest|initiativbewerbung|candidature spontan|candidatura espont",
    re.IGNORECASE,
)
"""Titles of adverts without a job: whoever answers goes on a list."""


def said(text: str) -> str:
    """`text` on one line without emoji, bullets and other marks no voice can read. May be empty."""
    kept = "".join(
        c if unicodedata.category(c)[0] in "LMNPZ" or unicodedata.category(c) == "Sc" or c in "+\u200c\u200d" else " "
        for c in clean_line(text)
    )
    return " ".join(re.sub("[*•·_{}\ufe0f]|(?<![\u0600-\u08ff\u0900-\u0dff])[\u200c\u200d]", " ", kept).split()).strip(" ,;:!–—-/")


def short_title(title: str, places: Sequence[str] = ()) -> str:
    """The title without what is no part of the role: brackets, gender marks, places, contract forms, reference numbers.

    "SENIOR BAKER (m/f/d) - Berlin | Remote" → "Senior Baker"; "Platform: Engineer" → "Engineer, Platform". May be empty.
    """
    text = re.sub(r"[(\[](senior|junior|lead|staff|principal)[)\]]", r"\1", clean_line(title), flags=re.IGNORECASE)
    text = re.sub(r"\s*[(\[{（【［][^()\[\]{}（）【】［］]*[)\]}）】］]?", " ", text.replace("|", " | ").replace("｜", " | "))
    text = re.sub(r"(?<=\w)[:*/](?:in|innen|frau|r|e|euse|trice)\b", "", text)
    parts = [said(part) for part in re.split(r"\s[-–—|@/•·]+\s|\s*:\s+|\s*：\s*", text)]
    near = {word for place in places for word in re.findall(r"[^\W\d]{3,}", place.lower())}
    parts = [
        part
        for part in parts
        if part and (is_role(part) or not _ASIDE.match(part)) and not set(re.findall(r"\w{3,}", part.lower()) or "-") <= near
    ]
    parts.sort(key=lambda part: not is_role(part))
    kept = ", ".join(parts)
    if len(kept.split()) > _LONGEST_TITLE:
        kept = " ".join(kept.split(",")[0].split()[:_LONGEST_TITLE])
    return (kept.title() if kept.isupper() and len(kept) > 5 else kept).rstrip(".")


def is_talent_pool(title: str) -> bool:
    """Whether a title invites to a list of candidates instead of naming a job; "Baker (Future Opportunities)" names one."""
    return _TALENT_POOL.search(" ".join(re.sub(r"[(\[{][^()\[\]{}]*[)\]}]", " ", title).split())) is not None


def role_slots(brief: ReelBrief) -> dict[str, str]:
    """What phrases need of title and company: {title}, {company}, {a} with its space, or "" before a plural."""
    title = short_title(brief.title, brief.places)
    return {"title": title, "company": said(brief.company), "a": "" if _PLURAL.search(_head(title)) else f"{article(title)} "}


def role_line(slots: dict[str, str], phrases: Phrases) -> str:
    if not slots["title"]:
        return phrases.role_untitled.format(**slots) if slots["company"] else phrases.hook
    if not slots["company"]:
        return phrases.role_anonymous.format(**slots)
    return (phrases.role if is_role(slots["title"]) else phrases.role_open).format(**slots)


def is_role(title: str) -> bool:
    """Whether a title names someone ("Baker", "Head of Sales") rather than a field ("Customer Success")."""
    heads = (_head(title), _head(re.split(r" & | and ", title, maxsplit=1)[0]))
    named = any((_ROLE_NOUN.search(head) or _PLURAL.search(head)) and not _NOT_ROLES.search(head) for head in heads)
    return named or bool(_RANK.match(title))


def _head(title: str) -> str:
    """The word a title turns on: "Engineer" in "Senior Engineer II, Platform", "Head" in "Head of Sales"."""
    main = re.split(r",| of | for | in | at | to | - |/", title, maxsplit=1)[0]
    words = _GRADE.sub("", main).split()
    return words[-1] if words else ""


def article(words: str) -> str:
    """The article by sound: a baker, an engineer, an SDR, a UX designer, an 18-hour cook."""
    first = words.split()[0] if words.split() else ""
    if re.match(r"(?:8|11(?!\d)|18(?!\d))", first):
        return "an"
    letters = first.replace(".", "")
    if re.match(r"[A-Z]{2}", letters) and not re.fullmatch(r"[A-Z]+[AEIOU][A-Z]{2,}", letters):  # "NASA" is said as a word
        return "an" if first[0] in "AEFHILMNORSX" else "a"
    return "an" if re.match(r"(?!uni|use|usa|eu|one|ut[ie]|ur[aiu])[aeiou]|hour|honest|heir", first, re.IGNORECASE) else "a"


def names_remote(text: str) -> bool:
    """Whether a text speaks of work from anywhere."""
    return _REMOTE.search(text) is not None


def place_line(brief: ReelBrief, phrases: Phrases) -> str | None:
    """Where: one or two places by name, more by number; None when the brief does not say."""
    named = [place for text in brief.places for part in re.split(r"\s[/|]\s|;|\s+or\s+", text) if (place := _place(part, phrases))]
    places = [place for place in dict.fromkeys(named) if place.lower() not in brief.company.lower()]  # "Acme HQ" is no place
    says_remote = any(map(names_remote, brief.places))
    if not places:
        return phrases.remote if brief.remote or says_remote else None
    if len(places) > 1:
        return (phrases.two_places if len(places) == 2 else phrases.many_places).format(places=places, n=len(places))
    either = (brief.remote and not says_remote) or any(_MAYBE_REMOTE.search(place) for place in brief.places)
    return (phrases.place_or_remote if either else phrases.remote_in if says_remote else phrases.place).format(place=places[0])


def _place(text: str, phrases: Phrases) -> str:
    """A place's name without what is no place ("Remote - US Only" → "the US"); may be empty."""
    text = re.sub(r"[(\[][^()\[\]]*[)\]]", " ", text)
    text = re.sub(r"^\W*(?:in|at|from|within)\s", " ", _NOWHERE.sub(" ", _REMOTE.sub(" ", text)))
    name = said(re.sub(r"\s+[-–—]+\s+", ", ", text))
    name = re.sub(r"\s*(?:,\s*)+", ", ", name).strip(",. ")
    if _TIME_ZONE.fullmatch(name):
        return ""
    return f"the {name}" if phrases is PHRASES["en"] and _COUNTRIES_WITH_THE.match(name) else name


def pay_line(brief: ReelBrief, phrases: Phrases) -> str | None:
    """The pay as stated. A range's dash joins its numbers into one token, as captions should not part them."""
    pay = re.sub(r"(?<=[\dkKmM])\s*[-–—]\s*(?=\D{0,3}\d)", "–", said(re.sub("[~～]", "–", brief.pay or ""))).rstrip(".")
    if not re.search(r"\w", pay):
        return None
    return (phrases.pays if re.match(r"(?:up to |from |around |about )?\W{0,2}\d|[A-Z]{3} ?\d", pay) else phrases.pay).format(pay=pay)
