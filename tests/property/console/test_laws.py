"""Laws of the console's core."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.auth.rights import OF_SCOPE, rights_of_scopes
from console.auth.throttle import Policy, recent, wait
from console.feed.watch import begin
from console.pictures import BadPictureError, check_jpeg
from console.problem import suggest
from streams.gateway.keys import Scope
from tests.fakes.pictures import jpeg

TIMES = st.lists(st.integers(0, 10**9), max_size=20).map(lambda times: tuple(sorted(times)))
POLICIES = st.builds(Policy, failures=st.integers(1, 10), window=st.integers(1, 10**8))
WHOLE = jpeg()


@given(TIMES, st.integers(0, 10**9), POLICIES)
def test_after_the_wait_there_is_none(failures: tuple[int, ...], now: int, policy: Policy) -> None:
    """Whoever waits as long as told may try, and one microsecond earlier may not."""
    past = tuple(at for at in failures if at <= now)
    waiting = wait(past, now, policy)
    assert 0 <= waiting <= policy.window
    assert wait(past, now + waiting, policy) == 0
    if waiting:
        assert wait(past, now + waiting - 1, policy) > 0


@given(TIMES, st.integers(0, 10**9), POLICIES)
def test_old_failures_do_not_count(failures: tuple[int, ...], now: int, policy: Policy) -> None:
    """Forgetting what has left the window changes no answer."""
    past = tuple(at for at in failures if at <= now)
    assert wait(recent(past, now, policy), now, policy) == wait(past, now, policy)


@given(st.frozensets(st.sampled_from(list(Scope))), st.frozensets(st.sampled_from(list(Scope))))
def test_more_scopes_never_take_a_right_away(one: frozenset[Scope], other: frozenset[Scope]) -> None:
    """Rights of scopes add up."""
    assert rights_of_scopes(one | other) == rights_of_scopes(one) | rights_of_scopes(other)
    assert all(OF_SCOPE[scope] <= rights_of_scopes(one) for scope in one)


@given(st.none() | st.integers(-5, 10**12), st.integers(0, 10**12))
def test_a_stream_never_begins_beyond_its_feed(last: int | None, head: int) -> None:
    """A position beyond the head would hide what comes next."""
    hello = begin(last, head)
    assert 0 <= hello.head <= head
    assert hello.resumed == (hello.head == last)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_picture_check_fail_in_another_way(content: bytes) -> None:
    """Whatever is sent is a picture or a clear no."""
    for candidate in (content, b"\xff\xd8\xff" + content):
        with suppress(BadPictureError):
            check_jpeg(candidate)


@given(st.integers(4, len(WHOLE) - 3))
def test_a_picture_cut_anywhere_is_refused(length: int) -> None:
    """Evidence is whole, or it is not kept."""
    with pytest.raises(BadPictureError):
        check_jpeg(WHOLE[:length])


@given(st.text(max_size=20), st.lists(st.text(min_size=1, max_size=10), unique=True, max_size=8))
def test_a_suggestion_is_always_a_known_word(written: str, known: list[str]) -> None:
    """Nothing is offered that would be wrong again."""
    sentence = suggest(written, known)
    assert (sentence == "") == (not known)
    assert not sentence.startswith("Did you mean") or any(repr(word) in sentence for word in known)
