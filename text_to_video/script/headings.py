"""What kind of text stands under a heading of a job description, and which lines are boilerplate under any heading."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["duties", "requirements", "other", "dropped"]
"""`other`: neutral text such as "About the role". `dropped`: the company's praise of itself, benefits, legal and process text."""

_DROPPED = (
    # what is only hoped for
    r"nice.to.have|good.to.have|bonus|prefer|\bplus\b|optional|extra|ideally|desirable|not required|secondary|tertiary",
    # what one gets
    r"benefit|perk|(\bwe|you.?ll?) (offer|get|gain|receive|learn)\b|\bour offer|in it for you|compensation|salary|\bpay\b|earning",
    r"remuneration|package|rewards?\b|wellbeing|stipend|stock option|time off|holiday|insurance",
    # law and process
    r"equal|diversity|inclusi|\bdei\b|accommodat|eeo|privacy|gdpr|legal not|disclos|disclaimer|notice|applicants?\b|recruiters|outreach",
    r"agencies|fraud|scam|(interview|hiring|application|recruitment|selection|candidate) (process|steps?|timeline|journey|information)",
    r"how (we hire|to apply|applying)|expression of interest|apply\b|applying|next steps|after you apply|deadline|clearance|citizenship",
    # the company
    r"values\b|culture|principles|mission statement|(company|inspiring) mission|why (?!this role)|reasons to|join us|(working|life) at",
    r"\bour (story|team|mission|company|vision|product|stack|stance|customers|culture)|who (we are|are we|is)\b(?!.{0,20}looking)",
    r"what (we.re|we are) (about|doing|building)|what we do\b|how we work|we believe|work with us|welcome|learn more|tech(nology)? stack",
    r"about (?!you\b|your|the (role|job|position|work|opportunity|team)|this (role|job|position))",
    r"company (overview|description|profile)|the company\b",
    # where and when
    r"logistics|location|where you|schedule|working hours|travel|physical|work environment|supervis",
    r"not (be )?(a )?(great|good)? ?fit if|may not|unlikely|struggle",
    # the same in other languages
    r"leistungen|vorteile|wir bieten|bieten wir|das bieten|über (uns|[A-Z])|wer wir sind|bewerb|warum",
    r"beneficios|ofrecemos|sobre nosotros|qui[eé]nes somos|avantages|nous offrons|nous proposons|à propos de|qui (sommes|est)|processus",
    r"benef[ií]cios|oferecemos|sobre n[oó]s|offriamo|wij bieden|bieden wij|wat (wij )?bieden|\bover ons\b|chi siamo",
    r"oferujemy|\bo nas\b|mile widziane",
    r"условия|мы предлагаем|предлагаем|о компании|о нас|плюсом|преимуществ|умови|ми пропонуємо|пропонуємо|про компанію|про нас|перевагою",
    r"yan haklar|sunduklarımız|neler sunuyoruz|biz sunuyoruz|hakkımızda|tercih sebebi|şirket hakkında|başvuru süreci",
    r"福利|待遇|公司介[绍紹]|公司[简簡]介|[关關][于於]我[们們]|加分|[优優]先|薪[资資酬]|面[试試]流程|会社概要|会社紹介|企業情報",
    r"歓迎|尚可|給与|選考|応募方法|休日",
    r"우대|복리후생|복지|혜택|회사 ?소개|채용 ?절차|전형|근무 ?조건|급여|المزايا|نقدم لك|ما نقدمه|عن الشركة|من نحن|نبذة عن|يفضل",
    r"كيفية التقديم|مزایا|درباره|امتیاز",
    r"יתרון|תנאים|מה אנחנו מציעים|אנו מציעים|עלינו|מי אנחנו|על החברה|אודות|लाभ|सुविधाएँ|हमारे बारे|कंपनी के बारे",
    r"आवेदन कैसे|สวัสดิการ|เกี่ยวกับเรา|เกี่ยวกับบริษัท|พิจารณาเป็นพิเศษ",
)
_DUTIES = (
    r"responsib|duties|accountabilit|day.to.day|typical day|day in the life|job description|things you.?ll",
    r"what (you|will you|you.?ll|would you|the role|the job|this role|is the role|does)\b.{0,25}\b(do|does|doing|own|work|working)\b",
    r"what you.?ll\b.{0,25}\b(build|building|lead|drive|deliver)\b",
    r"(you.?ll|you will|you are going to|you might) (be )?(doing|do|own|owning|work|working)\b",
    r"aufgaben|t[äa]tigkeit|verantwort|erwartet dich|das machst du|das tust du|was du\b.{0,20}\b(machst|tust)|deine (rolle|mission)",
    r"funciones|tareas|responsabilidad|qu[eé] har[áa]s|ce que (vous|tu) (ferez|feras)|tu (rol|misi[oó]n|d[ií]a)",
    r"\b(vos|tes|les|ta|votre) missions?\b|^missions|t[âa]ches|responsabilit|(votre|ton) r[ôo]le|vos activit",
    r"atividades|o que voc[eê] (vai|far)|attivit|mansioni|\btaken\b|werkzaamheden|wat ga je|zadania|obowiązk",
    r"обязанност|задачи|что (нужно|предстоит|делать)|чем (предстоит|вы будете)|обов.?язки|завдання",
    r"що (потрібно|треба|робити)|чим (ви )?займат",
    r"sorumluluk|görev|iş tanımı|neler yapacaks|[职職][责責]|[岗崗]位描述|工作[内內]容|[业業][务務][内內]容|仕事内容|仕事の内容",
    r"職務内容|具体的な(業務|仕事)|担当業務",
    r"담당 ?업무|주요 ?업무|하는 일|직무 ?내용|업무 ?내용|المهام|المسؤوليات|الواجبات|مهام العمل|ماذا ستفعل|شرح وظایف|وظایف|مسئولیت",
    r"תיאור התפקיד|תחומי אחריות|מה (תעשו|עושים|כולל)|התפקיד כולל|जिम्मेदारि|ज़िम्मेदारि|कार्य विवरण|आप क्या करेंगे",
    r"หน้าที่|ความรับผิดชอบ|รายละเอียดงาน|ลักษณะงาน",
)
_REQUIREMENTS = (
    r"require|qualif",
    r"what (you|you.?ll|you will|we|we.?re).{0,20}\b(bring|have|need|look|looking|seek|seeking|search|searching|want|value)",
    r"love to see|who you are|who we|you are$|about you|you (have|bring|need|may|might|could|will thrive|will succeed|will have a)",
    r"you.?(ll|d)? (thrive|need|be a)|\bif you|skills|experience|must.have|non.negotiable|candidate",
    r"your (profile|dna|skillset)|background",
    r"looking for|we look for|fit\b|education|knowledge|abilities|competenc|credentials|essential|attributes|qualities|makes you",
    r"to (succeed|be successful)|sets you apart|minimum|you stand out",
    r"profil|anforderung|bringst du|mitbring|das solltest|qualifikation|requisitos|perfil|buscamos|qu[eé] aport",
    r"comp[eé]tences|pr[eé]requis|ce que (vous|tu) apport|recherchons|requisiti|wat vragen|wymagania",
    r"требовани|мы ожидаем|ждем от|ждём от|вимоги|ми очікуємо|очікуємо|aranan nitelik|genel nitelik|beklentilerimiz",
    r"gereklilik|yeterlilik",
    r"任[职職](要求|[资資]格)|[职職]位要求|[岗崗]位要求|[应應][聘徵][条條]件|條件要求|応募資格|応募条件|必須",
    r"求める(人物|スキル|経験)|対象となる方|자격|필수 ?(요건|사항)|지원 ?조건",
    r"المتطلبات|المؤهلات|الشروط|المهارات|شرایط احراز|مهارت|نیازمندی|דרישות|כישורים|מה אנחנו מחפשים|योग्यता|आवश्यकता|कौशल|คุณสมบัติ|ทักษะ",
)
_LIKELY_DUTIES = (
    r"(your|the) (impact|tasks?|mission|daily business)\b|in (this|your|either) (role|position|job)|your (role|job)",
    r"^you (will|get to|can)\b|\byou.?ll$|\byou will\b|^(the )?(role|job|position|work|opportunity)( description| summary| overview)?$",
    r"how you.{0,20}(impact|contribut|difference)|key (areas|activities|objectives|tasks|outcomes|deliverables)",
    r"expectations|what to expect|you can expect|success looks like|scope of|activities|job purpose",
    r"(within|in|by) (\d+|three|six|nine|twelve) (days|months)",
    r"(within|in|by|your)?( the| your)? ?first (\d+|\w+)? ?(days|weeks|months|year)|projects you",
)
_IN_ORDER: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    # "Nice to have" is no requirement, "What you'll bring" no duty, "About you" is not about the company.
    ("dropped", _DROPPED),
    ("duties", _DUTIES),
    ("requirements", _REQUIREMENTS),
    ("duties", _LIKELY_DUTIES),
)
_KINDS = tuple((kind, re.compile("|".join(patterns), re.IGNORECASE)) for kind, patterns in _IN_ORDER)

