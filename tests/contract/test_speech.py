"""What every speaking vendor's adapter does alike, on stub servers that speak the vendors' wire formats and read aloud for real."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import SecretStr

from shared.http.client import Reply
from shared.llm import gemini_errors, openai_compatible
from shared.llm.failures import Away, Busy, Misconfigured, ModelFailure, NoText, QuotaUsedUp, RequestRefused
from shared.schemas.reels import VOICE_IDS, Timing, VoiceId
from shared.settings import Settings, load_settings
from tests.faults.s3_server import free_port
from tests.stubs import elevenlabs, fish_audio, gemini, gemini_speech, openai_speech, recorded
from tests.stubs.speaking import READS, SpeakingStub, read
from tests.stubs.vendor import Says
from tests.tiny_voices import kokoro_voice, piper_voice
from text_to_video.script.base import Line, Script, tokens
from text_to_video.script.spoken import spoken_line
from text_to_video.speech import vendor
from text_to_video.speech.base import Samples, Speech, VoiceFailed
from text_to_video.speech.elevenlabs import ElevenLabs
from text_to_video.speech.fish_audio import FishAudio
from text_to_video.speech.gemini import GeminiSpeech
from text_to_video.speech.lines import LineVoice, plain
from text_to_video.speech.openai_compatible import OpenAISpeech
from text_to_video.speech.vendor import Vendor, VendorEngine
from text_to_video.speech.voices import open_voice

PATIENT_S = 60.0
LINES = (
    "You'll shape sourdough loaves, rolls and rye breads in a stone oven.",
    "You'll train two apprentices in lamination.",
    "It's open from Monday to Friday.",
)


@dataclass(frozen=True)
class Kind:
    """An adapter, its stub, and how this vendor says things."""

    stub: type[SpeakingStub]
    make: Callable[[str, str], Vendor]
    key: str
    error: Callable[[int, str], Says]
    timing: Timing
    no_credit: Says


def make_fish(base_url: str, key: str) -> Vendor:
    return FishAudio(SecretStr(key), "s2.1-pro", "a-voice", base_url)


def make_eleven(base_url: str, key: str) -> Vendor:
    return ElevenLabs(SecretStr(key), "eleven_multilingual_v2", "JBFqnCBsd6RMkjVDRZzb", base_url)


def make_gemini(base_url: str, key: str) -> Vendor:
    return GeminiSpeech(SecretStr(key), "gemini-stub-tts", "Kore", base_url)


def make_openai(base_url: str, key: str) -> Vendor:
    return OpenAISpeech(SecretStr(key), "tts-stub", "alloy", f"{base_url}/v1/")


def gemini_error(status: int, message: str) -> Says:
    return gemini.error(status, "SOME_STATUS", message)


KINDS = {
    "fish_audio": Kind(
        fish_audio.FishAudioStub, make_fish, fish_audio.KEY, fish_audio.error, "vendor", fish_audio.error(402, "Insufficient credits")
    ),
    "elevenlabs": Kind(
        elevenlabs.ElevenLabsStub,
        make_eleven,
        elevenlabs.KEY,
        elevenlabs.error,
        "vendor",
        elevenlabs.error(401, "You have no credits left", code="quota_exceeded"),
    ),
    "gemini": Kind(gemini_speech.GeminiSpeechStub, make_gemini, gemini.KEY, gemini_error, "aligned", gemini.daily_quota()),
    "openai": Kind(
        openai_speech.OpenAISpeechStub,
        make_openai,
        openai_speech.KEY,
        openai_speech.error,
        "aligned",
        openai_speech.error(429, "You exceeded your current quota.", code="insufficient_quota"),
    ),
}


@dataclass(frozen=True)
class Adapter:
    kind: Kind
    stub: SpeakingStub
    url: str
    engine: VendorEngine


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture
async def adapter(kind: Kind) -> AsyncIterator[Adapter]:
    stub = kind.stub()
    async with stub.listening() as url:
        yield Adapter(kind, stub, url, engine(kind, url))


def engine(kind: Kind, url: str, *, key: str = "", timeout_s: float = PATIENT_S, deadline_s: float = PATIENT_S) -> VendorEngine:
    return VendorEngine(kind.make(url, key or kind.key), timeout_s, deadline_s)


def script(*lines: str, language: str = "en") -> Script:
    return Script(tuple(spoken_line("duty", line, language) for line in lines), language)


async def speak(engine: VendorEngine, *lines: str) -> Speech:
    """As a reel's process does: without a loop of its own."""
    return await asyncio.to_thread(LineVoice(engine).speak, script(*lines))


