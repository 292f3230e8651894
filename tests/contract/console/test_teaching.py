"""Teaching a zone through the API: who may, what is taken, and what comes of it."""

import hashlib
import io
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from config.problem import Problem, ProblemsError
from config.sources import Zone
from console.pictures import LARGEST
from console.schooling import Schooling
from detectors.heads import labels
from detectors.heads.store import HeadStore
from detectors.inference.late import Late
from detectors.inference.port import FeatureExtractor
from tests.contract.console.conftest import Office
from tests.fakes.painting import PaintedFeatures
from tests.fakes.pictures import jpeg, truncated_jpeg
from tests.fakes.town import PUPILS, actor, town

BIN = "/v1/cameras/1/zones/bin/teaching"
DRYING = "/v1/cameras/1/zones/front/teaching"


def crop(number: int, *, there: bool) -> bytes:
    """A crop: red above where it is there, blue above where it is not; every number another one."""
    picture = Image.new("RGB", (16, 16), (40, 90 + 2 * number, 40))
    picture.paste((200, 30, 2 * number) if there else (2 * number, 30, 200), (0, 0, 16, 8))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=95)
    return target.getvalue()


async def give(office: Office, count: int = 6) -> None:
    """Give the bin's zone so many crops of each label."""
    for number in range(count):
        for label, there in (("full", True), ("ok", False)):
            sent = await office.ask("lee", "POST", BIN + "/crops", content=crop(number, there=there), params={"label": label})
            assert sent.status_code == 201, sent.text


@pytest.mark.parametrize(
    ("person", "status"),
    [("root", 200), ("lee", 200), ("flo", 404), ("dora", 403), ("ann", 403), ("sam", 403), ("cora", 403), (None, 401)],
)
async def test_a_zone_is_taught_by_those_who_lead(office: Office, person: str | None, status: int) -> None:
    """The administrator, and the leader of the unit that answers for bins there; to another unit's leader the zone is unknown."""
    assert (await office.ask(person, "GET", BIN)).status_code == status


@pytest.mark.parametrize(("person", "status"), [("root", 200), ("lee", 404)])
async def test_what_no_rule_looks_at_is_for_the_whole_citys_people(office: Office, person: str, status: int) -> None:
    """No rule says whose matter drying is, so no unit's leader answers for it."""
    assert (await office.ask(person, "GET", DRYING)).status_code == status


@pytest.mark.parametrize(
    "path", ["/v1/cameras/1/zones/bay/teaching", "/v1/cameras/1/zones/none/teaching", "/v1/cameras/..%2f1/zones/bin/teaching"]
)
async def test_zones_that_cannot_be_taught_are_unknown(office: Office, path: str) -> None:
    """Parking needs no teaching; and no name of a path ever reaches a folder."""
    answer = await office.ask("root", "GET", path)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown")


async def test_an_untaught_zone_says_so(office: Office) -> None:
    """No version, no crops, no suggestion; and the labels that it takes."""
    assert (await office.ask("lee", "GET", BIN)).json() == {
        "camera": "camera/1", "name": "Gate", "zone": "bin", "scene": "bin_overflow",
        "words": {"there": ["full", "overflow", "overflowing"], "absent": ["ok", "empty", "clear"]},
        "examples": {}, "version": None, "versions": [], "taught_at": None, "quality": None, "heads": [], "suggestions": [],
    }  # fmt: skip


async def test_the_list_has_the_zones_that_the_caller_may_teach(office: Office) -> None:
    """The leader sees the bin alone, the administrator both; what needs no teaching is in nobody's list; counts and quality follow."""
    await give(office)
    await office.ask("lee", "POST", BIN + "/crops", content=crop(30, there=True))
    assert (await office.ask("lee", "GET", "/v1/teaching")).json() == {
        "items": [
            {"camera": "camera/1", "name": "Gate", "zone": "bin", "scene": "bin_overflow", "version": None, "quality": None,
             "labelled": 12, "unlabelled": 1},
        ]
    }  # fmt: skip
    await office.ask("lee", "POST", BIN + "/teach")
    found = (await office.ask("root", "GET", "/v1/teaching")).json()["items"]
    assert [(zone["zone"], zone["version"]) for zone in found] == [("bin", 1), ("front", None)]
    assert found[0]["quality"]["balanced_accuracy"] == 1.0
    assert (await office.ask("flo", "GET", "/v1/teaching")).json() == {"items": []}


