"""The table of injuries and conditions, and of the movements that strain them. Written for this project; when in doubt a movement is in it.

Patterns are searched in text that is folded: lower case, no accents, no punctuation, "pushup" for push-ups and the like in one word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_IMPACT = r"jump|\bhop|leap|\bskip|\bbound|burpee|plyo|depth|sprint|\brun|jog|skater|shuffle|carioca|high knees|jumping jack|\bbox\b"
_OLYMPIC = r"\bclean|snatch|jerk|thruster"
_INVERTED = r"handstand|headstand|shoulder ?stand|plow|\bplough|invert|decline|\broll(?!out|er)"
_FLEXION = (
    r"crunch|situp|\bvup|jackknife|toe touch|rollout|ab roller|leg raise|leg lift|pull in|flutter|scissor|bicycle|air bike|tuck|cocoon"
)
_CURLED = r"elbow to knee|bottoms up|butt up|hip raise|heel touch"
_TWIST = r"twist|wood ?chop|rotation|windmill|side bend|oblique|judo"
_HANDS = r"pushup|plank|handstand|\bdip|burpee|crawl|mountain climber|inchworm|downward|cobra|bird dog|all fours|table ?top"
_OVERHEAD = r"overhead|military|shoulder press|push press|arnold|handstand|\bjerk|snatch|thruster|behind the (neck|head)|upright row"
_HEAVY = frozenset({"olympic weightlifting", "powerlifting", "strongman"})
_EXPLOSIVE = frozenset({"plyometrics", "olympic weightlifting"})


@dataclass(frozen=True)
class Condition:
    """Who says one of `names` is spared exercises whose name fits `movements`, of `categories`, whose instructions fit `told`, that
    train one of `muscles` with a load, and, with `holds`, that are held still. `gentle` ones are let through all the same."""

    key: str
    names: re.Pattern[str]
    movements: re.Pattern[str]
    muscles: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    told: re.Pattern[str] | None = None
    gentle: re.Pattern[str] | None = None
    holds: bool = False


def _condition(
    key: str,
    names: str,
    movements: str,
    *,
    muscles: str = "",
    categories: frozenset[str] = frozenset(),
    told: str | None = None,
    gentle: str | None = None,
    holds: bool = False,
) -> Condition:
    return Condition(
        key=key,
        names=re.compile(names),
        movements=re.compile(movements),
        muscles=frozenset(filter(None, muscles.split(", "))),
        categories=categories,
        told=re.compile(told) if told else None,
        gentle=re.compile(gentle) if gentle else None,
        holds=holds,
    )


CONDITIONS: tuple[Condition, ...] = (
    _condition(
        "knee",
        r"knee|knie|menisc|menisk|\b[amp]cl\b|kreuzband|patell|\blegs?\b|rodilla|genou|ginocchi|колен",
        rf"{_IMPACT}|{_OLYMPIC}|squat|lunge|stepup|pistol|leg press|leg extension|leg curl|stair|step mill|mountain climber|kneel|on knees"
        r"|wall sit|duck|rope|sissy|split|getup|frog|child s? ?pose|hack|sled|lateral raise squat|knee (tuck|drive|raise)",
        muscles="quadriceps",
        categories=_EXPLOSIVE | {"strongman"},
        told=r"\b(jump|hop|leap|lunge|kneel)|hands and knees|on your knees",
    ),
    _condition(
        "lower back",
        r"(?<!upper )\bback(?! of)|lumb|ruecken|rucken|kreuz(?!band)|bandscheib|\bdis[ck]s?\b|sciatic|ischias|hexenschuss|spin(e"
        r"|al)|scolio|skolio"
        r"|stenos|spondyl|espalda|\bdos\b|schiena|спин|поясн|позвон",
        rf"{_OLYMPIC}|{_FLEXION}|{_CURLED}|{_TWIST}|handstand|deadlift|good morning|romanian|bent over|barbell row|t bar|pendlay"
        rf"|swing|superman|hyperextension"
        r"|back extension|burpee|jump|farmer|yoke|atlas|tire|jefferson|slam|\bcarry|locust|straddle|forward fold"
        r"|(?=.*squat)(?=.*(barbell|kettlebell|weighted|smith|zercher|overhead))",
        muscles="lower back",
        categories=_EXPLOSIVE | _HEAVY,
        gentle=r"bird dog|dead bug|pelvic tilt|cat (cow|stretch)|child s? ?pose|chest supported|seated row",
    ),
    _condition(
        "upper back",
        r"upper back|thora|brustwirbel|shoulder blade|schulterblatt|rhomboid|trapez|лопат",
        r"\brow\b|rows\b|pullup|chinup|muscleup|deadlift|shrug|face pull|clean|snatch|pullover|swing|farmer|\bcarry|twist|rotation",
        muscles="middle back, upper back, traps, lats",
        categories=_HEAVY,
    ),
    _condition(
        "shoulder",
        r"shoulder(?! blade)|schulter(?!blatt)|rotator|\bslap\b|frozen|deltoid|\barms?\b|collar ?bone|hombro|epaule|spalla|плеч",
        rf"{_OVERHEAD}|{_OLYMPIC}|pushup|(?<!leg )(?<!calf )(?<!pallof )\bpress|\bdip|pullup|chinup|pulldown|muscleup|pike|burpee"
        rf"|crawl|getup"
        r"|throw|slam|battl|\bfly|\bflye|(lateral|front|shoulder|deltoid|arm|side|plate) (raise|lateral)|pullover|inchworm|mountain climber"
        r"|wall ball|rope climb|snow angel|jumping jack|superman|farmer|\bcarry|doorway|cross body shoulder|hang|plank|side bridge"
        r"|downward|swing|kettlebell pass",
        muscles="shoulders, chest",
        categories=_EXPLOSIVE | {"strongman"},
    ),
    _condition(
        "elbow",
        r"elbow|ellbog|ellenbog|tennis|golfer|epicondyl|\barms?\b|codo\b|coude|gomito|локт|локот",
        r"pushup|\bdip|curl(?! up)|(tricep\w*|arm|cable|french) (extension|press|pushdown|kickback)|skull|pullup|chinup|muscleup|close grip"
        r"|(bench|floor|chest|shoulder|military|overhead|push|arnold) press|rope climb|throw|handstand|burpee|crawl|plank|jerk|snatch",
        muscles="triceps, biceps, forearms, chest, shoulders",
        gentle=r"leg curl|hamstring curl|leg extension",
    ),
    _condition(
        "wrist",
        r"wrist|handgelenk|\bhands?\b|finger|thumb|carpal|karpal|forearm|unterarm|\bgrip\b|muneca|poignet|polso|запяст|кисть|кисти",
        rf"{_HANDS}|{_OLYMPIC}|wrist|front squat|deadlift|farmer|\bcarry|hang|pullup|chinup|muscleup|barbell|kettlebell|e z|\bez\b"
        rf"|rope climb"
        r"|battl|pinch|throw|slam|donkey kick|fire hydrant|cat (cow|stretch)|getup|l sit|pushdown",
        muscles="forearms",
        told=r"hands and knees|all fours|pushup position|weight on your hands|high plank|on your hands",
    ),
    _condition(
        "ankle or foot",
        r"ankle|knochel|knoechel|sprunggelenk|achill|\bfoot|\bfeet|\bfuss|\bheel|ferse|plantar|\btoes?\b|\bshin|calf|calves|\bwade"
        r"|tobillo|cheville|caviglia|лодыж|голеностоп|стоп[аыу]|\blegs?\b",
        rf"{_IMPACT}|{_OLYMPIC}|calf|calves|lunge|stepup|pistol|single leg|one leg|rope|mountain climber|stair|step mill|balance|bosu"
        r"|toe|heel|jack|sled|farmer|yoke",
        muscles="calves",
        categories=_EXPLOSIVE | {"strongman"},
        told=r"\b(jump|hop|leap)",
    ),
    _condition(
        "hip",
        r"\bhips?\b|hufte|hueft|leiste(?!nbruch)|groin|labr|\bfai\b|piriform|cadera|hanche|\banca\b|бедр|\blegs?\b",
        rf"{_IMPACT}|{_OLYMPIC}|squat|lunge|stepup|split|pistol|deadlift|good morning|romanian|leg (raise|press|lift)|hip (thrust"
        rf"|circle|raise)"
        r"|mountain climber|swing|situp|\bvup|flutter|scissor|bicycle|groin|straddle|frog|pigeon|figure four|hip flexor|\bkick"
        r"|hydrant|crossover|windmill|stair",
        muscles="adductors, abductors, glutes, hip flexors",
        categories=_EXPLOSIVE | _HEAVY,
        gentle=r"glute bridge|clamshell|pelvic tilt",
    ),
    _condition(
        "neck",
        r"\bneck|nacken|\bhals|cervic|whiplash|schleudertrauma|cuello|nuque|\bcollo\b|\bше[яюиейа]",
        rf"{_OVERHEAD}|{_INVERTED}|{_OLYMPIC}|farmer|\bcarry|neck|shrug|crunch|situp|\bvup|burpee|jump|superman|pullup|chinup"
        r"|(?=.*squat)(?=.*barbell)|good morning|chin to chest|looking at ceiling|bicycle",
        muscles="neck, traps",
        categories=_EXPLOSIVE | _HEAVY,
    ),
    _condition(
        "pregnancy",
        r"pregnan|schwanger|embaraz|enceinte|gravid|incinta|беремен|trimester|expecting|post ?part|post ?nat|diastas|c section"
        r"|kaiserschnitt",
        rf"{_IMPACT}|{_OLYMPIC}|{_INVERTED}|{_FLEXION}|{_CURLED}|{_TWIST}|plank|superman|lying|supine|prone|farmer|\bcarry"
        rf"|bench press|floor press"
        rf"|hip thrust|bridge"
        r"|deadlift|swing|mountain climber|hang|pullup|slam|locust|cobra|dead bug|stomach vacuum|barbell|rope|jack",
        muscles="abdominals, obliques, core",
        categories=_EXPLOSIVE | _HEAVY,
        told=r"on your (back|front|stomach|belly)|face ?down|supine|prone|\blie (down|flat|back)|\b(jump|hop|leap)",
        gentle=r"bird dog|pelvic tilt|cat (cow|stretch)",
    ),
    _condition(
        "heart or blood pressure",
        r"blood ?pressure|bluthochdruck|hypert[eo]n|\bhbp\b|heart|herz|cardiac|cardiovasc|chest pain|angina|stroke|schlaganfall|aneurysm"
        r"|arrhythm|\bafib|presion|tension arter|corazon|\bcoeur|давлен|гипертон|серд",
        rf"{_IMPACT}|{_OLYMPIC}|{_INVERTED}|{_OVERHEAD}|pike|plank|wall sit|\bhold|isometric|deadlift|farmer|\bcarry|hang|battl"
        r"|mountain climber|slam|swing|leg press|sled|\bvup|l sit|prowler|tire|rope|star ",
        categories=_EXPLOSIVE | _HEAVY,
        told=r"\b(jump|hop|leap)",
        holds=True,
    ),
    _condition(
        "hernia",
        r"hernia(?!ted)|leistenbruch|inguinal|abdominal surgery|грыж",
        rf"{_FLEXION}|{_TWIST}|{_OLYMPIC}|deadlift|squat|plank|leg press|farmer|\bcarry|burpee|jump|superman|good morning|swing|hang|slam",
        muscles="abdominals, obliques, core, lower back",
        categories=_EXPLOSIVE | _HEAVY,
        gentle=r"pelvic tilt|bird dog",
    ),
    _condition(
        "osteoporosis",
        r"osteop|brittle|knochenschwund|остеопор",
        rf"{_IMPACT}|{_OLYMPIC}|{_FLEXION}|{_TWIST}|{_INVERTED}|cat (cow|stretch)|child s? ?pose|good morning|deadlift|slam|swing"
        rf"|straddle|forward fold|rope",
        categories=_EXPLOSIVE | _HEAVY,
        told=r"\b(jump|hop|leap)",
    ),
    _condition(
        "dizziness",
        r"vertigo|dizz|schwindel|vestibul|balance (problem|disorder|issue)|menier|glaucoma|glaukom|головокруж",
        rf"{_INVERTED}|burpee|jump|\bhop|leap|getup|pistol|single leg|one leg|bosu|balance|windmill|good morning|toe touch|\bspin|swing",
        categories=_EXPLOSIVE,
    ),
    _condition(
        "breathing",
        r"asthma|\blungs?\b|lunge(n|nkrank)\b|\bcopd|breath|bronch|астм",
        rf"{_IMPACT}|mountain climber|battl|hiit|prowler|sled|rope|jack|slam",
        categories=_EXPLOSIVE,
    ),
    _condition(
        "impact",
        r"arthrit|arthros|\bjoints?\b|gelenk(?!ig)|overweight|obes|ubergewicht|uebergewicht|\bimpact|jump|сустав|артрит|артроз",
        rf"{_IMPACT}|rope|jack|mountain climber",
        categories=frozenset({"plyometrics"}),
        told=r"\b(jump|hop|leap)",
    ),
    _condition(
        "running",
        r"\brun(s|ning)?\b|\bjog|\bsprint",
        r"\brun|\bjog|sprint|high knees",
    ),
    _condition(
        "overhead",
        r"over ?head|arms (over|above)|uber ?kopf",
        rf"{_OVERHEAD}|(?<!leg )(?<!bench )(?<!chest )(?<!floor )shoulder.*press|pullup|chinup|pulldown|jumping jack|wall (angel|slide)",
    ),
    _condition(
        "twisting",
        r"\btwist(s|ing)?\b|\brotati|torsion",
        rf"{_TWIST}|russian|bicycle|air bike|elbow to knee",
    ),
    _condition(
        "bending",
        r"bend(s|ing)? (over|forward|down)|forward (bend|fold)|\bbending",
        r"bent over|good morning|deadlift|romanian|toe touch|forward fold|straddle|\bbend",
    ),
    _condition(
        "floor",
        r"\b(floor|ground)(?! press)|\blying|\blie\b|\bprone\b|\bsupine\b|\bboden",
        rf"{_HANDS}|{_FLEXION}|{_CURLED}|lying|supine|prone|superman|bridge|floor|child s? ?pose|cat (cow|stretch)|getup|clamshell|pigeon"
        r"|hydrant|all fours|\bon (your|the) (back|side|stomach)",
        told=r"\blie\b|\blying\b|\blay(ing)? (down|flat|face|on|back)|on (your|the) (back|stomach|belly|side|hands|all fours)"
        r"|hands and knees|all fours|\bkneel|on your knees|(sit|situp|seated|sitting|get)( \w+){0,2} on (the|a|your) (floor|mat|ground)"
        r"|face ?(down|up)|(pushup|plank) position",
    ),
)

MUSCLES = {
    "abs": "abdominals",
    "ab": "abdominals",
    "abdominal": "abdominals",
    "stomach": "abdominals",
    "belly": "abdominals",
    "bauch": "abdominals",
    "pec": "chest",
    "pecs": "chest",
    "pectoral": "chest",
    "chest": "chest",
    "brust": "chest",
    "quad": "quadriceps",
    "quads": "quadriceps",
    "quadriceps": "quadriceps",
    "thigh": "quadriceps",
    "thighs": "quadriceps",
    "oberschenkel": "quadriceps",
    "hamstring": "hamstrings",
    "hamstrings": "hamstrings",
    "glute": "glutes",
    "glutes": "glutes",
    "buttock": "glutes",
    "buttocks": "glutes",
    "bicep": "biceps",
    "biceps": "biceps",
    "tricep": "triceps",
    "triceps": "triceps",
    "lat": "lats",
    "lats": "lats",
    "trap": "traps",
    "traps": "traps",
    "adductor": "adductors",
    "adductors": "adductors",
    "abductor": "abductors",
    "abductors": "abductors",
}
"""How people call muscles, and what catalogues call them."""

_ARMS = frozenset({"biceps", "triceps", "forearms"})
_BACK = frozenset({"lower back", "middle back", "upper back", "lats", "traps"})
PARTS = {
    "legs": frozenset({"quadriceps", "hamstrings", "calves", "adductors", "abductors", "glutes", "hip flexors"}),
    "arms": _ARMS,
    "core": frozenset({"abdominals", "obliques", "core"}),
    "abs": frozenset({"abdominals", "obliques", "core"}),
    "back": _BACK,
    "upper back": _BACK - {"lower back"},
    "hips": frozenset({"adductors", "abductors", "hip flexors", "glutes"}),
    "shoulders": frozenset({"shoulders", "rear deltoids"}),
    "upper body": (_ARMS | _BACK | {"chest", "shoulders", "rear deltoids", "neck"}) - {"lower back"},
}
"""Parts of the body of several muscles. What is not here is a muscle by itself."""

MOVEMENTS = (
    "squat", "lunge", "jump", "burpee", "plank", "pushup", "pullup", "situp", "chinup", "crunch", "deadlift", "dip", "press", "row", "curl",
    "run", "sprint", "swing", "snatch", "clean", "jerk", "twist", "handstand", "hang", "crawl", "bridge", "kick", "overhead", "rope",
)  # fmt: skip
"""Movements that are known as such even where no exercise of the catalogue is one."""

FILLERS = frozenset(
    "no not never avoid without any all my the a an of in on from with left right both bad sore hurt hurts hurting pain painful ache aching"
    " injury injured injuries strain strained sprain sprained tear torn pulled broken problem problems issue issues weak old recent chronic"
    " surgery after please exercises exercise movement movements doing do i have has had is are keine kein schmerzen verletzung".split()
)
"""Words of complaints and wishes that name no part of the body and no movement."""
