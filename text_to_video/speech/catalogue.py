"""Local voices that can be installed: where they lie, how large they are, under which licence, and what their bytes must come to.

Only voices whose recordings may be used for anything, as their model cards say; CC BY asks to name the source.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LocalEngine = Literal["piper", "kokoro"]

_PIPER = "https://huggingface.co/rhasspy/piper-voices/resolve/c10ece1aade47bb51c153c893d14e5bf8e5b7117"
_KOKORO = "https://github.com/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.0"


@dataclass(frozen=True)
class File:
    """`size` in bytes."""

    url: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Downloadable:
    """`languages` are BCP 47 tags."""

    name: str
    engine: LocalEngine
    languages: tuple[str, ...]
    licence: str
    files: tuple[File, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


def _piper(name: str, licence: str, model: tuple[int, str], config: tuple[int, str]) -> Downloadable:
    """`name` such as "en_US-joe-medium" says where its files lie; each is told by its size and sha256."""
    locale, voice, quality = name.split("-")
    folder = f"{_PIPER}/{locale.partition('_')[0]}/{locale}/{voice}/{quality}"
    files = tuple(File(f"{folder}/{name}{end}", f"{name}{end}", *told) for end, told in ((".onnx.json", config), (".onnx", model)))
    return Downloadable(name, "piper", (locale.replace("_", "-"),), licence, files)


CATALOGUE: tuple[Downloadable, ...] = (
    Downloadable(
        "kokoro",
        "kokoro",
        ("en-US", "en-GB", "es", "fr", "hi", "it", "pt-BR"),
        "Apache 2.0",
        (
            File(
                f"{_KOKORO}/voices-v1.0.bin",
                "voices-v1.0.bin",
                28_214_398,
                "bca610b8308e8d99f32e6fe4197e7ec01679264efed0cac9140fe9c29f1fbf7d",
            ),
            File(
                f"{_KOKORO}/kokoro-v1.0.onnx",
                "kokoro-v1.0.onnx",
                325_532_387,
                "7d5df8ecf7d4b1878015a32686053fd0eebe2bc377234608764cc0ef3636a6c5",
            ),
        ),
    ),
    _piper(
        "en_US-ljspeech-high",
        "public domain",
        (114_199_011, "5d4f08ba6a2a48c44592eed3ce56bf85e9de3dd4e20df90541ae68a8310c029a"),
        (4_970, "7e1f4634af596d83cca997fb7a931ba80b70f8a316a2655ee69c55365e0ace14"),
    ),
    _piper(
        "en_US-joe-medium",
        "CC0",
        (63_201_294, "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"),
        (4_794, "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33"),
    ),
    _piper(
        "en_US-kristin-medium",
        "public domain",
        (63_531_379, "5849957f929cbf720c258f8458692d6103fff2f0e3d3b19c8259474bb06a18d4"),
        (4_968, "5681426d4aead22195de70531eeeeddb46493cfaffc5764b2ea3db73428b651c"),
    ),
    _piper(
        "en_GB-cori-high",
        "public domain",
        (114_219_352, "470b4dd634c98f8a4850d7626ffc3dfc90774628eeef6605a6dd8f88f30a5903"),
        (4_963, "9e7fb5b5671612c22f3c81cbe46c1ae87b031a4632bcb509e499dad6f1e2adec"),
    ),
    _piper(
        "en_GB-alba-medium",
        "CC BY 4.0",
        (63_201_294, "401369c4a81d09fdd86c32c5c864440811dbdcc66466cde2d64f7133a66ad03b"),
        (4_888, "aa965a2f02ecced632c2694e1fc72bbff6d65f265fab567ca945918c73dd89f4"),
    ),
    _piper(
        "de_DE-thorsten-high",
        "CC0",
        (113_895_201, "9df1c43c61149ef9b39e618e2b861fbe41e1fcea9390b2dac62e8761573ea4f1"),
        (4_875, "6de734444e4c3f9e33b7ebe2746dbc19b71e85f613e79c65acf623200b99a76a"),
    ),
    _piper(
        "de_DE-thorsten-medium",
        "CC0",
        (63_201_294, "7e64762d8e5118bb578f2eea6207e1a35a8e0c30595010b666f983fc87bb7819"),
        (4_819, "974adee790533adb273a1ac88f49027d2a1b8f0f2cf4905954a4791e79264e85"),
    ),
    _piper(
        "es_ES-davefx-medium",
        "CC0",
        (63_201_294, "6658b03b1a6c316ee4c265a9896abc1393353c2d9e1bca7d66c2c442e222a917"),
        (4_817, "0e0dda87c732f6f38771ff274a6380d9252f327dca77aa2963d5fbdf9ec54842"),
    ),
    _piper(
        "fr_FR-siwis-medium",
        "CC BY 4.0",
        (63_201_294, "641d1ab097da2b81128c076810edb052b385decc8be3381814802a64a73baf99"),
        (4_875, "39479916c2db192b5ac9764daddd0c744d83e023ad890c6976c0633ae4df8959"),
    ),
    _piper(
        "it_IT-paola-medium",
        "CC0",
        (63_511_038, "6fc918b5a0ea6137382833dddfa567bffbe6a5060c02043c87192ee59c04210c"),
        (7_099, "aea19c0a7fce29fbc359b93f10e7902854401e4c95ae2ea328ae516b15d296cf"),
    ),
    _piper(
        "pt_BR-faber-medium",
        "CC0",
        (63_201_294, "858555e3a064209c57088fe6bd70c4c3dc54d03eaa00c45d5ecaf43a33f95aa7"),
        (4_855, "7e694de195ae3fc36dd732c445eb04fb49b649854893cb5506b978f0d50a1d6f"),
    ),
    _piper(
        "ru_RU-denis-medium",
        "CC0",
        (63_201_294, "15fab56e11a097858ee115545d0f697fc2a316c41a291a5362349fb870411b0a"),
        (4_823, "831c860dac0b5073eaa81610a0a638ec23d90a6cf8e5f871b4485c2cec3767c8"),
    ),
)
"""The best of a language first."""
