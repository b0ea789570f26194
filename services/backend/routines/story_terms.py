"""The exercises and movements that serve a part of the body or an aim, as they are searched for."""

from __future__ import annotations

from collections.abc import Mapping

Terms = Mapping[str, tuple[str, ...]]

LOOSEN: Terms = {
    "hips": ("hip flexor stretch", "hip opener", "pigeon stretch", "hip circles"),
    "glutes": ("glute stretch", "piriformis stretch"),
    "hamstrings": ("hamstring stretch", "standing toe touch"),
    "quadriceps": ("quadriceps stretch",),
    "adductors": ("inner thigh stretch", "groin stretch"),
    "abductors": ("outer hip stretch", "IT band stretch"),
    "calves": ("calf stretch",),
    "legs": ("hamstring stretch", "quadriceps stretch", "calf stretch"),
    "knees": ("quadriceps stretch", "hamstring stretch"),
    "ankles": ("ankle circles", "ankle mobility"),
    "feet": ("ankle circles", "foot stretch"),
    "lower back": ("lower back stretch", "spine mobility", "pelvic tilt"),
    "upper back": ("upper back stretch", "thoracic mobility"),
    "back": ("back stretch", "spine mobility", "cat stretch"),
    "lats": ("lat stretch",),
    "shoulders": ("shoulder stretch", "arm circles"),
    "neck": ("neck stretch", "chin tuck"),
    "chest": ("chest stretch", "chest opener"),
    "arms": ("biceps stretch", "triceps stretch"),
    "biceps": ("biceps stretch",),
    "triceps": ("triceps stretch",),
    "forearms": ("forearm stretch", "wrist circles"),
    "wrists": ("wrist circles", "forearm stretch"),
    "elbows": ("forearm stretch", "triceps stretch"),
}
TRAIN: Terms = {
    "hips": ("glute bridge", "hip abduction", "hip extension"),
    "glutes": ("glute bridge", "hip extension", "hip thrust"),
    "hamstrings": ("hamstring curl", "romanian deadlift", "glute bridge"),
    "quadriceps": ("squat", "lunge", "leg extension"),
    "adductors": ("hip adduction", "side lunge"),
    "abductors": ("hip abduction", "side leg raise"),
    "calves": ("calf raise",),
    "legs": ("squat", "lunge", "step-up", "glute bridge", "calf raise"),
    "knees": ("step-up", "hamstring curl", "glute bridge"),
    "ankles": ("calf raise", "balance on one leg"),
    "feet": ("calf raise", "balance on one leg"),
    "lower back": ("back extension", "bird dog", "glute bridge"),
    "upper back": ("row", "reverse fly", "face pull"),
    "back": ("row", "pulldown", "bird dog"),
    "lats": ("pull-up", "pulldown", "row"),
    "shoulders": ("shoulder press", "lateral raise", "rear delt raise"),
    "neck": ("isometric neck exercise",),
    "chest": ("push-up", "chest press", "chest fly"),
    "arms": ("biceps curl", "triceps extension"),
    "biceps": ("biceps curl", "hammer curl"),
    "triceps": ("triceps extension", "dip", "close-grip push-up"),
    "forearms": ("wrist curl", "farmer's walk"),
    "wrists": ("wrist curl",),
    "elbows": ("biceps curl", "triceps extension"),
    "core": ("plank", "crunch", "dead bug", "side plank", "pallof press"),
    "upper body": ("push-up", "row", "shoulder press", "biceps curl"),
}
EVERYWHERE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "loosen": (("full body stretch",), ("hip flexor stretch", "hamstring stretch"), ("back stretch", "shoulder stretch", "chest stretch")),
    "train": (TRAIN["legs"], TRAIN["upper body"], TRAIN["core"], TRAIN["glutes"]),
    "cardio": (
        ("cardio to raise the heart rate", "marching", "step"),
        ("jumping jack", "mountain climber", "skater", "step-up"),
        ("full body conditioning circuit",),
    ),
    "posture": (
        ("upper back strength for an upright posture", "row", "reverse fly"),
        ("chest stretch", "chest opener", "shoulder stretch"),
        ("neck stretch", "chin tuck"),
    ),
    "balance": (("balance on one leg", "stability"), ("core stability", "bird dog", "dead bug"), ("calf raise", "step-up")),
    "relax": (("calm relaxing stretch for the whole body",), ("back stretch", "hip stretch"), ("neck stretch", "shoulder stretch")),
}
"""Where no part of the body is named."""
NEAR: Terms = {
    "hips": ("glutes", "hamstrings"),
    "glutes": ("hips", "hamstrings"),
    "hamstrings": ("glutes", "calves"),
    "quadriceps": ("hips", "hamstrings"),
    "calves": ("ankles", "hamstrings"),
    "legs": ("glutes", "hips"),
    "knees": ("quadriceps", "hamstrings"),
    "lower back": ("hips", "core"),
    "upper back": ("shoulders", "chest"),
    "back": ("shoulders", "core"),
    "shoulders": ("upper back", "chest"),
    "neck": ("shoulders", "upper back"),
    "chest": ("shoulders", "triceps"),
    "arms": ("shoulders", "forearms"),
    "core": ("lower back", "glutes"),
}
"""What goes with a part, where there is time for more than it."""
LOOSENED_BY_DEFAULT = frozenset({"hips", "neck", "ankles", "feet", "wrists", "lower back", "knees", "hamstrings"})
"""What most who name it and no aim want supple rather than strong."""
