from hypothesis import given
from hypothesis import strategies as st

from streams.gateway.idempotency import Answer, Answers, Clash
from tests.fakes.observations import NOON

FIRST = Answer(202, b"first", "application/json")


def test_an_answer_is_given_again() -> None:
    """The same key with the same body gets the answer that the first request got."""
    answers = Answers()
    assert answers.begin("gate", "k", b"print", NOON) is None
    answers.finish("gate", "k", FIRST)
    assert answers.begin("gate", "k", b"print", NOON + 1) == FIRST


def test_keys_belong_to_their_owner() -> None:
    """Two senders may choose the same key."""
    answers = Answers()
    answers.begin("gate", "k", b"print", NOON)
    assert answers.begin("door", "k", b"other", NOON) is None


def test_a_request_in_progress_clashes() -> None:
    """A repeated request that overtakes the first one's answer is not handled twice."""
    answers = Answers()
    answers.begin("gate", "k", b"print", NOON)
    assert answers.begin("gate", "k", b"print", NOON) is Clash.IN_PROGRESS


def test_another_body_clashes() -> None:
    """A key used for two different bodies is a mistake of the sender."""
    answers = Answers()
    answers.begin("gate", "k", b"print", NOON)
    answers.finish("gate", "k", FIRST)
    assert answers.begin("gate", "k", b"other", NOON) is Clash.OTHER_BODY


def test_a_failed_request_may_be_repeated() -> None:
    """A request that ended without an answer is handled anew."""
    answers = Answers()
    answers.begin("gate", "k", b"print", NOON)
    answers.forget("gate", "k")
    assert answers.begin("gate", "k", b"print", NOON) is None


def test_answers_are_forgotten_after_the_window() -> None:
    """The answer is there until the window closes and not from then on."""
    answers = Answers(window=10)
    answers.begin("gate", "k", b"print", NOON)
    answers.finish("gate", "k", FIRST)
    assert answers.begin("gate", "k", b"print", NOON + 9) == FIRST
    assert answers.begin("gate", "k", b"print", NOON + 10) is None


def test_the_oldest_goes_first() -> None:
    """Beyond the capacity the oldest answer is forgotten."""
    answers = Answers(capacity=2)
    for key in ("a", "b", "c"):
        answers.begin("gate", key, b"print", NOON)
        answers.finish("gate", key, FIRST)
    assert answers.begin("gate", "c", b"print", NOON) == FIRST
    assert answers.begin("gate", "a", b"print", NOON) is None


def test_large_answers_do_not_fill_the_memory() -> None:
    """The remembered bytes are bounded, and forgetting gives room back."""
    answers = Answers(capacity_bytes=10)
    for key in ("a", "b"):
        answers.begin("gate", key, b"print", NOON)
        answers.finish("gate", key, Answer(202, b"12345678", "application/json"))
    assert len(answers) == 1
    answers.forget("gate", "b")
    answers.begin("gate", "c", b"print", NOON)
    answers.finish("gate", "c", Answer(202, b"12345678", "application/json"))
    assert len(answers) == 1


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["begin", "finish", "forget"]), st.integers(0, 8)), max_size=80))
def test_the_memory_stays_bounded(acts: list[tuple[str, str, int]]) -> None:
    """Whatever is begun, finished and forgotten, no more is held than the capacity allows, in number and in bytes."""
    answers, now = Answers(window=30, capacity=4, capacity_bytes=20), NOON
    for key, act, size in acts:
        now += size
        if act == "begin":
            answers.begin("gate", key, b"print", now)
        elif act == "finish":
            answers.finish("gate", key, Answer(202, b"x" * size, "application/json"))
        else:
            answers.forget("gate", key)
        assert len(answers) <= 4
        assert 0 <= answers._bytes <= 20
