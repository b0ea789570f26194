"""Who is told of what cannot be made, and how often."""

from services.video.playlists import complaints
from services.video.playlists.complaints import AGAIN_S, Complaints


def test_each_subject_is_news_once_an_hour() -> None:
    now = [0.0]
    told = Complaints(lambda: now[0])
    assert [told.is_news(subject) for subject in ("squat", "plank", "squat")] == [True, True, False]
    now[0] = AGAIN_S - 1
    assert not told.is_news("squat")
    now[0] = AGAIN_S
    assert [told.is_news("squat") for _ in range(2)] == [True, False]


def test_it_remembers_no_more_than_so_many() -> None:
    told = Complaints(lambda: 0.0)
    for number in range(complaints._MOST + 1):
        told.is_news(str(number))
    assert [told.is_news(subject) for subject in ("0", str(complaints._MOST))] == [True, False]