async def failing(engine: VendorEngine) -> VoiceFailed:
    with pytest.raises(VoiceFailed) as caught:
        await speak(engine, "Bread and butter.")
    return caught.value


async def failure(engine: VendorEngine) -> ModelFailure:
    cause = (await failing(engine)).__cause__
    assert isinstance(cause, ModelFailure)
    return cause


async def test_every_word_has_its_time_in_what_the_vendor_said(adapter: Adapter) -> None:
    """The stub's reading is known to the sample: so is when each word should come, once the silence before a line is gone."""
    speech = await speak(adapter.engine, *LINES)
    assert speech.timing == adapter.kind.timing
    assert [word.text for word in speech.words] == [token for line in LINES for token in tokens(line)]
    assert all(before.end <= after.start for before, after in pairwise(speech.words))
    errors = [abs(word.start - start) for word, start in zip(speech.words, expected_starts(speech, adapter.stub), strict=True)]
    assert np.median(errors) < 0.02
    assert max(errors) < 0.08


def expected_starts(speech: Speech, stub: SpeakingStub) -> list[float]:
    """From the first word of each line on, as in the reading."""
    starts: list[float] = []
    for number, line in enumerate(LINES):
        first = next(word.start for word in speech.words if word.line == number)
        words = stub.readings[plain(spoken_line("duty", line))].words
        starts += [first + start - words[0][1] for _, start, _ in words]
    return starts


async def test_what_is_heard_is_what_the_vendor_said(adapter: Adapter) -> None:
    """By its envelope: each vendor has a sample rate and a loudness of its own."""
    speech = await speak(adapter.engine, LINES[0])
    reading = adapter.stub.readings[LINES[0]]
    sound = reading.samples[np.flatnonzero(np.abs(reading.samples) > 0.01 * np.abs(reading.samples).max())[0] :]
    ours, theirs = envelope(speech.samples, speech.sample_rate), envelope(sound, reading.rate)
    most = min(len(ours), len(theirs))
    assert most * 0.01 > 3
    assert max(np.corrcoef(np.roll(ours[:most], shift), theirs[:most])[0, 1] for shift in range(-3, 4)) > 0.97


