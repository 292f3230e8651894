"""Heads: teaching, honest quality, refusals, suggestions, and where they are kept."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from detectors.heads.head import Head, Vector
from detectors.heads.labels import TAUGHT
from detectors.heads.ridge import fit, unseen
from detectors.heads.store import HeadStore, decode_head, encode_head
from detectors.heads.suggest import suggest
from detectors.heads.teaching import Example, Refusal, RefusalKind, teach

CHANCE = np.random.default_rng


def crops(there: int, absent: int, *, apart: float = 1.0, seed: int = 1) -> list[Example]:
    """Examples of two clouds in 40 dimensions, so far apart (0: one cloud)."""
    chance = CHANCE(seed)
    rows = []
    for number in range(there + absent):
        shows = number < there
        row = chance.normal(0, 0.3, 40)
        row[0] += apart if shows else -apart
        rows.append(Example(f"{number:03d}", (row / np.linalg.norm(row)).astype(np.float32), shows))
    return rows


def taught(examples: list[Example], version: int = 1) -> Head:
    """A head that was not refused."""
    head = teach(examples, scene="bin_overflow", backbone="painted/2", version=version, at=7)
    assert isinstance(head, Head), head
    return head


def refused(examples: list[Example]) -> Refusal:
    """A refusal."""
    refusal = teach(examples, scene="bin_overflow", backbone="painted/2", version=1, at=7)
    assert isinstance(refusal, Refusal), refusal
    return refusal


def test_ten_crops_of_each_make_a_head() -> None:
    """Two clouds that are apart: new crops of both are told, and the card says by what it was taught."""
    head = taught(crops(10, 10))
    assert [head.verdict(example.features) for example in crops(3, 3, seed=2)] == [True] * 3 + [False] * 3
    assert (head.card.quality.there, head.card.quality.absent, head.card.quality.balanced_accuracy) == (10, 10, 1.0)
    assert (head.card.version, head.card.backbone, len(head.card.examples), head.card.taught_at) == (1, "painted/2", 20, 7)


def test_the_interval_of_a_perfect_score_is_wide_for_few_crops() -> None:
    """Ten right of ten is not certainty: the interval begins at 72 %, and with thirty at 89 %."""
    assert taught(crops(10, 10, apart=2.0)).card.quality.interval[0] == pytest.approx(0.7225, abs=1e-3)
    assert taught(crops(30, 30, apart=2.0)).card.quality.interval[0] == pytest.approx(0.8865, abs=1e-3)


def test_what_cannot_be_told_apart_is_refused() -> None:
    """One cloud with two labels: no head, the figures and what to do."""
    refusal = refused(crops(15, 15, apart=0.0))
    assert refusal.kind is RefusalKind.CHANCE
    assert "not surely better than chance" in refusal.reason
    assert refusal.quality is not None
    assert refusal.quality.interval[0] <= 0.5
    assert refusal.advice.startswith("Label more crops")


@pytest.mark.parametrize(("there", "absent"), [(4, 20), (20, 4), (0, 0)])
def test_too_few_crops_are_not_tried(there: int, absent: int) -> None:
    """Each class needs five crops; the sentence says how many there are."""
    refusal = refused(crops(there, absent))
    assert refusal.reason == f"there are {there} crops that show it and {absent} that do not; each needs 5 at least."
    assert (refusal.kind, refusal.quality) == (RefusalKind.TOO_FEW, None)


def test_one_crop_with_both_labels_is_told() -> None:
    """A contradiction is not averaged away."""
    examples = crops(6, 6)
    refusal = refused([*examples, msgspec.structs.replace(examples[0], there=False)])
    assert refusal.kind is RefusalKind.CONTRADICTION
    assert "labelled both ways (000)" in refusal.reason


def test_a_crop_counts_once_and_the_order_does_not_matter() -> None:
    """The same crops twice, in another order, give the same head to the bit."""
    examples = crops(8, 9)
    assert encode_head(taught(examples)) == encode_head(taught([*examples[::-1], *examples]))


def test_a_rare_class_weighs_as_much_as_a_common_one() -> None:
    """Six full bins among sixty: a crop in the middle between the clouds is not taken for the common class by its number."""
    head = taught(crops(6, 60))
    full = [head.numbers.score(example.features) for example in crops(20, 0, seed=3)]
    assert np.mean([score > 0 for score in full]) == 1.0


def test_between_the_classes_lies_the_unknown() -> None:
    """A crop halfway is no verdict, with a probability of about one half."""
    head = taught(crops(20, 20))
    halfway: Vector = np.zeros(40, np.float32)
    assert head.verdict(halfway) is None
    assert 0.3 < head.probability(halfway) < 0.7


def test_what_is_unlike_anything_taught_is_unknown() -> None:
    """A crop of another place lies far from both clouds, wherever its score lies; crops like the taught ones never do."""
    head = taught(crops(20, 20))
    assert all(head.verdict(example.features) is example.there for example in crops(20, 20))
    far: Vector = head.numbers.centre + 2 * np.eye(40, dtype=np.float32)[0] * np.sign(head.numbers.weights[0])
    assert head.numbers.score(far) > head.card.band[1]
    assert head.verdict(far) is None
    assert msgspec.structs.replace(head, card=msgspec.structs.replace(head.card, reach=np.inf)).verdict(far) is True


def test_a_head_of_before_has_no_reach(tmp_path: Path) -> None:
    """Heads that were kept without a reach are read, and judge as they did."""
    head = taught(crops(10, 10))
    card = msgspec.to_builtins(head.card)
    del card["reach"]
    old = {"card": card, "centre": head.numbers.centre.tobytes(), "weights": head.numbers.weights.tobytes()}
    (tmp_path / "old.head").write_bytes(msgspec.msgpack.encode(old))
    read = decode_head((tmp_path / "old.head").read_bytes(), "old.head")
    assert read.card == msgspec.structs.replace(head.card, reach=np.inf)


def test_probability_grows_with_the_score() -> None:
    """The further into the cloud of full bins, the surer."""
    head = taught(crops(20, 20))
    line = [np.eye(40, dtype=np.float32)[0] * part for part in (-1.0, -0.5, 0.0, 0.5, 1.0)]
    found = [head.probability(point) for point in line]
    assert found == sorted(found)
    assert found[0] < 0.1
    assert found[-1] > 0.9


def test_unseen_scores_are_those_of_heads_taught_without_the_crop() -> None:
    """With as many folds as crops of a class, each score is that of a head taught without its fold."""
    examples = crops(5, 5, apart=0.4)
    rows, truth = np.stack([one.features for one in examples]), np.array([one.there for one in examples])
    held = np.array([number in (2, 7) for number in range(10)])
    assert unseen(rows, truth)[held] == pytest.approx([fit(rows[~held], truth[~held]).score(row) for row in rows[held]])


def test_suggestions_are_unsure_and_unlike() -> None:
    """Near the boundary first, never two alike before another kind, nothing twice."""
    head = taught(crops(20, 20))
    sure, unsure = np.eye(40, dtype=np.float32)[0], np.zeros(40, np.float32)
    assert suggest([sure, unsure, unsure, -sure], [], head, 2)[0] == 1
    assert suggest([sure, sure, unsure], [sure], None, 3) == [2, 0, 1]
    assert suggest([], [], head, 3) == []


def test_words_of_a_scene() -> None:
    """Each scene's words mean that it is so, or that it is not; another scene's mean nothing."""
    assert [TAUGHT["bin_overflow"].meaning(word) for word in ("full", "ok", "laundry")] == [True, False, None]
    assert all(not set(labels.there) & set(labels.absent) for labels in TAUGHT.values())


def test_a_head_is_kept_and_read_again(tmp_path: Path) -> None:
    """What is in force is what was kept last; another store on the same folder sees it at once."""
    store, other = HeadStore(tmp_path), HeadStore(tmp_path)
    assert (store.current("camera/a", "bin-1"), store.versions("camera/a", "bin-1")) == (None, ())
    first, second = taught(crops(10, 10)), taught(crops(12, 12), version=2)
    store.keep("camera/a", "bin-1", first)
    assert encode_head(other.current("camera/a", "bin-1") or second) == encode_head(first)
    store.keep("camera/a", "bin-1", second)
    found = other.current("camera/a", "bin-1")
    assert found is not None
    assert (found.card.version, other.versions("camera/a", "bin-1")) == (2, (1, 2))
    assert other.cards("camera/a", "bin-1") == (first.card, second.card)


def test_a_version_is_never_overwritten(tmp_path: Path) -> None:
    """Keeping the same version again is refused."""
    store = HeadStore(tmp_path)
    store.keep("camera/a", "bin-1", taught(crops(10, 10)))
    with pytest.raises(FileExistsError):
        store.keep("camera/a", "bin-1", taught(crops(12, 12)))


def test_roll_back(tmp_path: Path) -> None:
    """An earlier version is in force again; one that never was is told with those that are."""
    store = HeadStore(tmp_path)
    for version in (1, 2):
        store.keep("camera/a", "bin-1", taught(crops(10, 10, seed=version), version=version))
    assert store.roll_back("camera/a", "bin-1", 1).card.version == 1
    found = store.current("camera/a", "bin-1")
    assert found is not None
    assert found.card.version == 1
    with pytest.raises(LookupError, match="there is no version 9 of camera/a bin-1; kept are: 1, 2"):
        store.roll_back("camera/a", "bin-1", 9)


def test_crops_have_one_label(tmp_path: Path) -> None:
    """A crop that is labelled again moves; its bytes stay what they were."""
    store = HeadStore(tmp_path)
    name = store.add("camera/a", "bin-1", "full", b"picture")
    assert store.add("camera/a", "bin-1", "ok", b"picture") == name
    assert store.examples("camera/a", "bin-1") == {name: "ok"}
    assert store.picture("camera/a", "bin-1", name, "ok") == b"picture"


def test_features_are_kept_by_backbone(tmp_path: Path) -> None:
    """Features of another backbone are others."""
    store, row = HeadStore(tmp_path), np.arange(3, dtype=np.float32)
    store.keep_features("camera/a", "bin-1", "one/1", "aa", row)
    found = store.features("camera/a", "bin-1", "one/1", "aa")
    assert found is not None
    assert found.tolist() == row.tolist()
    assert store.features("camera/a", "bin-1", "two/2", "aa") is None


@pytest.mark.parametrize("name", ["../x", "", "A", "a/b", ".hidden", "a\n"])
def test_names_are_no_paths(tmp_path: Path, name: str) -> None:
    """What could lead out of the folder is refused."""
    with pytest.raises(ValueError, match="is not a short name in lower case"):
        HeadStore(tmp_path).add("camera/a", name, "ok", b"x")


@pytest.mark.parametrize("raw", [b"", b"\x93\x01\x02\x03", b"not a head"])
def test_a_damaged_head_is_told(raw: bytes) -> None:
    """The file is named with what can be done."""
    with pytest.raises(ValueError, match=r"x.head: this is not a head.*Teach the zone again"):
        decode_head(raw, "x.head")


def test_vectors_that_do_not_fit_are_told() -> None:
    """A head whose vectors differ in length is damaged."""
    head = taught(crops(10, 10))
    cut = Head(head.card, msgspec.structs.replace(head.numbers, centre=head.numbers.centre[:3]))
    with pytest.raises(ValueError, match="its two vectors have 3 and 40 numbers"):
        decode_head(encode_head(cut), "x.head")
