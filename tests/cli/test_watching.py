"""`watch` and the live `book`: resumable, a line or a picture at a time, and honest about a lost connection."""

import json

from gateway.cli.books import state_line
from tests.cli.hand import Hand
from tests.cli.terminal import Cable, Terminal


def test_news_are_told_from_any_seq_on_without_a_gap(hand: Hand) -> None:
    hall, acme = hand.joins("provider", "10000"), hand.joins("buyer", "1000")
    hand.reads("sell beijing l20 8 --price 3.00 --for 3d", hall)
    hand.reads("buy beijing l20 8 --for 6h --price 3.50 --no-vouchers", acme)
    whole = lines(hand, "watch --from-seq 0 --count 2 --json", acme)
    assert [push["type"] for push in whole] == [
        *("transfer", "bid.placed", "transfer", "lease.scheduled", "transfer", "transfer", "bid.filled"),
    ]  # fmt: skip
    first = whole[0]["seq"]
    assert lines(hand, f"watch --from-seq {first} --count 1 --json", acme) == whole[1:]
    said = hand.types(f"watch --from-seq {first} --count 1", acme).stdout.splitlines()
    assert len(said) == 6
    assert said[0].endswith("8 × beijing/l20, 6h at 3.50 or less")
    assert "bid hold: available → held  bid-" in said[1]
    assert "scheduled" in said[2]
    assert all(str(whole[1]["seq"]) in line for line in said)
    assert hand.types("watch --count 1").stderr.startswith("unauthenticated")


def lines(hand: Hand, line: str, by: str) -> list[dict[str, object]]:
    """What a command prints, an object a line."""
    return [json.loads(text) for text in hand.types(line, by).stdout.splitlines()]


def test_a_lost_connection_is_said_and_mended_and_nothing_is_missed(hand: Hand) -> None:
    hall = hand.joins("provider", "10000")
    hand.reads("sell horinger l40s 8 --price 3.11 --for 3d", hall)
    cable = Cable(hand.url)
    known = {"LEASEBOOK_URL": cable.url, "LEASEBOOK_KEY": hand.key(hall)}
    with Terminal("book horinger l40s", known) as book, Terminal("watch --from-seq 0", known, 200) as watch:
        assert "3.11" in book.reads_until("● live")
        hand.reads("sell horinger l40s 8 --price 3.22 --for 3d", hall)
        book.reads_until("3.22")
        watch.reads_until("at 3.22 or more")
        cable.cut()
        book.reads_until("● not live")
        watch.reads_until("connection lost")
        hand.reads("sell horinger l40s 8 --price 3.33 --for 3d", hall)
        cable.mend()
        assert "3.33" in book.reads_until("3.33")
        book.reads_until("● live")
        watch.reads_until("connected again")
        watch.reads_until("at 3.33 or more")
        for terminal in (book, watch):
            terminal.interrupt()
        assert "--from-seq" in watch.reads_until("--from-seq")
        assert (book.ends(), watch.ends()) == (130, 130)
    cable.cut()


def test_the_state_is_green_only_while_the_book_is_the_servers() -> None:
    assert state_line(True, True, "").style == "green"
    missed, lost = state_line(False, True, ""), state_line(False, False, "connection refused")
    assert (missed.style, lost.style) == ("red", "red")
    assert "missed" in missed.plain
    assert "connection refused; trying again" in lost.plain


def test_where_there_is_no_terminal_the_book_is_printed_once(hand: Hand) -> None:
    hall = hand.joins("provider", "10000")
    hand.reads("sell guangxi l40s 8 --price 3.11 --for 3d", hall)
    printed = hand.types("book guangxi l40s")
    assert (printed.exit_code, "3.11" in printed.stdout, "live" in printed.stdout) == (0, True, False)
    assert hand.types("book nowhere l40s").stderr.startswith("unknown_market")
