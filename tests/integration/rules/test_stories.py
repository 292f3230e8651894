"""Every story of tests/data/rules/stories, through the parts of ``cityloop replay``; its sentence is the behaviour."""

import pytest

from tests.fakes.stories import Story, agrees, replayed, stories

STORIES = list(stories())


@pytest.mark.parametrize("story", STORIES, ids=[story.name for story in STORIES])
def test_the_story_comes_out(story: Story) -> None:
    """All rows that a story tells, in its order, and no other; lines were rejected exactly when it says so."""
    told, summary = replayed(story)
    pairs = list(zip(told, story.says, strict=False))
    assert len(told) == len(story.says), told
    assert all(agrees(row, said) for row, said in pairs), [(row, said) for row, said in pairs if not agrees(row, said)]
    assert summary.rejected == sum(said.startswith("rejected ") for said in story.says)


def test_each_form_has_stories() -> None:
    """No form of SEMANTICS, section 2, is without one, and no two stories have one sentence."""
    written = " ".join(story.rules for story in STORIES)
    for field in (
        "clear",
        "stale_after",
        "count",
        "distinct",
        "absent",
        "active",
        "sequence",
        "not",
        "cluster",
        "rate",
        "repeat",
        "lateness",
    ):
        assert f'"{field}":' in written, field
    assert len({story.name for story in STORIES}) == len(STORIES) > 100
