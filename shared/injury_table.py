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
_FOLDED = (
    r"inchworm|toe touch|forward fold|straddle|groin and back|worlds? greatest|leg grab|runner s? ?stretch|hug (a ball|knees)"
    r"|childs? (s )?pose"
    r"|knees? to chest"
)
_GRIPPED = (
    r"deadlift|stiff leg|romanian|\brows?\b|shrug|\bchins?\b(?! to)|pullup|chinup|pulldown|muscleup|london|rope|high pull|rack pull"
    r"|face pull"
    r"|\bhang|farmer|\bcarry|yoke|\bclean|snatch|swing|kettlebell|dumbbell|battl|pinch|tire|sled|sledge"
)
_REACHING = (
    r"\boverhead\b|(arms?|hands?|elbows?|bar|weights?|dumbbells?) (\w+ ){0,4}(over|above|behind) (your|the) (head|neck)|behind (your"
    r"|the) (head|neck)"
)
_NECK_LOAD = r"neck resistance|harness|isometric neck"
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
        rf"{_IMPACT}|{_OLYMPIC}|squat|lunge|stepup|pistol|leg press|leg extension|leg curl|stair|step mill|mountain climber|kneel"
        rf"|on knees|knee circle"
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
        r"|back extension|burpee|jump|\bhop|\bbound|farmer|yoke|atlas|tire|jefferson|slam|\bcarry|locust|straddle|forward fold|inchworm"
        r"|looking at ceiling|shrug|stiff leg|rack pull|high pull|groin and back|military|push press|log lift|london|conan"
        r"|(?=.*(squat|lunge|stepup|calf|rocking|shoulder press|standing press))(?=.*(barbell|kettlebell|weighted|smith|zercher|overhead))"
        r"|plyo",
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
        "arm",
        r"\barms?\b(?! (over|above))|humerus|\bradius\b|\bulna|armbruch|brazo|\bbras\b|braccio|\bрук[аиу]\b"
        r"|(broken|fractur\w*|gebroch\w*) (\w+ )?(arm|elbow|wrist|hand|shoulder|collar ?bone|finger|thumb|ellbogen|handgelenk|schulter)",
        rf"{_GRIPPED}|{_HANDS}|{_OVERHEAD}|{_OLYMPIC}|barbell|cable|e z|\bez\b|medicine ball|band\b|plate|\bfly|\bflye|pullover|throw|slam"
        r"|bench press|floor press|chest press|pike|plow|side bridge|side jackknife|getup|wheel|rowing|parallel bars|harness"
        r"|elliptical|skating|prowler|suspended|smr\b|looking at ceiling|pyramid|(wrist|elbow|arm|shoulder) (circle|stretch|pull)"
        r"|bicep|forearm|tricep|front deltoid|worlds? greatest|jump|rollout|ab roller|weighted|smith|good morning|wall ball"
        r"|lunge sprint|bicycling(?! stationary)",
        muscles="triceps, biceps, forearms, chest, shoulders, lats, middle back, upper back, traps, rear deltoids",
        categories=_EXPLOSIVE | _HEAVY,
        told=r"\b(grip|grasp|hang(ing)? (from|on|underneath)|pull yourself)|weight on your (hands|arms)|(pushup|plank) position"
        r"|hands and knees"
        r"|all fours|hands on the (floor|ground)|(hold|holding|take|pick) (\w+ ){0,3}(dumbbell|barbell|kettlebell|bar|weight|plate"
        r"|ball|rope)s?\b",
    ),
    _condition(
        "shoulder",
        r"shoulder(?! blade)|schulter(?!blatt)|rotator|\bslap\b|frozen|deltoid|\barms?\b|collar ?bone|hombro|epaule|spalla|плеч",
        rf"{_OVERHEAD}|{_OLYMPIC}|pushup|(?<!leg )(?<!calf )(?<!pallof )\bpress|\bdip|pullup|chinup|pulldown|muscleup|pike|burpee"
        r"|crawl|getup|\bchins?\b(?! to)|london|skull|french|(?=.*tricep)(?=.*(extension|press|stretch))|behind head|upward stretch"
        r"|world shoulder|lateral stretch|lat stretch|against wall|high pull|log lift|shrug"
        r"|throw|slam|battl|\bfly|\bflye|(lateral|front|shoulder|deltoid|arm|side|plate) (raise|lateral)|pullover|inchworm|mountain climber"
        r"|wall ball|rope climb|snow angel|jumping jack|superman|farmer|\bcarry|doorway|cross body shoulder|hang|plank|side bridge"
        r"|downward|swing|kettlebell pass"
        r"|upright (\w+ )?row|body up|(?=.*barbell)(?=.*(squat|lunge|stepup|good morning))",
        muscles="shoulders, chest",
        categories=_EXPLOSIVE | {"strongman"},
        told=_REACHING,
    ),
    _condition(
        "elbow",
        r"elbow|ellbog|ellenbog|tennis|golfer|epicondyl|\barms?\b|codo\b|coude|gomito|локт|локот",
        r"pushup|\bdip|curl(?! up)|(tricep\w*|arm|cable|french) (extension|press|pushdown|kickback)|skull|pullup|chinup|muscleup|close grip"
        rf"|(bench|floor|chest|shoulder|military|overhead|push|arnold) press|{_GRIPPED}|throw|handstand|burpee|crawl|plank|jerk",
        muscles="triceps, biceps, forearms, chest, shoulders, lats, middle back, upper back, traps",
        gentle=r"leg curl|hamstring curl|leg extension",
    ),
    _condition(
        "wrist",
        r"wrist|handgelenk|\bhands?\b|finger|thumb|carpal|karpal|forearm|unterarm|\bgrip\b|muneca|poignet|polso|запяст|кисть|кисти",
        rf"{_HANDS}|{_OLYMPIC}|wrist|front squat|deadlift|farmer|\bcarry|hang|pullup|chinup|\bchins?\b(?! to)|london|muscleup|barbell"
        rf"|kettlebell|e z|\bez\b"
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
        rf"|hydrant|crossover|windmill|stair|{_FOLDED}|\blunge|knee across|on the knee|piriformis|(lying|seated) glute|tuck|pull in"
        rf"|jackknife|pike"
        r"|cocoon|seated (\w+ )*hamstring|knee raise|groiner|bent knee|bent leg|reverse crunch|adductor|abductor"
        r"|hip flexion|hyperextension",
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
        r"|deadlift|swing|mountain climber|hang|pullup|slam|locust|cobra|dead bug|stomach vacuum|barbell|rope|jack"
        rf"|\bon your|inchworm|looking at ceiling|\bchins?\b(?! to)|chinup|muscleup|pistol|pyramid|hug a ball|hyperextension"
        rf"|incline row|chest supported|glute ham|leg curl|{_NECK_LOAD}",
        muscles="abdominals, obliques, core",
        categories=_EXPLOSIVE | _HEAVY,
        told=r"on your (back|front|stomach|belly)|face ?(down|up)|supine|prone|\b(lie|lay|lying|laying)\b(?! on your side)|\b(jump"
        r"|hop|leap)"
        r"|(lean|leaning) (into|against|over) (an|the|a) (\w+ )?bench|(chest|stomach|torso|belly) (\w+ ){0,2}(on|against|over) (an|the|a) ",
        gentle=r"bird dog|pelvic tilt|cat (cow|stretch)",
    ),
    _condition(
        "heart or blood pressure",
        r"blood ?pressure|bluthochdruck|hypert[eo]n|\bhbp\b|heart|herz|cardiac|cardiovasc|chest pain|angina|stroke|schlaganfall|aneurysm"
        r"|arrhythm|\bafib|presion|tension arter|corazon|\bcoeur|давлен|гипертон|серд",
        rf"{_IMPACT}|{_OLYMPIC}|{_INVERTED}|{_OVERHEAD}|pike|plank|wall sit|\bhold|isometric|deadlift|farmer|\bcarry|hang|battl"
        r"|mountain climber|slam|swing|leg press|sled|\bvup|l sit|prowler|tire|rope|star "
        rf"|{_NECK_LOAD}",
        categories=_EXPLOSIVE | _HEAVY,
        told=r"\b(jump|hop|leap)",
        holds=True,
    ),
    _condition(
        "hernia",
        r"hernia(?!ted)|leistenbruch|inguinal|abdominal surgery|грыж",
        rf"{_FLEXION}|{_TWIST}|{_OLYMPIC}|deadlift|squat|plank|leg press|farmer|\bcarry|burpee|jump|superman|good morning|swing|hang|slam"
        rf"|{_NECK_LOAD}"
        r"|plyo|hyperextension|\bchins?\b(?! to)|pullup|chinup|(?=.*(barbell|smith))(?=.*(lunge|stepup|shrug|row))|atlas|keg",
        muscles="abdominals, obliques, core, lower back",
        categories=_EXPLOSIVE | _HEAVY,
        gentle=r"pelvic tilt|bird dog",
    ),
    _condition(
        "osteoporosis",
        r"osteop|brittle|knochenschwund|остеопор",
        rf"{_IMPACT}|{_OLYMPIC}|{_FLEXION}|{_TWIST}|{_INVERTED}|cat (cow|stretch)|child s? ?pose|good morning|deadlift|slam|swing"
        rf"|{_FOLDED}|{_CURLED}|{_NECK_LOAD}|rope|lower back curl|chin to chest|(spinal|middle back|upper back|lower back) stretch"
        rf"|pyramid|dancer|russian"
        r"|looking at ceiling|seated (\w+ )*hamstring|dynamic back|stiff leg|romanian|bent over|plow|piked?\b|hyperextension",
        categories=_EXPLOSIVE | _HEAVY,
        told=r"\b(jump|hop|leap)",
    ),
    _condition(
        "dizziness",
        r"vertigo|dizz|schwindel|vestibul|balance (problem|disorder|issue)|menier|glaucoma|glaukom|головокруж",
        rf"{_INVERTED}|burpee|jump|\bhop|leap|getup|pistol|single leg|one leg|bosu|balance|windmill|good morning|\bspin|swing"
        rf"|{_FOLDED}|{_NECK_LOAD}|pike|downward|looking at ceiling|bent over|deadlift|romanian|stiff leg|hyperextension|glute ham"
        rf"|situp|jackknife"
        r"|\bbridge|hip thrust|skater|carioca|chin to chest|neck|pullover|feet elevated|mountain climber|atlas|keg|log lift"
        r"|bent press|snatch|jerk|\bclean|locust|hang|judo|rope|plow"
        r"|plyo",
        told=r"look(ing)? (up (at|to)|at the ceiling)|(bring|tilt|let)\w* (\w+ )?head (\w+ )?(back|down|hang)"
        r"|head (\w+ )?off the (bench|edge)",
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
        "core",
        r"\bcore\b|\btrunk\b|\btorso\b|midsection|\brumpf",
        rf"{_FLEXION}|{_CURLED}|{_TWIST}|plank|hollow|dead bug|bird dog|superman|side bridge|\bl sit|pallof|vacuum|mountain climber"
        rf"|hyperextension",
        muscles="abdominals, obliques, core, lower back",
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
