"""What people say of bodies, movements, equipment and aims, and what it is called here. English, and the basics of German and Spanish.

Patterns are for folded text (sentence.py): lower case, no accents, "not" for every n't. Of what begins at one place the longest counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Kind = Literal["area", "habit", "condition", "movement", "care", "equipment", "bare", "goal"]
"""`habit`: what stiffens parts of the body. `condition`: of the whole person. `care`: an order in itself ("low impact"). `bare`: equipment
as such."""

Goal = Literal["mobility", "flexibility", "strength", "cardio", "relax", "warm-up", "cool-down", "posture", "balance"]

AREAS: Mapping[str, str] = {
    "hips": r"hips?|hip flexors?|psoas|hufte?n?|huefte?n?|cadera(?:s)?|groin|leiste",
    "glutes": r"glut(?:e|es|eus|eos)|butt(?:ocks?)?|booty|bum|gesass|piriformis",
    "hamstrings": r"hamstrings?|hammies|isquiotibial\w*",
    "quadriceps": r"quads?|quadriceps|thighs?|oberschenkel|muslos?",
    "adductors": r"adductors?|inner thighs?",
    "abductors": r"abductors?|outer thighs?",
    "calves": r"cal(?:f|ves)|shins?|waden?|pantorrillas?",
    "legs": r"legs?|lower body|it band|beine?n?|piernas?|unterkorper",
    "knees": r"knees?|knie[ns]?|rodillas?",
    "ankles": r"ankles?|knochel|achilles(?: tendon)?|tobillos?",
    "feet": r"feet|foot|toes?|heels?|fuss(?:e)?|pies",
    "lower back": r"lower[- ]backs?|low back|lumbar(?: spine)?|unterer? rucken|unteren rucken|zona lumbar|lumbares",
    "upper back": r"upper[- ]backs?|mid(?:dle)?[- ]back|thoracic(?: spine)?|t[- ]spine|between (?:my|the) shoulder blades|rhomboids?"
    r"|traps?|trapezius|oberer? rucken",
    "back": r"backs?|spine|rucken|ruecken|espalda",
    "lats": r"lats?|latissimus",
    "shoulders": r"shoulders?|delt(?:oid)?s?|schultern?|hombros?|shoulder blades?",
    "neck": r"necks?|nacken|hals|cuello|cervicals?",
    "chest": r"chest|pecs?|pectorals?|brust|pecho",
    "arms": r"arms?|upper arms?|arme?n?|brazos?",
    "biceps": r"biceps?|bizeps",
    "triceps": r"triceps?|trizeps",
    "forearms": r"forearms?|unterarme?",
    "wrists": r"wrists?|hands?|fingers?|handgelenke?|munecas?",
    "elbows": r"elbows?|ellbogen|ellenbogen|codos?",
    "core": r"core|abs|abdom\w+|bell(?:y|ies)|tumm(?:y|ies)|stomach|six[- ]?pack|midsection|obliques?|waist|pelvic floor"
    r"|bauch(?:muskel\w*)?|rumpf|barriga",
    "upper body": r"upper[- ]body|oberkorper|tren superior",
}
PARTS: Mapping[str, tuple[str, ...]] = {
    "upper body": ("chest", "upper back", "shoulders", "arms"),
    "legs": ("quadriceps", "hamstrings", "calves", "adductors", "abductors"),
    "arms": ("biceps", "triceps", "forearms"),
    "back": ("lower back", "upper back", "lats"),
    "hips": ("adductors", "abductors"),
}
"""Who is spared a part is spared these, too."""

HABITS: Mapping[tuple[str, ...], str] = {
    (
        "hips",
        "upper back",
        "neck",
    ): r"(?:sit(?:s|ting)?|sat)(?![- ]?ups?| on the floor| down| exercises?)|seated (?:all|most|for|job|at)\b|sedentary"
    r"|desks?|office(?! chair\b)|computers?|laptops?|work from home"
    r"|home office|wfh|programm(?:er|ing)|coding|coder|long drives?|driving|long[- ]haul|long flights?|(?:on|off) (?:a"
    r"|the|my) (?:plane|flight)"
    r"|commut\w+|truck(?:er| driver)|gaming|gamer|studying|sitzen|sitze|schreibtisch|buro|burojob|sentad[oa]|oficina|escritorio",
    (
        "hips",
        "hamstrings",
        "calves",
    ): r"(?:after|before|for) (?:my|a|the|long)? ?(?:morning |evening |long )?(?:run|runs|running|jog)|runners?|marathon",
    ("hips", "quadriceps", "lower back"): r"cycling|cyclists?|bike ride|(?:after|before) (?:my|a|the) ride",
    ("calves", "feet", "lower back"): r"(?:standing|stand|on my feet) all day|high heels|nurse|waitress|waiter",
    ("wrists", "forearms", "neck"): r"typing|(?:computer )?mouse work|pianist|guitarist",
    ("neck", "upper back"): r"text neck|tech neck|phone neck|scrolling|looking at (?:my|a|the) (?:phone|screen)",
}

CONDITIONS: Mapping[str, str] = {
    "pregnant": r"pregnan\w*|expecting(?: a baby| in)?|trimester|schwanger\w*|embarazad[oa]|with child",
    "postpartum": r"post[- ]?partum|post[- ]?natal|diastasis(?: recti)?|c[- ]section|gave birth|(?:had|having) (?:a|my"
    r"|our) (?:\w+ )?(?:baby|child)",
    "heart": r"heart (?:condition|disease|problems?|issues?|attack|failure|surgery|patient)|cardiac|angina|pacemaker|arrhythmia"
    r"|afib|herz(?:problem\w*|fehler|krank\w*)",
    "high blood pressure": r"(?:high )?blood pressure|hypertension|hypertensive|bluthochdruck|hipertension",
    "hernia": r"hernia|leistenbruch",
    "osteoporosis": r"osteopor\w*|osteopenia|brittle bones?",
    "vertigo": r"vertigo|dizz\w+|balance (?:problems?|disorder|issues?|is (?:\w+ )?(?:bad|poor))|(?:bad|poor) balance|schwindel\w*|mareos?",
    "asthma": r"asthma\w*|copd|shortness of breath|breathing (?:problems?|issues?|difficult\w+)|asma",
    "arthritis": r"arthrit\w*|arthros\w*|bad joints|joint (?:pain|problems?|issues?)|(?:aching|sore|painful|achy) joints"
    r"|gelenk(?:schmerz\w*|probleme?)|artrosis|artritis",
    "overweight": r"overweight|obes\w*|ubergewicht\w*|sobrepeso",
    "herniated disc": r"(?:slipped|herniated|bulging|prolapsed) dis[ck]s?|dis[ck] (?:problems?|issues?|herniation|injury)|bandscheib\w*"
    r"|hernia discal|lumbago|hexenschuss|scoliosis|spinal stenosis",
    "sciatica": r"sciatica?|ischias|ciatica",
    "knee": r"torn acl|acl(?: \w+)?|mcl|meniscus|menisk\w*|kreuzband\w*|patell\w+|runner's knee|jumper's knee",
    "shoulder": r"rotator cuffs?|frozen shoulders?|labrum tear|slap tear|impingement",
    "elbow": r"tennis elbows?|golfer's elbows?|epicondyl\w+",
    "wrist": r"carpal tunnel|rsi",
    "foot": r"plantar fasci\w+|achilles tend\w+|heel spurs?|shin splints?|bunions?",
    "whiplash": r"whiplash|schleudertrauma",
}

CARE: Mapping[str, str] = {
    "impact": r"(?:low|no|zero|without|minimal)[- ]impact|impact[- ]free|(?:joint|apartment|neighbou?r)[- ]friendly|(?:easy"
    r"|gentle|kind|soft) (?:on|to)(?: my| the)? joints|gelenkschonend\w*"
    r"|protect(?:ing)? (?:my|the) joints|thin walls|neighbou?rs?|(?:baby|child|kids?|roommate|flatmate|partner|family"
    r"|everyone) (?:is |are )?(?:a)?sleep\w*|noise|noisy|bajo impacto|sin impacto",
    "floor": r"(?:all|only|just) standing|standing (?:only|exercises only|work ?out|routine)|stay(?:ing)? (?:on my feet"
    r"|standing)|(?:dirty|filthy|wet) floor|nur im stehen",
}

MOVEMENTS: Mapping[str, str] = {
    "jumping": r"jump\w*|hop(?:s|ping)?|leap\w*|plyo\w*|star jumps?|jumping jacks?|high impact|impact|springen|sprunge?n?|hupfen"
    r"|hampelmann\w*|salt(?:os?|ar)|bounc(?:e|y|ing)",
    "running": r"run(?:s|ning)?|jog\w*|sprint\w*|high knees|laufen|rennen|corr(?:er|iendo)",
    "rope": r"skipping(?: rope)?|jump(?:ing)? ropes?|rope skipping|seilspringen",
    "burpees": r"burpees?",
    "squats": r"(?:jump )?squat(?:s|ting)?|kniebeugen?|sentadillas?",
    "lunges": r"lung(?:e|es|ing)|ausfallschritte?|zancadas?",
    "planks": r"planks?|planking|planchas?|unterarmstutz",
    "pushups": r"(?:push|press)[- ]?ups?|liegestutze?n?|flexiones|lagartijas",
    "pullups": r"(?:pull|chin)[- ]?ups?|klimmzuge?n?|dominadas",
    "situps": r"sit[- ]?ups?|abdominales",
    "crunches": r"crunch(?:es)?",
    "deadlifts": r"dead[- ]?lift(?:s|ing)?|kreuzheben|peso muerto",
    "dips": r"dips?",
    "kneeling": r"kneel\w*|(?:down|get|go|going|being|work(?:ing)?) (?:on|onto) (?:my|the|your) knees|knien"
    r"|hands and knees|all fours|arrodillar\w*",
    "floor": r"(?:on the |the )?(?:floor|ground)(?:[- ](?:work|exercises?|based|moves?|stuff))?|(?:ly(?:ing)|lie"
    r"|lay(?:ing)?)(?: down| on (?:the floor|my back|my stomach))?|get(?:ting)? (?:down|up)(?: and (?:down|up))? (?:on"
    r"|to|from|off) the (?:floor|ground)|(?:auf dem |auf den )?boden(?:ubungen)?|suelo|prone|supine",
    "twisting": r"twist\w*|rotat(?:ion|ions|ing|ional)|torsion\w*",
    "overhead": r"over ?head(?: (?:press\w*|lift\w*|work|movements?))?|arms (?:over|above) (?:my|the) head|lift\w* (?:my )?arms"
    r"|uber ?kopf",
    "handstands": r"hand ?stands?|head ?stands?|inversions?|upside down",
    "crawling": r"crawl\w*",
    "bridges": r"bridges?",
    "kicks": r"kick(?:s|ing)?",
    "mountain climbers": r"mountain climbers?",
    "swings": r"swings?|swinging",
    "rows": r"rows?",
    "presses": r"(?:bench |floor |chest |leg )?press(?:es|ing)?",
    "curls": r"curls?",
    "thrusts": r"(?:hip )?thrusts?",
    "snatches": r"snatch(?:es)?",
    "cleans": r"cleans?",
    "jerks": r"jerks?",
    "hanging": r"hang(?:s|ing)?",
    "step-ups": r"step[- ]?ups?",
    "circles": r"circles?",
    "wall sits": r"wall sits?",
    "shrugs": r"shrugs?",
    "raises": r"raises",
    "superman": r"supermans?",
    "bending": r"forward (?:bend(?:s|ing)?|folds?)|bending (?:over|forward)",
}

EQUIPMENT: Mapping[str, str] = {
    "dumbbell": r"dumb[- ]?bells?|dbs?|(?:kurz)?hanteln?|mancuernas?",
    "weights": r"(?:free |light |heavy |hand |small )?weights|pesas|gewichten?",
    "kettlebell": r"kettle[- ]?bells?|kbs?|kugelhanteln?|pesas? rusas?",
    "barbell": r"bar[- ]?bells?|langhanteln?|squat rack|olympic bar",
    "band": r"(?:resistance|elastic|exercise|mini|loop|thera|booty)[- ]?(?:loop )?bands?|bands?|theraband|widerstandsband\w*"
    r"|fitnessband\w*|bandas? elasticas?|gomas?",
    "pull-up bar": r"(?:pull|chin)[- ]?up bars?|klimmzugstange",
    "foam roller": r"foam[- ]?roll(?:er|ers|ing)?|faszienrolle|black ?roll",
    "medicine ball": r"med(?:icine)?[- ]?balls?|medizinball",
    "exercise ball": r"(?:exercise|swiss|stability|gym|fitness|yoga|pilates) ?balls?|gymnastikball|pezziball",
    "machine": r"(?:weight |rowing |gym )?machines?|treadmills?|ellipticals?|rowers?|exercise bikes?|stationary bikes?"
    r"|spin bikes?|crosstrainer|maschinen?|maquinas?|laufband",
    "cable": r"cables?(?: machine)?|pulleys?",
    "bench": r"(?:weight |work ?out )?bench(?:es)?(?! press)",
    "rope": r"(?:a |with a )(?:jump|skipping|jumping) rope|battle ropes?",
    "mat": r"(?:yoga |exercise |gym |fitness )?mats?|(?:yoga|gymnastik)?matten?|esterilla|colchoneta",
    "chair": r"(?:sturdy |kitchen )?chairs?|stuhl|silla",
    "towel": r"towels?|handtuch|toalla",
    "sandbag": r"sand ?bags?",
    "yoga block": r"(?:yoga )?blocks?",
    "step": r"(?:aerobic )?step(?:per)? (?:board|platform)|plyo box",
    "trx": r"trx|suspension trainers?|rings",
}
GYM = "gym"
BARE: Mapping[str, str] = {
    "equipment": r"(?:gym |fitness |special |home )?equipment|gear|kit|props?|tools|(?:sport|trainings|fitness)?gerate?n?"
    r"|hilfsmittel|equipo|material|equipamiento|implementos",
    "further": r"(?:other|more|additional|extra|further|weitere|otro) (?:gym |fitness )?(?:equipment|gear|tools|props?|gerate"
    r"|equipo|material)",
    GYM: r"(?:full |commercial |home |hotel |local |work )?gyms?(?! (?:equipment|ball|mat|machine))|fitness ?(?:studio"
    r"|center|centre|club)|gimnasio",
    "bodyweight": r"body[- ]?weight(?: only)?|body only|(?:just|only|nothing but|use) (?:my|your) (?:own )?body(?:[- ]?weight)?"
    r"|korpergewicht|eigengewicht|peso corporal|calisthenics?",
    "place": r"(?:in |at )?(?:a |my |the |our )?(?:hotel(?: room)?|hostel|bed ?room|living room|dorm(?: room)?)(?! gym)|(?:in"
    r"|at) (?:a|my|the|our) (?:park|office|airport)|(?:at|from) (?:home|work|my desk)|home (?:work ?out|routine"
    r"|session|training)|outdoors?|outside(?! of| my| the| knee| hip)|(?:while )?travell?ing|on the road|on holidays?"
    r"|on vacation|zu ?hause|daheim|en casa|hotelzimmer|wohnzimmer|unterwegs|im park",
}
"""`bodyweight` says that there is none; of a `place` it is assumed, unless something is named."""

GOALS: Mapping[Goal, str] = {
    "mobility": r"mobil\w*|range of motion|stiff\w*|loosen\w*|limber\w*|tight\w*|steif\w*|rigid\w*|verspann\w*|movilidad"
    r"|joint health|beweg(?:lich)\w*|agil\w*|unlock\w*|creaky|wake[- ]?up|morning",
    "flexibility": r"(?:in)?flexib\w*|stretch\w*|supple\w*|splits?|dehn\w*|estir\w*|yoga|lengthen\w*|openers?|opening",
    "strength": r"strength\w*|strong\w*|(?:build|gain|grow|more) muscles?|muscle (?:building|gain|mass|growth)|muscul\w*|ton(?:e"
    r"|ing|ed)|sculpt\w*|power(?:ful|lifting)?|resistance training|kraft\w*|stark\w*|muskel\w*|muskulatur|fuerza"
    r"|fortalec\w*|hypertrophy|bulk\w*|firm\w*",
    "cardio": r"cardio\w*|sweat\w*|heart rate|pulse|endur\w*|stamina|fat|calor\w*|(?:lose|losing|drop) (?:some )?(?:weight"
    r"|pounds|kilos?)|weight[- ]loss|slim\w*|hiit|tabata|conditioning|aerobics?|intervals?|out of breath|ausdauer"
    r"|abnehmen|fett\w*|adelgaz\w*|quemar|perder peso|resistencia|puls",
    "relax": r"relax\w*|unwind\w*|calm\w*|stress\w*|sleep\w*|wind(?:ing)? down|de-?stress\w*|anxi\w+|tension|bed ?time"
    r"|before bed|in bed|insomnia|restorative|entspann\w*|schlaf\w*|relaj\w*|dormir|breathing|meditat\w*|soothing",
    "warm-up": r"warm(?:ing)?[- ]?ups?|warm(?:ed)? up|(?:before|prepare for|prep for|ready for) (?:a |my |the |our "
    r"|this )?(?:\w+ )?(?:game|match|run|race|lift(?:ing)?|lifting session|hike|ride|skiing|swim|tennis|football"
    r"|basketball)|activat\w+|aufwarm\w*|calentamiento|calentar",
    "cool-down": r"cool(?:ing)?[- ]?downs?|recover(?:y|ing)?(?! from)|after (?:a |my |the )?(?:long |hard |morning )?(?:run|ride"
    r"|work ?out|training|game|match|leg day|lifting|hike|swim)|doms|abkuhl\w*|post[- ]?work ?out|enfriamiento",
    "posture": r"postur\w*|slouch\w*|hunch\w*|upright|stand(?:ing)? tall(?:er)?|rounded shoulders|haltung\w*|rundrucken|postura",
    "balance": r"balanc\w*|stability|stabil\w*|coordination|gleichgewicht\w*|equilibrio|fall prevention|prevent falls",
}

IDIOMS = re.compile(
    r"\bno pain[, -]*(?:and )?no gain\b"
    r"|\bpain in the (?:neck|ass|butt|backside)\b|\b(?:out of|in) the neck of the woods\b"
    r"|\bback[- ](?:to(?: back)?|from|in|at|home|on (?:track|my feet|it)|then|after|and forth|into|again|now|burner|up)\b"
    r"|\b(?:come|coming|came|get|got|getting|go|going|went|be|been|am|i'm|is|was|bring\w*|hold\w*|cut\w*|laid|way|give"
    r"|ease|easing|jump|step|bounc\w+|fight\w*)"
    r" back(?! (?:pain|ache|problem|issue|injur|surger|hurt|and|stretch|work|strength))\b"
    r"|\bat the back of\b|\b(?:years|months|weeks|days|while) back\b|\b(?:on|in) the (?:one|other) hand\b|\bby hand\b"
    r"|\bhands? (?:in hand|down|on|free)\b|\bfirst[- ]hand\b|\bon hand\b|\bsecond ?hand\b"
    r"|\bjump(?:ing)? (?:in(?:to)?|start|right|straight|on a|for joy|out of bed)\b|\bkick(?:ing)?[- ]?(?:start|off"
    r"|ing off|my)\b|\bcore (?:values?|issue|problem|of the)\b"
    r"|\bin the long run\b|\brun(?:ning)? (?:out|late|low|around|errands|my|a (?:business|company)|the)\b|\bin a row\b"
    r"|\bpress(?:ing)? (?:play|start|issue)\b|\bpressed for\b|\bdead tired\b"
    r"|\b(?:ground|first|second|third|fourth|fifth|sixth|top|upper|\d+(?:st|nd|rd|th)) floor(?: (?:flat|apartment))?\b"
    r"|\bhang(?:ing)? (?:out|over|on|in there)\b|\bhangover\b"
    r"|\bsquare (?:feet|foot|met\w+|one)\b|\b\d+ (?:feet|foot)\b|\bon foot\b|\bathlete'?s foot\b|\bfoot the bill\b"
    r"|\bleg ?room\b|\barm'?s length\b|\bget off my chest\b"
    r"|\b(?:from )?head to toes?\b|\btop to toe\b|\bby heart\b|\bsecond nature\b|\bfull swing\b|\bmood swings?\b"
    r"|\bin the office chair\b|\bin (?:a|an|my|the) (?:\w+ )?chair\b|\bcoffee machine\b"
    r"|\b(?:day|days|week|hours|shift) at work\b|\bno matter\b|\bno idea\b|\bno doubt\b|\bno (?:excuses?|rush|worries"
    r"|thanks)\b|\bkeep on my toes\b|\bcold feet\b|\bclean(?: and simple| room| up)\b|\bcleans? my\b"
    r"|\bhard working\b|\bfat chance\b|\bcircles? under\b|\bout of curls\b|\bcurl(?:ing)? up with\b|\bkit ?kat\b|\blie[- ]in\b|\blay ?off\b"
    r"|\bcan not (?:even )?(?:touch|reach) (?:my|the) (?:toes|feet|floor|ground)\b"
)
"""Taken out before anything is read. (Who cannot touch their toes wants to be supple: stories.py looks at the whole sentence.)"""
