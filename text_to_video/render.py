"""Frames: a scene, its captions and the progress bar painted into one picture, where only what changes is drawn again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from text_to_video.caption_art import PageArt, page_art
from text_to_video.captions import Page
from text_to_video.colour import yuv
from text_to_video.picture import FPS, Box, Ink, Picture
from text_to_video.templates.base import Scene

EASE = 4
"""Frames in which a page comes in (with the settled one after them: 150 ms)."""
RISE = 16
BAR_HEIGHT = 10
_LEAST_MARKED_S = 0.2


@dataclass(frozen=True)
class Moment:
    """What captions show on a frame: a page, the word marked on it, and the page's age in frames, at most EASE."""

    page: int
    word: int | None
    age: int


def timeline(pages: Sequence[Page], frames: int) -> list[Moment | None]:
    """The moment of each frame; None before the first page. A word stays marked until the next one, the last of a page until its end."""
    moments: list[Moment | None] = []
    page = came = -1
    for frame in range(frames):
        while page + 1 < len(pages) and pages[page + 1].start * FPS <= frame:
            page, came = page + 1, frame
        moments.append(Moment(page, _word_at(pages[page], frame / FPS), min(frame - came, EASE)) if page >= 0 else None)
    return moments


def _word_at(page: Page, time: float) -> int | None:
    spoken = sum(word.start <= time + 1e-6 for word in page.words) - 1
    last = page.words[-1]
    over = spoken == len(page.words) - 1 and time >= max(last.end, last.start + _LEAST_MARKED_S)
    return None if spoken < 0 or over else spoken