async def test_crops_teach_a_head_that_can_be_taken_back(office: Office) -> None:
    """Teaching twice makes two versions; going back puts the first in force, and an unknown one is refused with those there are."""
    await give(office)
    first = (await office.ask("lee", "POST", BIN + "/teach")).json()
    assert (first["version"], first["taught"], first["quality"]["balanced_accuracy"]) == (1, True, 1.0)
    assert first["quality"]["there"] == first["quality"]["absent"] == 6
    assert (await office.ask("root", "POST", BIN + "/teach")).json()["version"] == 2
    back = await office.ask("lee", "POST", BIN + "/roll-back", body={"version": 1})
    assert (back.status_code, back.json()["version"], back.json()["versions"]) == (200, 1, [1, 2])
    seen = (await office.ask("lee", "GET", BIN)).json()
    assert (seen["version"], seen["versions"], seen["examples"], seen["taught_at"]) == (
        1,
        [1, 2],
        {"full": 6, "ok": 6},
        "2026-03-04T04:00:00Z",
    )
    assert [(head["version"], head["taught_at"], head["quality"]["there"]) for head in seen["heads"]] == [
        (1, "2026-03-04T04:00:00Z", 6), (2, "2026-03-04T04:00:00Z", 6),
    ]  # fmt: skip
    missing = await office.ask("lee", "POST", BIN + "/roll-back", body={"version": 9})
    assert (missing.status_code, missing.json()["detail"]) == (
        409, "there is no version 9 of camera/1 bin; kept are: 1, 2. Name one of these.",
    )  # fmt: skip


async def test_too_few_crops_teach_nothing_and_say_why(office: Office) -> None:
    """The zone stays untaught."""
    await give(office, count=2)
    answer = (await office.ask("lee", "POST", BIN + "/teach")).json()
    assert (answer["version"], answer["taught"], answer["refusal"]) == (None, False, "too_few")
    assert "there are 2 crops that show it and 2 that do not; each needs 5 at least." in answer["told"]


async def test_unlabelled_crops_are_suggested_looked_at_and_labelled(office: Office) -> None:
    """A crop without a label waits; it is suggested, can be seen, and teaches once somebody has labelled it."""
    await give(office)
    content = crop(40, there=True)
    sent = (await office.ask("lee", "POST", BIN + "/crops", content=content)).json()
    assert sent == {"name": hashlib.sha256(content).hexdigest(), "label": "unlabelled", "width": 16, "height": 16}
    seen = (await office.ask("lee", "GET", BIN)).json()
    assert (seen["examples"]["unlabelled"], seen["suggestions"]) == (1, [sent["name"]])
    assert (await office.ask("lee", "GET", BIN, params={"suggest": "0"})).json()["suggestions"] == []
    shown = await office.ask("lee", "GET", f"{BIN}/crops/{sent['name']}")
    assert (shown.content, shown.headers["content-type"], shown.headers["cache-control"]) == (content, "image/jpeg", "private, no-store")
    labelled = await office.ask("lee", "POST", f"{BIN}/crops/{sent['name']}/label", body={"label": "full"})
    assert labelled.json()["examples"] == {"full": 7, "ok": 6}


async def test_the_zone_is_cut_out_of_a_whole_picture(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept is the zone's part as the cameras cut it, and nothing of the rest."""
    half = msgspec.structs.replace(
        PUPILS["camera/1"], zones=(Zone(id="bin", scene="bin_overflow", polygon=((0.5, 0.5), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0))),)
    )
    monkeypatch.setattr(office.parts.schooling, "_catalogue", town(cameras={"camera/1": half}))
    picture = Image.new("RGB", (64, 64), (30, 200, 30))
    picture.paste((200, 30, 30), (24, 24, 64, 64))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=95)
    sent = (await office.ask("root", "POST", BIN + "/crops", content=target.getvalue(), params={"cut": "zone"})).json()
    assert sent["width"] < 40
    shown = await office.ask("root", "GET", f"{BIN}/crops/{sent['name']}")
    kept = Image.open(io.BytesIO(shown.content))
    assert kept.size == (sent["width"], sent["height"])
    red, green, _ = kept.resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]  # A picture of three colours has three.
    assert red > 180
    assert green < 60
    assert hashlib.sha256(shown.content).hexdigest() == sent["name"]


