"""The offline script writer: what it says, in which order, and what it refuses."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import PermanentJobError
from shared.schemas.reels import ReelBrief
from text_to_video.script.base import Script, text_of, tokens
from text_to_video.script.extractive import ExtractiveWriter
from text_to_video.speech.espeak import EspeakVoice

BAKERY = """About Korn & Kruste

We are a family of bakers with three shops. Our mission is to bring honest bread to everyone.

What you'll do

• Shape and bake sourdough loaves, rolls and rye breads in a stone oven
• Mix the doughs for the next morning (spelt, wheat and rye)
• Train two apprentices in lamination, so that every croissant comes out crisp and even
• Order flour, butter and seeds from local mills
• Ensure alignment with various stakeholders as needed
• Perform other duties as assigned

What you bring

• 3+ years of experience as a baker
• A good mood, even at four in the morning

What we offer

• 30 days of holiday and free bread
• We are an equal opportunity employer, regardless of origin, faith or age.
"""

NURSING = """The Hillside Clinic looks after eleven villages.

Responsibilities:

• Assessing patients on arrival and updating their records
• Responsible for preparing and giving medication on the ward
• Coordinates home visits with the district team and plans the routes
• You will teach families how to change dressings at home
• Reporting to the head of nursing

Requirements:

• Valid nursing licence
• Experience with wound care preferred

Benefits

• Pension and dental insurance
"""

SOFTWARE = """Platform Engineer at Tidewater

About the role

You will design the service that routes 40,000 ferries' messages a day. In this role you'll build the alarms that wake the right person. \
As our Platform Engineer, you will move the tide tables from C++ to Rust. You'll get a laptop. We love sailing and we love tests.

You'll also write the runbooks that the night crew relies on.

Who you are

