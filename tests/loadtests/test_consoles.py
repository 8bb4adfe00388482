"""Open consoles in small: they hear of everything and have the book; a book that is another would be found out."""

import msgspec
import pytest

from loadtests.consoles.bench import FRAMES_MAX, MARKETS, Found, Plan, bench_consoles, check_books, result_of
from loadtests.consoles.flow import Buyer, Provider
from loadtests.consoles.viewers import Book, Paced, Seen
from loadtests.edge.rows import Wrong
from loadtests.edge.served import Spent
from loadtests.openloop.latencies import Latencies
from loadtests.openloop.lines import FIRST

pytestmark = pytest.mark.rehearsal

SMALL = Plan(rate=100, warm_s=0.2, run_s=1.0, consoles=(8,))


def test_consoles_that_are_open_have_the_book() -> None:
    said: list[str] = []
    result = bench_consoles(SMALL, said.append)
    assert said == ["8 consoles"]
    (row,), (figures,) = result.rows, result.figures
    assert len(row) == len(result.columns)
    assert figures["answers"] == SMALL.rate * SMALL.run_s
    assert figures["book_frames"] > 0
    assert figures["trades"] > 0
    assert 0 < figures["most_in_a_second"] <= FRAMES_MAX + 2, "a busy machine may read late what was sent in time"
    assert figures["candles"] >= 1
    assert figures["failures"] == []
    assert figures["server_s"] > 0
    assert msgspec.json.encode(result)


def found(most_per_s: float, failures: list[str], most_in_a_second: int = 0) -> Found:
    seen = Seen(book_frames=50, most_per_s=most_per_s, most_in_a_second=most_in_a_second, failures=failures)
    return Found(200, Latencies(100, 100, 1, 2, 3, 4), Spent(1, 1), 10, seen)


@pytest.mark.parametrize(
    ("most_per_s", "most", "failures", "kept"),
    [
        (10.0, 12, [], [True, True, True]),
        (10.1, 11, [], [False, True, True]),
        (9.0, 13, [], [True, False, True]),
        (9.0, 10, ["checksum"], [True, True, False]),
    ],
)
def test_promises(most_per_s: float, most: int, failures: list[str], kept: list[bool]) -> None:
    result = result_of(SMALL, [found(0, []), found(most_per_s, failures, most)])
    assert [promise.kept for promise in result.promises] == kept


def test_the_most_in_a_second_are_those_of_any_second() -> None:
    paced = Paced()
    for at_s in (5.0, 5.8, 6.0, 6.2, 6.4, 6.5, 7.6):
        paced.take(at_s)
    assert (paced.count, paced.most_in_a_second) == (7, 5), "from 5.8 on; what is a whole second later is in the next"
    assert paced.per_s == pytest.approx(6 / 2.6)
    assert Paced().per_s == 0


def test_a_book_that_is_another_is_found() -> None:
    real = {"a": Book((("14.00", "8", 1),), ()), "b": Book((), ())}
    check_books(Seen(books={"a": [real["a"]]}), real)
    for books in ([real["b"]], [real["a"], real["b"]]):
        with pytest.raises(Wrong, match="the books of a"):
            check_books(Seen(books={"a": books}), real)


def test_the_flow_goes_round_and_takes_back_the_oldest() -> None:
    provider, buyer = Provider("p", 0, MARKETS), Buyer("b", 0, MARKETS)
    asked = [provider.next(FIRST + number) for number in range(8)]
    for market in MARKETS:
        assert sum(f'"{market.region}","chip":"{market.chip}"'.encode() in text for text in asked) == 2
    for number in range(200):
        provider.learn(b'{"id":1,"ok":true,"result":{"ask":{"ask_id":"ask-%d","state":"resting"' % number)
        buyer.learn(b'{"id":1,"ok":true,"result":{"bid":{"bid_id":"bid-%d","state":"resting"' % number)
    assert b'"ask.place"' in provider.next(FIRST)
    assert b'"ask.cancel","params":{"ask_id":"ask-0"}' in provider.next(FIRST + 1)
    kinds = {number % 3: buyer.next(number) for number in range(FIRST, FIRST + 3)}
    assert b'"price":"15.00"' in kinds[0]
    assert b'"duration":"P1D"' in kinds[1]
    assert b'"bid.cancel","params":{"bid_id":"bid-0"}' in kinds[2]