async def test_a_picture_that_is_not_cut_in_a_known_way_is_refused(office: Office) -> None:
    """An unknown word for it is told, and nothing is kept."""
    answer = await office.ask("lee", "POST", BIN + "/crops", content=jpeg(), params={"cut": "half"})
    assert answer.status_code == 422
    assert (await office.ask("lee", "GET", BIN)).json()["examples"] == {}


@pytest.mark.parametrize(
    ("content", "label", "status", "told"),
    [
        (b"\x89PNG\r\n", "full", 422, "The body does not begin like a JPEG picture."),
        (truncated_jpeg(), "full", 422, "The JPEG picture is truncated or broken"),
        (
            jpeg(),
            "fulll",
            422,
            "'fulll' is no label of bin_overflow. Write one of full, overflow, overflowing, ok, empty, clear, or unlabelled.",
        ),
        (jpeg(), "../../x", 422, "'../../x' is no label of bin_overflow."),
        (b"\xff\xd8\xff" + bytes(LARGEST), "full", 413, "At most 8,388,608 bytes are taken."),
    ],
    ids=["png", "truncated", "label", "path", "size"],
)
async def test_what_is_no_crop_is_refused_and_not_kept(office: Office, content: bytes, label: str, status: int, told: str) -> None:
    """Each fault is told in a sentence, and nothing is left behind."""
    answer = await office.ask("lee", "POST", BIN + "/crops", content=content, params={"label": label})
    assert (answer.status_code, answer.json()["detail"][: len(told)]) == (status, told)
    assert (await office.ask("lee", "GET", BIN)).json()["examples"] == {}


async def test_an_unknown_crop_is_404(office: Office) -> None:
    """It can be neither seen nor labelled."""
    for answer in (
        await office.ask("lee", "GET", f"{BIN}/crops/{'0' * 64}"),
        await office.ask("lee", "POST", f"{BIN}/crops/{'0' * 64}/label", body={"label": "ok"}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown")


async def test_a_zone_has_crops_enough_at_some_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound new crops are refused, and those that are kept can still be labelled anew."""
    await give(office, count=1)
    monkeypatch.setattr("console.routes.teaching.MOST_CROPS", 2)
    assert labels.MOST_CROPS == 500
    assert (await office.ask("lee", "POST", BIN + "/crops", content=crop(9, there=True))).status_code == 409
    again = await office.ask("lee", "POST", BIN + "/crops", content=crop(0, there=True), params={"label": "ok"})
    assert again.status_code == 201


async def test_without_the_model_teaching_says_what_to_do(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with the problem's own words; looking at the zone and keeping crops needs no model."""

    def missing() -> FeatureExtractor:
        raise ProblemsError([Problem(file="weights", what="The model is not in place.", fix="Run cityloop weights.")])

    await give(office)
    monkeypatch.setattr(office.parts.schooling, "_extractor", Late(missing))
    answer = await office.ask("lee", "POST", BIN + "/teach")
    assert (answer.status_code, answer.json()["detail"]) == (503, "The model is not in place. Run cityloop weights.")
    assert (await office.ask("lee", "GET", BIN)).status_code == 200


def test_a_camera_without_a_position_is_anywhere_in_the_city(tmp_path: Path) -> None:
    """Nobody knows whose place it is: the rows of the widest cells decide."""
    lost = {"camera/1": msgspec.structs.replace(PUPILS["camera/1"], lon=None, lat=None)}
    store = HeadStore(tmp_path)
    found = Schooling(town(cameras=lost), store, PaintedFeatures(), {"bin_overflow": frozenset({"06042"})})
    assert found.pupil(actor("lee"), "1", "bin") is not None
    assert found.pupil(actor("flo"), "1", "bin") is None