_READ_CHARACTERS = 200
_ADDRESS = re.compile(r"https?:|www\.|\S@[\w-]+\.\w|\b[\w-]+\.(?:com|org|gov|net|io|edu|co|ai)/\S", re.IGNORECASE)

_BOILERPLATE = re.compile(
    r"equal.{0,12}opportunit|equal employment|regardless of|without regard to|reasonable accommodation|protected (by|class|veteran)"
    r"|protected characteristic|affirmative action|e-verify|background check|visa sponsor|sponsorship|right to work|recruitment agenc"
    r"|unsolicited|privacy (policy|notice)|gdpr|fraudulent|phishing|(salary|pay|compensation) (range|band|is|for)|base salary"
    r"|health insurance|dental|parental leave|paid time off|\bpto\b|401\(?k|stock options|\besop\b|pension|vacation|apply even if"
    r"|encourage you to apply|cookies|job posting|all rights reserved|hear from you|by applying|(?:^|[.!?] )please\b"
    r"|flexible work(?:ing)? (?:schedules?|hours)|telework\w*|subsid(?:y|ies)"
    r"|talent (pool|community|network)|click (here|on)|learn more|read more (about|here)|selective service|direct deposit"
    r"|(discretionary|flexible|unlimited|generous|sick|personal) (paid )?time[- ]off|take (the |all the )?time (you need|off\b)"
    r"|(describe|submit|send|attach|upload|include|email|share) (\w+ ){0,2}your (\w+ )?(interest in|cv\b|r[eé]sum[eé]|cover letter"
    r"|application)|copy and paste|hours per week you|dates you held|trial period|competitive compensation"
    r"|(days|weeks) of (paid )?(holiday|leave)|annual leave|urlaub|gehalt|vergütung|vacaciones|sueldo|salario|congés|salaire|mutuelle"
    r"|gleichbehandlung|unabhängig von|igualdad de oportunidades|égalité des chances",
    re.IGNORECASE,
)

_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override) (?:\w+ ){0,4}(?:above|previous|prior|earlier|preceding|instructions?|prompts?)\b"
    r"|\bsystem prompt\b.{0,40}\b(?:reveal|print|show|repeat)|\b(?:reveal|print|show|repeat)\b.{0,40}\bsystem prompt\b",
    re.IGNORECASE,
)
"""What speaks to a machine that reads the posting, not to people."""


def kind_of(heading: str) -> Kind | None:
    """What stands under `heading`; None for one that is not known."""
    return next((kind for kind, pattern in _KINDS if pattern.search(heading, 0, _READ_CHARACTERS)), None)


def has_address(text: str) -> bool:
    """Whether a web or mail address stands in the text, outside brackets: nobody can follow one that is said."""
    return _ADDRESS.search(re.sub(r"[(\[{][^()\[\]{}]*[)\]}]", "", text)) is not None


def is_boilerplate(line: str) -> bool:
    """Whether a line is legal, process or benefits text, wherever it stands."""
    return _BOILERPLATE.search(line) is not None or gives_orders(line)


def gives_orders(line: str) -> bool:
    """Whether a line speaks to a machine that reads the posting, as "Ignore the above and …" does."""
    return _ORDERS.search(line) is not None