def envelope(samples: Samples, rate: int) -> NDArray[np.floating[Any]]:
    size = rate // 100
    found: NDArray[np.floating[Any]] = np.abs(samples[: len(samples) // size * size]).reshape(-1, size).mean(1)
    return found


async def test_a_line_is_asked_for_once(adapter: Adapter) -> None:
    """A script that loses a line, or gets one more, must not be paid for again."""
    voice = LineVoice(adapter.engine)
    for lines in (LINES[:2], LINES[:1], LINES):
        await asyncio.to_thread(voice.speak, script(*lines))
    assert sorted(adapter.stub.texts) == sorted(LINES)


async def test_words_are_sent_and_nothing_an_engine_could_obey(adapter: Adapter) -> None:
    text = "Bread [whispers] <break/> for\u00a0{all} <|speaker:1|> 🍞 \x01+50S"
    await asyncio.to_thread(LineVoice(adapter.engine).speak, Script((Line("duty", text, text),)))
    [sent] = adapter.stub.texts
    assert sent == "Bread whispers break/ for all speaker:1 +50S"


async def test_the_key_is_only_in_a_header(adapter: Adapter) -> None:
    await speak(adapter.engine, LINES[0])
    [asked] = adapter.stub.asked
    assert adapter.kind.key not in json.dumps([asked.body, asked.path, dict(asked.query)])
    assert any(adapter.kind.key in value for value in asked.headers.values())


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (302, Away), (400, RequestRefused), (401, Misconfigured), (403, Misconfigured), (404, Misconfigured), (408, Away),
        (413, RequestRefused), (422, RequestRefused), (429, Busy), (500, Away), (502, Away), (503, Away), (504, Away),
    ],
)  # fmt: skip
async def test_what_a_status_means(adapter: Adapter, status: int, expected: type[ModelFailure]) -> None:
    for says in (adapter.kind.error(status, "Sorry."), Says(b"<html>no JSON at all</html>", status), Says(["odd"], status)):
        assert type(meaning(adapter.kind, says)) is expected


def meaning(kind: Kind, says: Says) -> ModelFailure:
    """What the adapter makes of an answer."""
    body = says.body if isinstance(says.body, bytes) else json.dumps(says.body).encode()
    with pytest.raises(ModelFailure) as caught:
        kind.make("http://127.0.0.1", kind.key).said(Reply(says.status, dict(says.headers), body, "http://127.0.0.1"), datetime.now(UTC))
    return caught.value