• You have 5+ years of experience with distributed systems (Kafka, NATS, etc.).
"""

POSTINGS = {
    "bakery": ReelBrief(
        title="Senior Baker (m/f/d)", company="Korn & Kruste", description=BAKERY, places=("Berlin",), pay="€48–56k a year"
    ),
    "nursing": ReelBrief(title="Community Nurse", company="Hillside Clinic", description=NURSING, places=("Bath", "Wells", "Frome")),
    "software": ReelBrief(title="Platform Engineer", company="Tidewater", description=SOFTWARE, remote=True),
}


def write(brief: ReelBrief) -> Script:
    return ExtractiveWriter().write(brief)


def brief(description: str, *, title: str = "Senior Baker", company: str = "Acme", language: str = "en") -> ReelBrief:
    return ReelBrief(title=title, company=company, description=description, language=language)


def attempt(posting: ReelBrief) -> Script | None:
    """The script, or None where the posting was refused for its text or alphabet; any other error is a failure."""
    try:
        return write(posting)
    except PermanentJobError as error:
        if error.code not in ("no_usable_text", "unsupported_script"):
            raise
        return None


def said(script: Script, role: str) -> list[str]:
    return [text_of(tokens(line.display)) for line in script.lines if line.role == role]


def test_says_the_lines_in_order() -> None:
    script = write(POSTINGS["bakery"])
    assert [line.role for line in script.lines] == ["hook", "role", "place", "pay", "duty", "duty", "duty", "requirement", "cta"]
    assert said(script, "role") == ["Korn & Kruste is hiring a Senior Baker."]
    assert said(script, "place") == ["In Berlin."]
    assert said(script, "pay") == ["It pays €48–56k a year."]
    assert said(script, "requirement") == ["You'll need 3+ years of experience as a baker."]
    assert said(script, "hook")[0].endswith("?")


def test_takes_the_telling_duties_and_leaves_the_rest() -> None:
    text = write(POSTINGS["bakery"]).text
    assert "bake sourdough loaves" in text.lower()
    assert "train two apprentices in lamination" in text
    for left_out in ("stakeholders", "duties", "equal", "holiday", "mission", "family"):
        assert left_out not in text


def test_turns_every_way_of_wording_a_duty() -> None:
    text = write(POSTINGS["nursing"]).text.replace("\n", " ")
    assert "teach families how to change dressings at home" in text
    assert "assess patients on arrival and update their records" in text
    assert "prepare and give medication on the ward" in text
    assert "coordinate home visits with the district team and plan the routes" in text


def test_finds_duties_in_prose() -> None:
    duties = " ".join(line.display for line in write(POSTINGS["software"]).lines)
    assert "design the service that routes 40,000 ferries' messages a day" in duties
    assert "move the tide tables from C++ to Rust" in duties
    assert "laptop" not in duties
    assert "love" not in duties


@pytest.mark.parametrize("name", POSTINGS)
def test_has_the_length_of_a_reel(name: str) -> None:
    script = write(POSTINGS[name])
    assert 55 <= len(script.text.split()) <= 90
    assert 20 <= EspeakVoice().speak(script).duration <= 40


@pytest.mark.parametrize("name", POSTINGS)
def test_is_the_same_every_time(name: str) -> None:
    assert write(POSTINGS[name]) == write(POSTINGS[name])


@pytest.mark.parametrize("name", POSTINGS)
def test_duties_use_only_words_of_the_posting(name: str) -> None:
    source = {word[:4] for word in re.findall(r"\w+", POSTINGS[name].description.lower())}
    fixed = {"you'll", "and", "be"}
    for line in said(write(POSTINGS[name]), "duty"):
        assert all(word[:4] in source for word in re.findall(r"[\w']+", line.lower()) if word not in fixed and word.isalpha()), line


@pytest.mark.parametrize("name", POSTINGS)
def test_a_hook_is_not_told_again(name: str) -> None:
    hook, *rest = (line.display for line in write(POSTINGS[name]).lines)
    asked = " ".join(hook.rstrip("?").split()[-4:])
    assert all(asked not in line for line in rest if "hiring" not in line)


def test_omits_what_is_not_stated() -> None:
    roles = {line.role for line in write(brief(BAKERY)).lines}
    assert "place" not in roles
    assert "pay" not in roles


@pytest.mark.parametrize(
    "description",
    [
        "",
        "Great job here",
        "We need bakers.",
        "🍞🍞🍞",
        "Benefits\n\n• Free bread every day of the year and a very warm place to work in\n• 30 days of holiday",
        "We are an equal opportunity employer. All applicants are considered regardless of origin, faith, age or anything else.",
    ],
)
def test_refuses_what_does_not_say_what_the_job_is(description: str) -> None:
    with pytest.raises(PermanentJobError) as caught:
        write(brief(description))
    assert caught.value.code == "no_usable_text"


@pytest.mark.parametrize(
    "title",
    [
        "Submit your resume for future hiring!",
        "General Application",
        "Open Application (m/f/d)",
        "Branch Talent Pool",
        "Don't See Your Role? Apply Here!",
        "Future Openings",
    ],
)
def test_a_talent_pool_is_no_job(title: str) -> None:
    with pytest.raises(PermanentJobError) as caught:
        write(brief(BAKERY, title=title))
    assert caught.value.code == "no_usable_text"


@pytest.mark.parametrize("title", ["Baker (Future Opportunities)", "Head of Talent Acquisition", "Network Operations Specialist"])
def test_a_job_is_no_talent_pool(title: str) -> None:
    assert said(write(brief(BAKERY, title=title)), "duty")


@pytest.mark.parametrize(
    "sentence",
    [
        "Register with the guild, if you are required by https://guild.example/who-must-register",
        "Send two loaves of your best rye bread to jobs@kruste.example before Sunday",
        "Discretionary time off — take the time you need, when you need it",
        "Read more about life at the bakery and our hiring process here.",
        "Briefly describe your interest in joining the night shift",
        "Perform research and development in the following areas:",
        "Recycle: Fire yourself from the oven and repeat 1-3 on a new oven",
    ],
)
def test_never_says_what_makes_no_sense_in_a_reel(sentence: str) -> None:
    script = write(brief(f"What you'll do\n\n• {sentence}\n• Bake rye bread in a stone oven every night\n• Mix the doughs of the morning"))
    assert said(script, "duty") == ["You'll bake rye bread in a stone oven every night.", "And you'll mix the doughs of the morning."]
    assert not said(script, "hook")[0].startswith(("Want", "Could", "Would", "Ready"))


def test_an_address_in_brackets_costs_only_the_brackets() -> None:
    script = write(brief("What you'll do\n\n• Bake rye bread in a stone oven every night (https://oven.example)"))
    assert said(script, "duty") == ["You'll bake rye bread in a stone oven every night."]


def test_a_heading_glued_to_its_bullet_is_left_out() -> None:
    script = write(brief("What you'll do\n\n• Channel Management Share Acme’s biggest loaves with all of the town"))
    assert said(script, "duty") == ["You'll share Acme's biggest loaves with all of the town."]


def test_offers_what_it_left_out_as_spare_lines() -> None:
    script = write(POSTINGS["bakery"])
    spare = [line.display for line in script.spare]
    assert {line.role for line in script.spare} <= {"duty", "requirement"}
    assert spare
    assert not set(spare) & {line.display for line in script.lines}


def test_a_short_posting_is_enough() -> None:
    script = write(brief("We are looking for a baker to shape and bake two hundred loaves of rye bread a night."))
    assert said(script, "duty") == ["You'll shape and bake two hundred loaves of rye bread a night."]


def test_fills_up_with_requirements() -> None:
    script = write(brief("Requirements\n\n• 5+ years of experience in a bakery\n• Knowledge of sourdough cultures and long fermentation"))
    assert said(script, "requirement") == [
        "You'll need 5+ years of experience in a bakery.",
        "You'll also need knowledge of sourdough cultures and long fermentation.",
    ]


@pytest.mark.parametrize("title", ["🍞🥐", "(m/f/d)", "Remote", "{duty} {0}"])
def test_survives_a_title_that_names_nothing(title: str) -> None:
    script = write(brief(BAKERY, title=title))
    assert len(said(script, "duty")) >= 3
    assert "{" not in script.text


def test_survives_a_company_that_is_all_emoji() -> None:
    assert said(write(brief(BAKERY, company="🍞")), "role") == ["Now hiring: Senior Baker."]


@pytest.mark.parametrize("joint", ["\n• ", " ", "\n", ". ", ", ", ": "])
def test_twenty_thousand_words_are_no_trouble(joint: str) -> None:
    description = "What you'll do\n• " + joint.join(f"Bake {n} loaves who is baking and you will bake" for n in range(2_200))
    started = time.process_time()
    attempt(brief(description))
    assert time.process_time() - started < 0.3


GERMAN = """Deine Aufgaben

