"""Music under speech: measured on the bed alone, and with ffmpeg's EBU R128 meter on the whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.unit.text_to_video.test_audio import LINES, measure
from text_to_video.audio import SAMPLE_RATE, Stereo, master, mixed
from text_to_video.music import MusicFailed, bed, track_for
from text_to_video.script.base import Script
from text_to_video.script.spoken import spoken_line
from text_to_video.sound import Sound
from text_to_video.speech.base import Speech
from text_to_video.speech.espeak import EspeakVoice

AFTER_S = 2.0
PAUSE_S = 1.6


def tune(seconds: float, rate: int = 44_100, level: float = 0.2) -> NDArray[np.float32]:
    """A chord that swells and falls, left and right a little apart; its pitch tells how far into it one is."""
    t = np.arange(round(seconds * rate)) / rate
    chord = sum(np.sin(2 * np.pi * f * t) for f in (220, 277, 330)) * (1 + 0.2 * np.sin(2 * np.pi * 1.5 * t))
    return (level / 3 * np.stack([chord, np.roll(chord, 40)])).astype(np.float32)


def write(path: Path, samples: NDArray[np.float32], rate: int = 44_100, codec: str = "pcm_s16le") -> Path:
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=rate, layout="stereo")
        assert isinstance(stream, AudioStream)
        interleaved = (samples * 32767).astype(np.int16).T.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(interleaved), format="s16", layout="stereo")
        frame.sample_rate = rate
        for packet in (*stream.encode(frame), *stream.encode(None)):
            file.mux(packet)
    return path


@pytest.fixture(scope="module")
def spoken() -> Speech:
    return EspeakVoice(pause=PAUSE_S).speak(Script(tuple(spoken_line("duty", line) for line in LINES)))


@pytest.fixture(scope="module")
def voice(spoken: Speech) -> Stereo:
    return master(spoken, spoken.duration + AFTER_S)


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("music") / "tune.wav", tune(7))


def level_db(samples: NDArray[Any], start: float, stop: float) -> float:
    piece = samples[:, round(start * SAMPLE_RATE) : round(stop * SAMPLE_RATE)]
    return float(10 * np.log10((piece.astype(float) ** 2).mean() + 1e-12))


def pauses(speech: Speech) -> list[tuple[float, float]]:
    """The middles of those between lines, where the music has come back."""
    gaps = zip(speech.words, speech.words[1:], strict=False)
    return [(a.end + 0.6, b.start - 0.25) for a, b in gaps if b.start - a.end > 1]


def phrases(speech: Speech) -> list[tuple[float, float]]:
    """From the first to the last word of each line."""
    lines = sorted({word.line for word in speech.words})
    return [
        (min(w.start for w in speech.words if w.line == line), max(w.end for w in speech.words if w.line == line)) for line in lines
    ]  # fmt: skip


def test_music_sinks_by_10_db_or_more_while_somebody_speaks(spoken: Speech, voice: Stereo, track: Path) -> None:
    music = bed(track, voice)
    under = [level_db(music, *span) for span in phrases(spoken)[1:-1]]
    between = [level_db(music, *span) for span in pauses(spoken)]
    assert min(between) - max(under) >= 10


def test_words_stay_far_above_the_music(spoken: Speech, voice: Stereo, track: Path) -> None:
    music = bed(track, voice)
    assert all(level_db(voice, *span) - level_db(music, *span) >= 15 for span in phrases(spoken))


def test_music_is_heard_in_pauses_and_not_louder_than_speech(spoken: Speech, voice: Stereo, track: Path) -> None:
    music, speech = bed(track, voice), np.mean([level_db(voice, *span) for span in phrases(spoken)])
    for span in pauses(spoken):
        assert -16 < level_db(music, *span) - speech < -3


@pytest.mark.parametrize("level", [0.9, 0.2, 0.01])
def test_all_together_is_as_loud_as_speech_alone(voice: Stereo, tmp_path: Path, level: float) -> None:
    music = bed(write(tmp_path / "tune.wav", tune(40, level=level)), voice)
    loudness, peak = measure(mixed(voice, music))
    assert loudness == pytest.approx(-16, abs=1)
    assert peak <= -1


def test_speech_stays_where_it_was(voice: Stereo, track: Path) -> None:
    """Captions rely on it."""
    both = mixed(voice, bed(track, voice))
    assert both.shape == voice.shape
    shifts = range(-48, 49, 4)
    likeness = [float((voice[0, 48_000:-48_000] * both[0, 48_000 + s : -48_000 + s]).sum()) for s in shifts]
    assert shifts[int(np.argmax(likeness))] == 0


@pytest.mark.parametrize("seconds", [3.0, 7.0, 120.0])
def test_music_is_looped_or_cut_without_a_seam_and_faded(voice: Stereo, tmp_path: Path, seconds: float) -> None:
    music = bed(write(tmp_path / "tune.wav", tune(seconds)), voice)
    assert music.shape == voice.shape
    assert np.abs(music[:, :20]).max() < 1e-3
    assert np.abs(music[:, -20:]).max() < 1e-3
    steady = bed(write(tmp_path / "long.wav", tune(voice.shape[1] / SAMPLE_RATE + 5)), voice)
    assert np.abs(np.diff(music)).max() < 1.5 * np.abs(np.diff(steady)).max()


def test_a_short_pause_does_not_pump(track: Path) -> None:
    """Between sentences 0.3 s apart the music must not jump up and down."""
    speech = EspeakVoice(pause=0.3).speak(Script(tuple(spoken_line("duty", line) for line in LINES)))
    voice = master(speech, speech.duration + 1)
    silence = np.zeros_like(voice)
    gain = loudest(bed(track, voice)) / loudest(bed(track, silence))
    inside = gain[round(speech.words[0].end * 100) : round(speech.words[-1].start * 100)]
    assert inside.max() / np.median(inside) < 1.2
    assert np.median(inside) < 0.3


def loudest(samples: Stereo) -> NDArray[np.float32]:
    """In every 10 ms."""
    whole: NDArray[np.float32] = samples[:, : samples.shape[1] // 480 * 480]
    peaks: NDArray[np.float32] = np.abs(whole[0]).reshape(-1, 480).max(1) + np.float32(1e-6)
    return peaks


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), seconds=st.floats(0.01, 4))
def test_any_speech_gets_a_bed_of_its_length(track: Path, seed: int, seconds: float) -> None:
    rng = np.random.default_rng(seed)
    sound = (rng.normal(0, 0.1, round(seconds * SAMPLE_RATE)) * (rng.random(round(seconds * SAMPLE_RATE)) > rng.random())).astype(
        np.float32
    )
    voice = np.stack([sound, sound])
    music = bed(track, voice)
    assert music.shape == voice.shape
    assert np.isfinite(music).all()


@pytest.mark.parametrize("codec", [("tune.mp3", "mp3"), ("tune.m4a", "aac"), ("tune.flac", "flac")])
def test_other_kinds_of_files(voice: Stereo, tmp_path: Path, codec: tuple[str, str]) -> None:
    name, encoder = codec
    path = tmp_path / name
    write(path, tune(5), codec=encoder) if encoder != "aac" else _aac(path)
    assert bed(track_for(tmp_path, "x"), voice).shape == voice.shape


def _aac(path: Path) -> None:
    with av.open(str(path), "w") as file:
        stream = file.add_stream("aac", rate=44_100, layout="stereo")
        assert isinstance(stream, AudioStream)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(tune(5)), format="fltp", layout="stereo")
        frame.sample_rate = 44_100
        for packet in (*stream.encode(frame), *stream.encode(None)):
            file.mux(packet)


def test_a_posting_always_gets_the_same_track_and_postings_get_them_all(tmp_path: Path) -> None:
    for name in ("a.mp3", "b.wav", "c.ogg", "cover.jpg", "notes.txt"):
        (tmp_path / name).touch()
    assert track_for(tmp_path, "Baker") == track_for(tmp_path, "Baker")
    assert {track_for(tmp_path, f"Job {n}").name for n in range(60)} == {"a.mp3", "b.wav", "c.ogg"}
    assert track_for(tmp_path / "notes.txt", "Baker").name == "notes.txt", "a file is taken as it is"


@pytest.mark.parametrize("content", [b"", b"not music", b"RIFF\x00\x00\x00\x00WAVE"])
def test_a_broken_file_is_named_and_done_without(voice: Stereo, tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(content)
    with pytest.raises(MusicFailed, match=r"broken\.mp3"):
        bed(broken, voice)
    audio, reasons = Sound(music=broken).over_music(voice, "Baker")
    assert audio is voice
    assert "broken.mp3" in reasons[0]


def test_silence_a_scrap_and_an_empty_folder_are_no_music(voice: Stereo, tmp_path: Path) -> None:
    with pytest.raises(MusicFailed, match="silent"):
        bed(write(tmp_path / "silence.wav", 0 * tune(5)), voice)
    with pytest.raises(MusicFailed, match="shorter"):
        bed(write(tmp_path / "scrap.wav", tune(0.5)), voice)
    (tmp_path / "empty").mkdir()
    for nothing in ("empty", "nowhere"):
        assert str(tmp_path / nothing) in Sound(music=tmp_path / nothing).over_music(voice, "Baker")[1][0]


def test_no_music_is_no_work(voice: Stereo) -> None:
    audio, reasons = Sound().over_music(voice, "Baker")
    assert audio is voice
    assert reasons == ()