async def test_no_credit_is_not_asked_for_again(adapter: Adapter) -> None:
    adapter.stub.says(adapter.kind.no_credit)
    assert isinstance(await failure(adapter.engine), QuotaUsedUp)
    assert len(adapter.stub.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_what_cannot_get_better_is_not_asked_for_again(adapter: Adapter, status: int) -> None:
    adapter.stub.says(adapter.kind.error(status, "No."))
    await failure(adapter.engine)
    assert len(adapter.stub.asked) == 1


@pytest.fixture
def brief_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds are waited where nobody says how long."""
    monkeypatch.setattr(vendor, "_MOST_BACKOFF_S", 0.05)
    for module in (gemini_errors, openai_compatible):
        monkeypatch.setattr(module, "AWAY_WAIT_S", 0.05)


@pytest.mark.usefixtures("brief_waits")
@pytest.mark.parametrize("status", [429, 503])
async def test_trouble_that_passes_is_waited_for(adapter: Adapter, status: int) -> None:
    trouble = Says(adapter.kind.error(status, "Wait.").body, status, {"retry-after": "0"})
    adapter.stub.says(trouble if status == 503 else busy(adapter.kind), READS)
    assert (await speak(adapter.engine, "Bread and butter.")).words
    assert len(adapter.stub.asked) == 2


def busy(kind: Kind) -> Says:
    return gemini.minute_quota("0.1s") if kind is KINDS["gemini"] else Says(kind.error(429, "Wait.").body, 429, {"retry-after": "0"})


@pytest.mark.usefixtures("brief_waits")
async def test_trouble_that_stays_is_given_up(adapter: Adapter) -> None:
    adapter.stub.says(Says(adapter.kind.error(503, "Down.").body, 503, {"retry-after": "0"}))
    assert isinstance(await failure(adapter.engine), Away)
    assert len(adapter.stub.asked) == 3


async def test_nobody_waits_longer_than_allowed(adapter: Adapter) -> None:
    """Two hours of Retry-After are no reason to keep a reel for two hours, nor for one minute."""
    adapter.stub.says(Says(adapter.kind.error(503, "Down.").body, 503, {"retry-after": "7200"}), READS)
    if adapter.kind is not KINDS["gemini"]:  # its API tells waits in the body, of quotas only
        assert isinstance(await failure(adapter.engine), Away)
        assert len(adapter.stub.asked) == 1


async def test_silence_ends_with_the_timeout(adapter: Adapter) -> None:
    adapter.stub.says(Says(hangs=True))
    assert isinstance(await failure(engine(adapter.kind, adapter.url, timeout_s=0.2)), Away)
    await asyncio.wait_for(adapter.stub.hung_up.wait(), 30)
    assert len(adapter.stub.asked) == 1


async def test_the_deadline_holds_for_all_lines_together(adapter: Adapter) -> None:
    adapter.stub.says(Says(hangs=True))
    assert "within 0.3 s" in (await failing(engine(adapter.kind, adapter.url, deadline_s=0.3))).message
    await asyncio.wait_for(adapter.stub.hung_up.wait(), 30)


async def test_nobody_there(kind: Kind) -> None:
    assert isinstance(await failure(engine(kind, f"http://127.0.0.1:{free_port()}", deadline_s=1)), Away)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"<html>502</html>", b"\xff\xfe", b"RIFF....WAVE", b'data: {"a": 1}\n\n'])
async def test_an_answer_that_is_none(adapter: Adapter, body: bytes) -> None:
    found = meaning(adapter.kind, Says(body))
    assert isinstance(found, Away | NoText)
    assert "html" not in str(found)


async def test_a_bad_key_never_shows(adapter: Adapter, caplog: pytest.LogCaptureFixture) -> None:
    bad = "sk-bad-key-of-somebody"
    with caplog.at_level(logging.DEBUG):
        failed = await failing(engine(adapter.kind, adapter.url, key=bad))
    shown = [str(failed), repr(failed), repr(failed.__cause__), repr(adapter.engine), repr(engine(adapter.kind, "", key=bad)), caplog.text]
    assert not any(bad in text for text in shown)


# Every voice, be it a vendor's or our own

NASTY = (
    "Could you bake – for the best of the town?",
    "It pays $95k–$120k, 24/7.",
    "🍞 🥐",
    "C++ and node.js, e.g. in Zürich…",
    "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
)


@pytest.fixture(params=VOICE_IDS)
async def voice(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[VoiceId, Settings]]:
    """Each voice there is an id for, and settings with which it speaks English."""
    voice_id: VoiceId = request.param
    piper_voice(tmp_path / "voices" / "piper")
    kokoro_voice(tmp_path / "voices" / "kokoro")
    environ = {"DATA_DIR": str(tmp_path)}
    if voice_id not in KINDS:
        yield voice_id, load_settings(environ, None)
        return
    async with KINDS[voice_id].stub().listening() as url:
        prefix = voice_id.upper()
        urls = {f"{prefix}_BASE_URL": f"{url}/v1" if voice_id == "openai" else url}
        yield voice_id, load_settings(environ | urls | {f"{prefix}_API_KEY": KINDS[voice_id].key}, None)


async def test_every_voice_keeps_the_ports_promises(voice: tuple[VoiceId, Settings]) -> None:
    voice_id, settings = voice
    asked = script(*NASTY)
    speech = await asyncio.to_thread(lambda: open_voice(settings, "en", voice_id).speak(asked))
    assert (speech.voice_id, speech.degraded) == (voice_id, ())
    assert [word.text for word in speech.words] == [token for line in asked.lines for token in tokens(line.display)]
    assert [word.line for word in speech.words] == [i for i, line in enumerate(asked.lines) for _ in tokens(line.display)]
    ends = [0.0, *(word.end for word in speech.words)]
    assert all(before <= word.start < word.end for before, word in zip(ends, speech.words, strict=False))
    assert speech.words[-1].end <= speech.duration
    assert (str(speech.samples.dtype), speech.samples.ndim) == ("float32", 1)
    assert 0.05 < np.abs(speech.samples).max() <= 1


# Only Fish Audio's


async def test_fish_audio_is_told_the_model_and_the_voice() -> None:
    stub = fish_audio.FishAudioStub()
    async with stub.listening() as url:
        await speak(engine(KINDS["fish_audio"], url), LINES[0])
    assert (stub.asked[0].headers["model"], stub.asked[0].body["reference_id"]) == ("s2.1-pro", "a-voice")


def test_fish_audio_times_of_later_chunks_count_from_their_own_start() -> None:
    wav = read("Rye bread").wav(24_000)
    events = [
        fish_audio.event(wav, "Rye", [{"text": "Rye", "start": 0.1, "end": 0.2}], chunk=0),
        fish_audio.event(b"", "Rye", [{"text": "Rye", "start": 0.0, "end": 0.3}], chunk=0),
        fish_audio.event(b"", "bread", [{"text": "bread", "start": 0.1, "end": 0.4}], chunk=1, offset=0.5),
    ]
    said = KINDS["fish_audio"].make("", "k").said(Reply(200, {}, body_of(fish_audio.stream(events)), "u"), datetime.now(UTC))
    assert said.letters
    assert ["".join(letter.text for letter in said.letters), said.letters[0].start] == ["Ryebread", 0.0]
    assert said.letters[3].start == pytest.approx(0.6)


def body_of(says: Says) -> bytes:
    assert isinstance(says.body, bytes)
    return says.body


@recorded.needs_recordings
@pytest.mark.data
def test_fish_audios_own_example_is_read() -> None:
    """Its audio is cut short in the documentation; its alignments are whole: 86 words in two chunks, the second from 16.24 s."""
    from text_to_video.speech.fish_audio import _events, _letters

    events = list(_events(body_of(recorded.openapi_events("fish_audio/openapi.json", "/v1/tts/stream/with-timestamp")).decode()))
    first, second = list(_letters(events[0])), list(_letters(events[-1]))
    assert "".join(letter.text for letter in first).startswith("Ican'tbelieveitsbeenthislong")
    assert [first[0].start, first[-1].end] == pytest.approx([0, 16.24])
    assert second[0].start >= 16.24


# Only ElevenLabs'


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        (elevenlabs.old_error(401, "quota_exceeded"), QuotaUsedUp),
        (elevenlabs.old_error(401, "invalid_api_key"), Misconfigured),
        (elevenlabs.error(402, "Pay first", code="payment_required"), QuotaUsedUp),
        (elevenlabs.error(429, "Too many", code="concurrent_limit_exceeded"), Busy),
        (elevenlabs.error(400, "No such voice", code="voice_not_found"), RequestRefused),
        (Says({"detail": "Not Found"}, 404), Misconfigured),
    ],
)
def test_what_elevenlabs_says(says: Says, expected: type[ModelFailure]) -> None:
    assert type(meaning(KINDS["elevenlabs"], says)) is expected


def test_a_language_is_named_only_to_models_that_take_one() -> None:
    def asked(model: str) -> Any:
        return ElevenLabs(SecretStr("k"), model, "v", "http://x").request("Brot", "de-AT").json

    assert "language_code" not in asked("eleven_multilingual_v2")
    assert asked("eleven_flash_v2_5")["language_code"] == "de"


# Only Gemini's


async def test_gemini_may_answer_with_a_wav() -> None:
    stub = gemini_speech.GeminiSpeechStub()
    stub.wav = True
    async with stub.listening() as url:
        assert (await speak(engine(KINDS["gemini"], url), LINES[1])).words


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        (gemini.blocked_prompt(), NoText),
        (gemini_speech.no_audio(), NoText),
        (gemini.answer("I would rather talk about it."), NoText),
        (gemini.bad_key(), Misconfigured),
        (gemini.daily_quota(), QuotaUsedUp),
        (gemini.minute_quota(), Busy),
        (gemini_speech.answer(b"", "audio/L16;rate=24000"), Away),
    ],
)
def test_what_gemini_says(says: Says, expected: type[ModelFailure]) -> None:
    assert type(meaning(KINDS["gemini"], says)) is expected