• Du backst Brote und Brötchen im Steinofen
• Planung der Teige für den nächsten Tag
• Einkauf von Mehl, Butter und Saaten bei Mühlen aus der Umgebung

Dein Profil

• Gesellenbrief als Bäcker

Wir bieten

• 30 Tage Urlaub
"""
SPANISH = """Funciones

• Preparar masas de trigo y centeno
• Hornear pan para las tres tiendas
• Enseñar el oficio a los aprendices

Ofrecemos

• Treinta días de vacaciones para que descanses con los tuyos
"""
FRENCH = """Vos missions

• Préparer les pâtes de la nuit
• Cuire le pain pour les trois boutiques
• Gestion des stocks de farine et de beurre

Avantages

• Trente jours de congés pour vous et les vôtres
"""
PORTUGUESE = (
    "Responsabilidades\n\n• Preparar massas de trigo e centeio\n• Assar o pão para as três lojas\n\nBenefícios\n\n• Trinta dias de férias"
)
CHINESE = "岗位职责\n\n• 准备第二天的面团，保证质量稳定\n• 烘焙面包并管理三家门店的库存\n\n福利待遇\n\n• 每年三十天带薪假期"
JAPANESE = "仕事内容\n\n• 翌日のパン生地を準備し、品質を保つこと\n• 三つの店舗でパンを焼くこと"
ARABIC = "المهام\n\n• تحضير العجين لليوم التالي\n• خبز الأرغفة لثلاثة متاجر كل صباح\n\nالمزايا\n\n• ثلاثون يوم إجازة مدفوعة"
HEBREW = "תיאור התפקיד\n\n• הכנת הבצק ליום המחרת\n• אפיית לחם לשלוש חנויות בכל בוקר\n\nמה אנחנו מציעים\n\n• שלושים ימי חופשה"
SWEDISH = "Dina arbetsuppgifter\n\n• Baka bröd till hela staden varje natt\n• Se till att degen är klar och att det finns mjöl\n"
RUSSIAN = "Обязанности\n\n• Готовить тесто на следующий день\n• Печь хлеб для трёх магазинов каждое утро"


@pytest.mark.parametrize(
    ("language", "description", "role", "duty", "absent"),
    [
        ("de", GERMAN, "Acme sucht: Bäcker.", "Du backst Brote und Brötchen im Steinofen.", "Urlaub"),
        ("es", SPANISH, "Acme busca Bäcker.", "Vas a preparar masas de trigo y centeno.", "vacaciones"),
        ("fr", FRENCH, "Acme recrute\u00a0: Bäcker.", "Vous allez préparer les pâtes de la nuit.", "congés"),
        ("pt-BR", PORTUGUESE, "Acme contrata: Bäcker.", "O que você vai fazer: Preparar massas de trigo e centeio.", "férias"),
        ("ru", RUSSIAN, "В компании Acme открыта вакансия: Bäcker.", "Ваши задачи: Готовить тесто на следующий день.", "отпуск"),
        ("zh", CHINESE, "Acme正在招聘Bäcker。", "工作内容：准备第二天的面团，保证质量稳定。", "假期"),
        ("ja", JAPANESE, "Acmeが、Bäckerを募集しています。", "三つの店舗でパンを焼くこと。", "保険"),
        ("ar", ARABIC, "Acme توظّف: Bäcker.", "مهامك: تحضير العجين لليوم التالي.", "إجازة"),
        ("sv", SWEDISH, "Acme: Bäcker.", "Baka bröd till hela staden varje natt.", "semester"),
    ],
)
def test_other_languages_speak_in_their_own_words(language: str, description: str, role: str, duty: str, absent: str) -> None:
    script = write(brief(description, title="Bäcker (m/w/d)", language=language))
    assert script.language == language
    assert said(script, "role") == [role]
    assert duty in said(script, "duty")
    assert absent not in script.text


def test_the_language_is_read_from_the_text() -> None:
    for language, description in {
        "ru": RUSSIAN, "zh-Hans": CHINESE, "ja": JAPANESE, "ar": ARABIC, "pt": PORTUGUESE * 2, "sv": SWEDISH * 3, "he": HEBREW
    }.items():  # fmt: skip
        script = write(brief(description))
        assert script.language == language
        assert said(script, "duty")


def test_scripts_without_spaces_are_cut_into_words_that_read_on_as_before() -> None:
    for description, duty in ((JAPANESE, "三つの店舗でパンを焼くこと。"), (CHINESE, "烘焙面包并管理三家门店的库存。")):
        script = write(brief(description))
        line = next(line for line in script.lines if text_of(tokens(line.display)).endswith(duty))
        assert 4 <= len(tokens(line.display)) <= 12
        assert duty in script.text
        assert "\u200b" not in line.spoken
        assert "\u200b" not in script.text


@pytest.mark.parametrize(
    ("title", "description", "named"),
    [
        ("Baker", "ჩვენ ვეძებთ მცხობელს\n\n• პურის გამოცხობა ყოველ დილით ქალაქში", "Georgian"),
        ("Հացթուխ", BAKERY, "Armenian"),
        ("ዳቦ ጋጋሪ", BAKERY, "Ethiopic"),
    ],
)
def test_refuses_what_reels_cannot_show(title: str, description: str, named: str) -> None:
    with pytest.raises(PermanentJobError, match=named) as caught:
        write(brief(description, title=title))
    assert caught.value.code == "unsupported_script"


def test_a_title_in_letters_the_voice_cannot_read_is_shown_and_not_spelled() -> None:
    [line] = [line for line in write(brief(BAKERY, title="パン職人")).lines if line.role == "role"]
    assert text_of(tokens(line.display)) == "Acme is hiring for パン職人."
    assert line.spoken.startswith("Acme is hiring for –")


def test_cyrillic_and_single_foreign_words_are_no_hindrance() -> None:
    assert said(write(brief(RUSSIAN, title="Пекарь", language="ru")), "duty")
    assert said(write(brief(BAKERY.replace("rye breads", "饅頭"))), "duty")


def test_a_line_that_repeats_a_posting_in_another_script_is_left_out() -> None:
    posting = (
        "What you'll do\n\n• A warm bakery that the whole town loves\n• 准备第二天的面团，保证质量稳定\n• Bake rye bread in a stone oven"
    )
    assert "准备" not in write(brief(posting)).text


def test_a_brief_left_at_english_is_read_in_its_own_language() -> None:
    prose = "\n• Du arbeitest mit uns in der Backstube und die Teige sind für dich wie ein Zuhause\n"
    script = write(brief(GERMAN + "Deine Aufgaben" + prose, title="Bäcker"))
    assert script.language == "de"


@settings(max_examples=60, deadline=None)
@given(
    title=st.text(min_size=1, max_size=60),
    company=st.text(min_size=1, max_size=40),
    pay=st.none() | st.text(max_size=40),
    places=st.lists(st.text(max_size=30), max_size=4),
    noise=st.lists(st.text(max_size=80), max_size=12),
    language=st.sampled_from(["en", "de", "es", "fr", "ja", "zh-Hant", "ar", "th", "sv", ""]),
)
def test_any_brief_gives_aligned_lines_or_a_refusal(
    title: str, company: str, pay: str | None, places: list[str], noise: list[str], language: str
) -> None:
    description = "\n".join([*noise, "What you'll do", "• Bake bread for the whole town every night of the week", *noise])
    script = attempt(ReelBrief(title=title, company=company, pay=pay, places=tuple(places), description=description, language=language))
    for line in script.lines if script else ():
        assert tokens(line.display)
        assert len(tokens(line.display)) == len(tokens(line.spoken))
