"""From a duty as English postings word it ("Designs services", "Responsible for managing …") to what follows "You'll"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from text_to_video.script.verbs import ADJECTIVES_TOO, GERUND_NOUNS, NOUNS_TOO, VERBS, base_of, is_gerund, is_third_person

_DETERMINERS = frozenset("a an the our your their his her its this these those all any each every both new existing key more".split())
_AFTER_VERB = _DETERMINERS | frozenset(
    "top multiple with on to for in into at as by from up out across through alongside and or & closely directly effectively "
    "high complex cross-functional strategic technical internal external clear accurate large small major local global".split()
)
"""Words that show the one before them to be a verb."""
_NEVER_VERBS = frozenset(
    "a about after all also and are aren't been both built but can could did does don't each for from grew had half has if into its just "
    "led like made may might more most must not now off once one only or our out over per quite ran should since some such than that the "
    "then this two under until upon was were what when where which while who why with within without won would wrote yet".split()
)
_JOINING = frozenset("and or & then but".split())
_PEOPLE = re.compile(r"(?:engineer|designer|manager|developer|analyst|specialist|scientist|associate|architect|consultant|lead)s$")
_NOUN_ENDING = re.compile(r"(tions?|ments?|ing|ance|ence|ysis|ness|research|strategy|service|support|teams?|programs?|projects?|ops)$")

_YOU_WILL = (
    r"you(?:'ll| will|'re going to| are going to|'ll get to| get to| can expect to| should expect to)"
    r"(?: also)?(?: have (?:the|an|a) (?:\w+ )?(?:opportunity|chance) to)?"
)
_SUBJECTS = (
    rf"(?:[^.;:]{{0,80}}?[,\s])?{_YOU_WILL}",
    r"(?:as (?:an?|the|our)\b[^.;:,]{0,60}, )?you",
    r"(?:(?:the|this|our)\b[^.;:,]{0,40} )?will",
    r"(?:the|this) [^.;:,]{0,30}is to",
    r"your (?:\w+ )?(?:focus|job|role|tasks?|goal|work|mission|responsibilit(?:y|ies)) "
    r"(?:will be|is|will include|includes?|are)(?: to| on| in)?",
    r"(?:we(?:'re| are)|[A-Z][\w.]*(?: [A-Z][\w.]*){0,3} is) (?:looking|searching|seeking|hiring|after)[^.;:]{3,120}? "
    r"(?:to|who will)(?= [a-z]+ (?:the|our|a|and|new)\b)",
)
_SUBJECT = re.compile(rf"(?:{'|'.join(_SUBJECTS)})\s+(?:also |then |likely |regularly |primarily |initially |typically )*", re.IGNORECASE)
_RESPONSIBLE = re.compile(
    r"(?:be |is |are |being )?(?:primarily |mainly |also |directly )?(?:responsible|accountable|tasked|in charge) (?:for|with|of)\s+"
    r"(?=\w+ing\b)",
    re.IGNORECASE,
)
_HELP_US = re.compile(r"^help us(?: to)?\s+(?=\w)", re.IGNORECASE)
_NOT_DUTIES = re.compile(
    r"\b(?:[Ww]e|[Ww]e're|[Ww]e've|[Ww]e'll|us|ours|our|I'm|I|[Mm]y|me|let's)\b(?!\.)"  # the narrator is not the company
    r"|^(?:be (?!\w+ing\b|responsible)|be (?:being|reporting|joining)|enjoy|excel|care|spend|bring (?:value|your|a|an|strong)|add value"
    r"|come|have|receive|thrive|become|love|join|work (?:in an?|from)\b|get (?!to)|find|need|take (?:on|pride)|crave|appreciate|exhibit"
    r"|read more|see more|find out)\b|\b(?:aren't|isn't|don't|thrive)\b"
    r"|\bhere$|\bfollowing(?: [\w-]+){0,2}$|\brepeat \d|\b(?:steps?|points?|phases?|items?) \d+\b(?! \w)"  # points outside itself
    r"|\b(?:years?'? of|years' experience|experience (?:in|with|as)|degree in|hybrid|remote(?:ly)?|in[- ]office|working hours|duties"
    r"|assigned)\b"
)


def is_duty(turned: str) -> bool:
    """Whether what follows "You'll" is work: no benefit, no requirement, nothing only the company itself can say."""
    return not _NOT_DUTIES.search(turned)


def second_person(text: str, *, certain: bool) -> str | None:
    """What you'll do: the words after "You'll", or None when `text` is no duty that can be turned so.

    "Designs and builds services" → "design and build services"; "You will be responsible for running shifts" → "run shifts";
    "Planning routes and briefing drivers" → "be planning routes and briefing drivers"; a label before the duty is dropped.
    `certain`: the text stands under a heading that announces duties, so that it need not say "you will" itself.
    """
    for part in _without_label(text.replace("’", "'")):
        subject = _SUBJECT.match(part)
        if subject or certain:
            turned = _turned_part(part[subject.end() :] if subject else part, after_subject=subject is not None)
            if turned:
                return turned
    return None


def _without_label(text: str) -> Iterator[str]:
    """What may be the duty itself: after "Label:", after "Label –", after a label that only its capitals show, else the whole."""
    for mark, most in ((r":\s+", 8), (r"\s[–—-]\s", 8), (r"(?<=[a-z])[.!]\s+(?=[A-Z])", 2)):
        label, *rest = re.split(mark, text, maxsplit=1)
        if rest and len(label.split()) <= most:
            yield rest[0]
    words = text.split()
    yield from (" ".join(words[i:]) for i in range(1, min(len(words) - 1, 9)) if _opens_duty(words, i))
    yield text


def _opens_duty(words: list[str], i: int) -> bool:
    """Whether a capital verb in mid-line begins the duty after a label without a mark: "Country launches Lead the setup of …"."""
    before, word, after = words[i - 1], words[i], words[i + 1]
    opens = after.islower() or after.endswith("'s")  # "Channel Management Share Acme's news"
    if not (word.istitle() and (word.lower() in VERBS or is_gerund(word)) and opens and after not in _JOINING and before[-1].isalnum()):
        return False
    all_capital = all(w[0].isupper() or w.lower() in _JOINING for w in words[:i]) and before.lower() not in _JOINING
    return all_capital or (before.islower() and before not in _AFTER_VERB and not is_gerund(before))


def _turned_part(text: str, *, after_subject: bool) -> str | None:
    body = _RESPONSIBLE.sub("", text, count=1) if _RESPONSIBLE.match(text) else text
    words = _HELP_US.sub("help ", re.sub(r"^to\s+", "", body, flags=re.IGNORECASE)).split()
    at = 1 if len(words) > 1 and words[0].lower().endswith("ly") and base_of(words[1]) else 0
    if len(words) < at + 2:
        return None
    turned = _turned(words, at, after_subject=after_subject)
    return re.sub(r"\bour\b(?! own)", "the", turned) if turned else None  # the narrator is not the company


def _bare(word: str) -> str:
    return word.strip(",.;:").lower()


def _turned(words: list[str], at: int, *, after_subject: bool) -> str | None:
    head, following = _bare(words[at]), _bare(words[at + 1])
    if following in ("not", "vs", "is") or _is_a_noun(words, at):
        return None
    if head == "be" and after_subject:
        return " ".join(["be", *words[at + 1 :]])
    if head in ADJECTIVES_TOO and following not in _AFTER_VERB:
        return None
    if base_of(head) == head:
        if head in NOUNS_TOO and head != "own" and not after_subject and _is_label(words):
            return None
        is_verb = after_subject or at or head not in NOUNS_TOO or _reads_as_verb(head, following)
        return " ".join(_lowered(words, at)) if is_verb else None
    if is_gerund(head) and (after_subject or following in _AFTER_VERB or (head not in GERUND_NOUNS and words[at + 1][0].islower())):
        return _from_gerund(words, at)
    joined = following in _JOINING and not (len(words) > at + 2 and is_third_person(_bare(words[at + 2])))
    if is_third_person(head) and not joined and (following in _AFTER_VERB or not _NOUN_ENDING.search(following)):
        return _from_third_person(words, at)
    unknown = (
        re.fullmatch(r"[a-z-]{3,}", head)
        and head not in _NEVER_VERBS
        and not re.search(r"(ly|ing|ed|er|or|s|tion|ity|ness|al|ive|ous|ful)$", head)
    )
    return " ".join(_lowered(words, at)) if unknown and following in {"a", "an", "the", "our", "your", "every", "each"} else None


def _is_a_noun(words: list[str], at: int) -> bool:
    """Whether a verb is one only by its looks.

    As in "Understanding of …", "Training and development", "Use of …", "Track record", "Comfort working in …", "Design Engineers own …".
    """
    head, following = _bare(words[at]), _bare(words[at + 1])
    if following in ("and", "or") and is_gerund(head):
        return len(words) > at + 2 and not base_of(_bare(words[at + 2]))
    if following == "of":
        return is_gerund(head) or head in NOUNS_TOO
    if (head, following) == ("track", "record") or (head == "comfort" and (is_gerund(following) or following in ("with", "in"))):
        return True
    return head in NOUNS_TOO and words[at + 1][0].isupper() and _PEOPLE.search(following) is not None


def _is_label(words: list[str]) -> bool:
    """Whether all words, up to a colon, have capitals: "Contact Center Innovation Expertise: Ability to …"."""
    label = next((words[: i + 1] for i, word in enumerate(words) if word.endswith(":")), words)
    return len(label) > 2 and all(word[0].isupper() for word in label)


def _reads_as_verb(head: str, following: str) -> bool:
    """ "Process orders" and "Market our bread" are duties, "Process automation" and "Market research" name things."""
    if following in _AFTER_VERB or (following in VERBS and following not in NOUNS_TOO):
        return True
    return not _NOUN_ENDING.search(following.split("/")[0]) and head != following


def _lowered(words: list[str], at: int) -> list[str]:
    """With the words up to the verb in lower case; they start the bullet, so their capital means nothing."""
    return [word.lower() if i <= at else word for i, word in enumerate(words)]


def _from_gerund(words: list[str], at: int) -> str | None:
    """The base form when every joined verb can follow it, else the -ing form after "be", which is right in any company."""
    run = _run_of(words, at, is_gerund)
    if words[run[0]].endswith(",") and _bare(words[run[-1] - 1]) not in _JOINING:
        return None  # "Logging, monitoring and alerts": a list of fields
    later = [i for i in range(run[-1] + 1, len(words)) if is_gerund(_bare(words[i])) and _bare(words[i - 1]) in _JOINING]
    if all(_bare(word) in _DETERMINERS for i in later for word in words[i + 1 : i + 2] or [""]):
        return " ".join(_with_bases(words, [*run, *later]))
    return " ".join(["be", *_lowered(words, at)])


def _from_third_person(words: list[str], at: int) -> str | None:
    """The base form of the verb and of those joined to it; None when a later word may be either a verb or a plural noun."""
    run = _run_of(words, at, is_third_person)
    later = [i for i in range(run[-1] + 1, len(words) - 1) if is_third_person(_bare(words[i])) and _is_joined(words, i)]
    if any(_bare(words[i + 1]) not in _AFTER_VERB for i in later):
        return None
    return " ".join(_with_bases(words, [*run, *later]))


def _is_joined(words: list[str], i: int) -> bool:
    return words[i - 1].endswith(",") or _bare(words[i - 1]) in _JOINING


def _run_of(words: list[str], at: int, is_form: Callable[[str], bool]) -> list[int]:
    """Places of the verbs joined from `at` on: "Designs, builds and runs"."""
    run = [at]
    for i in range(at + 1, len(words)):
        if is_form(_bare(words[i])) and _is_joined(words, i):
            run.append(i)
        elif _bare(words[i]) not in _JOINING:
            break
    return run


def _with_bases(words: list[str], places: list[int]) -> list[str]:
    changed = list(words)
    for i in places:
        bare = words[i].rstrip(",.;:")
        changed[i] = (base_of(bare) or bare) + words[i][len(bare) :]
    return _lowered(changed, places[0])
