"""Which words open a duty: English verbs of work, and their base forms."""

from __future__ import annotations

VERBS = frozenset(
    """
    accelerate accept accompany accomplish account achieve acquire act adapt add address adhere adjust administer adopt advance
    advertise advise advocate aid align allocate amplify analyse analyze animate annotate answer anticipate apply appraise approve
    arbitrate architect archive arrange articulate ask assemble assess assign assist assure attend attract audit author authorise
    authorize automate bake balance bandage bathe be become begin benchmark bend bid bill bind blend board bolster book boost bottle
    braid brainstorm brew bridge brief bring broaden budget build burp butter buy calculate calibrate call calm canvass capture care
    carry carve cast catalog catalogue catch categorise categorize cater celebrate chair challenge champion change charge chart chase
    check chisel choose chop circulate clarify classify clean clear climb close co-create co-design co-develop co-lead co-own coach
    code collaborate collate collect color comb combine come comfort commission communicate compare compile complete comply compose
    compute conceive conceptualise conceptualize conduct configure confirm connect conserve consider console consolidate construct
    consult contact contribute control convene convert convey convince cook coordinate correct correspond counsel count cover craft
    create crimp critique cross-sell cull cultivate curate cure customise customize cut debone debug decant decide decorate dedicate
    deep-dive deepen define delegate delight deliver demolish demonstrate deploy describe design detect determine develop devise
    diagnose dig digest digitise digitize direct discover discuss dispatch dispense display dispose distil distill distribute dive
    dock document double-check draft draw dress drill drive dye earn edit educate elevate eliminate embed embody emboss embrace
    empower enable encode encourage enforce engage engineer engrave enhance enjoy enrich enrol enroll ensure enter entertain equip
    erect escalate escort establish estimate etch evaluate evangelise evangelize evolve examine excavate exceed excel execute exercise
    expand expedite experiment explain explore expose extend extract fabricate facilitate fact-check familiarise familiarize feed fell
    ferment fetch field file fill fillet film finalise finalize find fine-tune finish fire fish fit fix flag flip focus fold follow
    forecast forge form formulate fortify foster free frost fry fuel fulfil fulfill fund further gain garden garnish gather gauge
    generate get give glaze go govern grade graft graze greet grill grind groom grow guarantee guard guide hand hand-off handle hang
    harden harness harvest hatch haul have heal hear heat help hem herd hire hit hitch hoe hoist hold hook hose host hull hunt ideate
    identify illustrate implement import improve improvise incorporate increase influence inform initiate innovate inoculate inspect
    inspire install instruct instrument insulate integrate interact interface interpret interview introduce invent inventory invest
    investigate invite invoice iron iterate join judge jump keep kick-start knead knock label landscape lasso launch lay lead learn
    lease leverage liaise lift light listen load localise localize locate lock log look lubricate maintain make manage manipulate
    manufacture map marinate mark market mash massage master maximise maximize measure mediate meet mend mentor merchandise merge
    migrate milk mill mind mine minimise minimize mix mobilise mobilize model moderate modernise modernize modify monetise monetize
    monitor mop motivate mould mount move mow muck multiply navigate negotiate net network nudge nurse nurture observe obtain offer
    oil onboard open operate operationalise operationalize optimise optimize orchestrate order organise organize orient originate
    outline outperform overcome overhaul oversee own pack package pad paint pair participate partner pasteurise pasteurize patch
    patrol pay peel peer-review perform personalise personalize persuade phone photograph pick pickle pilot pin pioneer pitch place
    plan plant plaster plate play plough plow pluck plumb polish pollinate populate position post pound pour power practice practise
    prepare prescribe present preserve press pressure-test prevent price prioritise prioritize process procure produce productionise
    productionize productize profile program programme progress project promote proofread propagate propose prospect protect prototype
    prove provide provision prune publish pull pump punch purchase pursue push put qualify quantify question quilt quote raise rake
    ramp read reap receive recognise recognize recommend reconcile record recruit recycle red-team redefine redesign reduce refactor
    refer refine reflect refresh refuel register regulate rehearse rehome reimagine reinforce relate relay release remove renew
    renovate repair replace replenish report represent reproduce repurpose request rescue research resole resolve respond restock
    restore restructure resuscitate retain retrieve return reupholster reverse-engineer review revise revitalise revitalize reward
    rework rig ring rinse roast rock roll roof rotate route row run safeguard sail salt sand satisfy save saw say scale scan schedule
    score scout scrape screen script scrub sculpt seal search season secure sedate seek segment select sell send separate sequence
    serve service set setup sew shadow shape share sharpen shave shear shepherd shift shine ship shoe shoot shovel show shuck sift
    sign simmer simplify simulate sing sketch skin slice smooth soak solder solicit solve sort source sow spar speak spearhead specify
    spend spin splice splint sponsor spoon spot spray spread sprint stack staff stage stain stamp stand standardise standardize start
    stay steam steer stencil sterilise sterilize stir stitch stock stoke store strategise strategize streamline strengthen stress-test
    stretch strip structure study stuff style submit succeed suggest summarise summarize supervise supply support surface surpass
    survey sustain suture swab swaddle swap sweep synchronise synchronize synthesise synthesize tack tackle tag tailor take talk tan
    tape target taste teach tell temper tend test thaw think thread thrive tidy tile till tilt tinker toast top toss tow trace track
    trade train transcribe transfer transform transition translate transport trap travel treat triage trim trot troubleshoot turn
    tutor twist type unblock uncover understand undertake unite unload unlock unpack unpick untangle unveil unwrap update upgrade
    uphold upload upsell use utilise utilize vaccinate vacuum validate value varnish verify vet view visit visualise visualize
    volunteer wait walk warehouse wash watch water wax wear weave weed weigh welcome weld whisk whitewash whittle wipe wire wireframe
    witness work wrap wring write
    """.split()
)

