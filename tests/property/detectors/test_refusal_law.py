"""What holds of every answer at an RTSP address."""

from hypothesis import given
from hypothesis import strategies as st

from detectors.sources.refusal import meaning

ANSWERS = st.binary(max_size=200) | st.builds(
    lambda status, rest: b"RTSP/1.0 %03d " % status + rest, st.integers(0, 999), st.binary(max_size=50)
)


@given(answer=ANSWERS, credentials=st.booleans())
def test_every_answer_is_one_short_printable_line(answer: bytes, credentials: bool) -> None:  # Hypothesis draws it.
    """Nothing that anybody answers gets into the sentence but a three-digit number, so no log can be forged with it."""
    said = meaning(answer, credentials=credentials)
    assert said.isprintable()
    assert said.isascii()
    assert 0 < len(said) < 80