def poster_frame(moments: Sequence[Moment | None]) -> int:
    """The frame that stands for the reel: the middle of its first page."""
    shown = [frame for frame, moment in enumerate(moments) if moment and moment.page == 0 and moment.age == EASE]
    return shown[len(shown) // 2] if shown else len(moments) // 2


@dataclass(frozen=True)
class Turn:
    """Which chapter of the scene a frame shows, and its age in frames, at most EASE."""

    chapter: int
    age: int


def _turns(pages: Sequence[Page], moments: Sequence[Moment | None], steps: Sequence[int]) -> list[Turn]:
    turns = list[Turn]()
    now = Turn(0, EASE)
    for moment in moments:
        chapter = steps[pages[moment.page].words[0].line] if moment and steps else 0
        now = Turn(chapter, min(now.age + 1, EASE) if chapter == now.chapter else 0)
        turns.append(now)
    return turns


def _arriving(inks: Iterable[Ink], age: int) -> list[Ink]:
    """The inks of a page or chapter at this age, fading in and rising, easing out."""
    if age == EASE:
        return list(inks)
    arrived = 1 - (1 - (age + 1) / (EASE + 1)) ** 3
    below = round(RISE * (1 - arrived) / 2) * 2
    return [ink.faded(arrived).lowered(below) for ink in inks]


class Painter:
    """Brings `target` from one frame to the next; frames are painted in order, beginning anywhere."""

    def __init__(
        self, scene: Scene, pages: Sequence[Page], moments: Sequence[Moment | None], target: Picture, steps: Sequence[int] = ()
    ) -> None:
        """`steps[i]` is the chapter of the scene that line i of the script belongs to; without them it is the first."""
        self.scene = scene
        self.turns = _turns(pages, moments, steps) if scene.chapters else []
        self.turn = Turn(0, EASE)
        self.pages = pages
        self.moments = moments
        self.target = target
        self.frame, self.box = scene.stage.frame, scene.stage.band
        self.band = target.view(self.box)
        self.step: int | None = None
        self.shown: Moment | None = None
        self.art: dict[int, PageArt | None] = {}
        target.put(scene.background.still)
        self._draw_inks(self.frame)
        self.clean = self.band.copy()
        """The band without captions."""

    def paint(self, frame: int) -> None:
        stale = self._turn_chapter(frame) | self._move_background(frame)
        self._show(self.moments[frame], stale=stale)
        self._lengthen_bar((frame + 1) / len(self.moments))

    def _turn_chapter(self, frame: int) -> bool:
        """Paint everything anew where another chapter begins, or comes in."""
        turn = self.turns[frame] if self.turns else self.turn
        if turn == self.turn:
            return False
        self.turn, self.step = turn, self.scene.background.step(frame)
        self.target.put(self.scene.background.still)
        self.target.view(self.scene.background.box).put(self.scene.background.at(self.step))
        self._draw_inks(self.frame)
        self.clean.put(self.band)
        return True

    def _move_background(self, frame: int) -> bool:
        """Paint the background's step if it is a new one; True if captions lay on what was painted over."""
        background = self.scene.background
        step = background.step(frame)
        if step == self.step:
            return False
        self.step = step
        under_captions = all(background.box.meet(self.box)[2:])
        if under_captions:
            self.band.put(self.clean)
        self.target.view(background.box).put(background.at(step))
        self._draw_inks(background.box)
        if under_captions:
            self.clean.put(self.band)
        return under_captions

    def _draw_inks(self, box: Box) -> None:
        for ink in (*self.scene.fixed, *self.scene.shapes, *self.scene.texts, *self._chapter()):
            ink.within(box).over(self.target)

    def _chapter(self) -> Sequence[Ink]:
        return _arriving(self.scene.chapters[self.turn.chapter], self.turn.age) if self.scene.chapters else ()

    def _show(self, moment: Moment | None, *, stale: bool) -> None:
        before, self.shown = self.shown, moment
        if moment is None or (moment == before and not stale):
            return
        if stale or before is None or before.page != moment.page or before.age < EASE:
            self._draw_page(moment)
        else:
            self._unmark(moment.page, before.word)
            self._mark(moment.page, moment.word)

    def _draw_page(self, moment: Moment) -> None:
        self.band.put(self.clean)
        art = self._art(moment.page)
        if moment.age == EASE:
            if art:
                art.plain.over(self.target)
            self._mark(moment.page, moment.word)
        elif art:
            marks = art.marks[moment.word] if moment.word is not None else ()
            for ink in _arriving((art.plain, *(ink for mark in marks for ink in mark.inks)), moment.age):
                ink.over(self.target)

    def _mark(self, page: int, word: int | None) -> None:
        art = self._art(page)
        for mark in art.marks[word] if art and word is not None else ():
            self._restore(mark.box)
            for ink in mark.inks:
                ink.over(self.target)

    def _unmark(self, page: int, word: int | None) -> None:
        art = self._art(page)
        for mark in art.marks[word] if art and word is not None else ():
            self._restore(mark.box)
            art.plain.within(mark.box).over(self.target)  # type: ignore[union-attr]

    def _restore(self, box: Box) -> None:
        self.target.view(box).put(self.clean.view(box._replace(x=box.x - self.box.x, y=box.y - self.box.y)))

    def _art(self, page: int) -> PageArt | None:
        """Drawn when first needed, while the encoder works on earlier frames."""
        if page not in self.art:
            self.art[page] = page_art(self.scene.captions, [word.text for word in self.pages[page].words])
            self.art.pop(page - 1, None)
        return self.art[page]

    def _lengthen_bar(self, share: float) -> None:
        """To a share of the width, to fractions of a pixel: it grows by less than one each frame."""
        colour = yuv(self.scene.bar)
        end, part = divmod(share * self.frame.width, 1)
        row = self.target.y[-BAR_HEIGHT:]
        row[:, : int(end)] = colour.y
        if part:
            row[:, int(end)] = round(int(row[0, int(end)]) * (1 - part) + colour.y * part)
        half = round(end / 2)
        self.target.u[-BAR_HEIGHT // 2 :, :half] = colour.u
        self.target.v[-BAR_HEIGHT // 2 :, :half] = colour.v