NOUNS_TOO = frozenset(
    """
    account address aid answer audit balance benchmark bill board book bridge brief budget butter call care cast challenge champion
    change charge chart check code color comb commission contact control cover cure cut design detect display document draft draw
    dress drill dye exercise experiment field file film finish fire fish fit fix focus form frost fuel fund garden glaze grade guard
    guide hand heat help hook hose host hunt import influence interface interview inventory invoice label landscape launch lead lease
    leverage lift light load lock log map mark market master measure mentor merchandise mill mind mine mix model monitor mould mount
    move net network nurse offer oil order own package pad paint partner patch patrol pay phone pickle pilot pin place plan plant
    plate play position post power practice present press price process profile program programme progress project prototype pump
    punch purchase question quilt quote rake record recruit release report request research return review reward ring rock roll route
    row run sail salt sand scale schedule score scout screen script seal search season segment sequence service set setup shape share
    shift ship shoe show sign sketch skin source spin splint spoon spot spread staff stage stain stamp stand start steam stock store
    strip structure study style supply support surface survey swab tag tape target taste temper test thread till top track trade train
    transfer transition transport trap travel treat trim turn type update upgrade upload use value view visit volunteer wait walk
    warehouse wash watch water wax work wrap
    """.split()
)
"""Of VERBS, those that as often are the first noun of a phrase: "Market research", "Project management"."""

ADJECTIVES_TOO = frozenset(
    "clean clear close complete correct direct engineer free live open present secure separate smooth welcome".split()
)
"""Of VERBS, those that as often open a noun phrase: "Clear communicator", "Engineer on the night shift"."""

GERUND_NOUNS = frozenset(
    """
    accounting advertising banking billing branding budgeting campaigning consulting engineering funding hiring learning lending
    manufacturing marketing meeting merchandising modeling networking onboarding packaging positioning pricing processing programming
    prospecting purchasing reporting scheduling screening shipping staffing testing trading training
    """.split()
)
"""-ing forms that as often name a field: "Marketing operations", "Accounting team"."""


def base_of(word: str) -> str | None:
    """The base form of a verb given as "design", "designs" or "designing"; None when it is not one of VERBS."""
    word = word.lower()
    prefix, hyphen, rest = word.rpartition("-")
    if hyphen and prefix in _PREFIXES and (base := base_of(rest)):
        return f"{prefix}-{base}"
    return next((base for base in _bases(word) if base in VERBS), None)


_PREFIXES = frozenset("co de re cross pre over up deep fine self".split())


def is_gerund(word: str) -> bool:
    """Whether the word is the -ing form of one of VERBS."""
    return word.lower().endswith("ing") and base_of(word) not in (None, word.lower())


def is_third_person(word: str) -> bool:
    """Whether the word has the form "designs" of one of VERBS (it may be a plural noun all the same)."""
    return word.lower().endswith("s") and base_of(word) not in (None, word.lower())


def _bases(word: str) -> list[str]:
    """Forms that may be the base of `word`, the likeliest first."""
    bases = [word]
    if word.endswith("ing") and len(word) > 4:
        stem = word[:-3]
        doubled = [stem[:-1]] if len(stem) > 2 and stem[-1] == stem[-2] else []
        bases += [stem, stem + "e", *doubled, stem[:-1] + "ie"]
    if word.endswith("s"):
        bases += [word[:-1], word.removesuffix("es"), word.removesuffix("ies") + "y"]
    return bases
