"""Teaching a zone: its crops, its heads, and the way back."""

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from litestar import Response, get, post
from litestar.exceptions import ClientException
from litestar.params import FromPath, JSONBody, PathParameter, QueryParameter
from litestar.status_codes import HTTP_413_REQUEST_ENTITY_TOO_LARGE

from config.problem import ProblemsError
from console.answers import ProblemKind, may_answer, problem, unknown
from console.auth.rights import Right
from console.gate.asked import Asked, Given
from console.gate.guards import needs
from console.parts import Parts
from console.pictures import LARGEST, BadPictureError, check_jpeg, cut_out
from console.routes.evidence import JpegOperation
from console.shapes.teaching import (
    CropLabel,
    CropReceipt,
    Cut,
    LessonShape,
    RollBackRequest,
    TeachingShape,
    ZoneList,
    fault_of_label,
    quality_shape,
    teaching_shape,
    zone_shape,
)
from detectors.heads.labels import MOST_CROPS, UNLABELLED
from detectors.school import Lesson, Pupil, learn, most_useful, rolled_back

PATH = "/cameras/{camera_id:str}/zones/{zone_id:str}/teaching"
CameraId = Annotated[str, PathParameter(description="The camera's id without `camera/`.")]
CropName = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$", description="SHA-256 of the crop.")]
LabelOf = Annotated[str, QueryParameter(max_length=40, description="What the crop shows; `unlabelled` where nobody has said it yet.")]
CutOf = Annotated[
    Cut, QueryParameter(description="`zone` where the picture is the camera's whole one: the zone is cut out of it, and the rest not kept.")
]
Most = Annotated[int, QueryParameter(ge=0, le=50, description="At most so many suggestions.")]


@get("/teaching", opt=needs(Right.TEACH), responses=may_answer(), summary="Zones that can be taught", tags=["teaching"])
async def zones(request: Asked, parts: Given) -> ZoneList:
    """Every zone that the caller may teach: whether it was taught, how well, and how many crops it has. No model is needed for it."""
    return await asyncio.to_thread(_listed, parts.schooling.pupils(request.user.actor))


@get(PATH, opt=needs(Right.TEACH), responses=may_answer(404, 422, 503), summary="What a zone was taught", tags=["teaching"])
async def teaching(request: Asked, parts: Given, camera_id: CameraId, zone_id: FromPath[str], suggest: Most = 10) -> TeachingShape:
    """Crops by label, versions, quality, and which unlabelled crops are most worth a label.

    Raises:
        ProblemDetailsException: 404, the same for a zone that is not there, one that needs no teaching, and one out of scope.
    """
    pupil = _pupil(request, parts, camera_id, zone_id)
    return await asyncio.to_thread(_looked_at, parts, pupil, suggest)


@post(PATH + "/crops", opt=needs(Right.TEACH), status_code=201, responses=may_answer(404, 409, 413, 422), summary="Keep a crop of a zone",
      tags=["teaching"], request_max_body_size=LARGEST, operation_class=JpegOperation)  # fmt: skip
async def add_crop(
    request: Asked, parts: Given, *, camera_id: CameraId, zone_id: FromPath[str], label: LabelOf = UNLABELLED, cut: CutOf = Cut.NONE
) -> CropReceipt:
    """Take in one JPEG picture as the body of the request. The same picture under another label moves there.

    Raises:
        ProblemDetailsException: 404, 409 the zone has crops enough, 413 too many bytes, 422 a wrong label or not a whole JPEG picture.
    """
    pupil = _pupil(request, parts, camera_id, zone_id)
    _check_label(pupil, label)
    try:
        content = await request.body()
    except ClientException as error:
        if error.status_code == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
            raise problem(413, ProblemKind.TOO_LARGE, f"At most {LARGEST:,} bytes are taken. Send a smaller picture.") from error
        raise
    try:
        width, height = await asyncio.to_thread(check_jpeg, content)
        if cut is Cut.ZONE:
            content, width, height = await asyncio.to_thread(cut_out, content, pupil.zone)
    except BadPictureError as error:
        raise problem(422, ProblemKind.BAD_PICTURE, str(error)) from error
    name = await asyncio.to_thread(_kept, parts, pupil, label, content)
    return CropReceipt(name=name, label=label, width=width, height=height)


@get(PATH + "/crops/{crop:str}", opt=needs(Right.TEACH), responses=may_answer(404, 422), summary="A kept crop", tags=["teaching"],
     media_type="image/jpeg")  # fmt: skip
async def crop_picture(request: Asked, parts: Given, camera_id: CameraId, zone_id: FromPath[str], crop: CropName) -> Response[bytes]:
    """Give out a crop, for whoever labels it. It is as it was sent: nothing in it is blurred.

    Raises:
        ProblemDetailsException: 404.
    """
    pupil = _pupil(request, parts, camera_id, zone_id)
    content, _ = await asyncio.to_thread(_crop, pupil, crop)
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


@post(PATH + "/crops/{crop:str}/label", opt=needs(Right.TEACH), status_code=200, responses=may_answer(404, 413, 422),
      summary="Label a kept crop", tags=["teaching"])  # fmt: skip
async def label_crop(
    request: Asked, parts: Given, *, camera_id: CameraId, zone_id: FromPath[str], crop: CropName, data: JSONBody[CropLabel]
) -> TeachingShape:
    """Give a kept crop a label, or another one.

    Raises:
        ProblemDetailsException: 404, 422 a wrong label.
    """
    pupil = _pupil(request, parts, camera_id, zone_id)
    _check_label(pupil, data.label)
    content, _ = await asyncio.to_thread(_crop, pupil, crop)
    await asyncio.to_thread(_kept, parts, pupil, data.label, content)
    return await asyncio.to_thread(_looked_at, parts, pupil, 0)


@post(PATH + "/teach", opt=needs(Right.TEACH), status_code=200, responses=may_answer(404, 503), summary="Teach a zone", tags=["teaching"])
async def teach_zone(request: Asked, parts: Given, camera_id: CameraId, zone_id: FromPath[str]) -> LessonShape:
    """Teach a head from all labelled crops. One that is not surely better than chance is refused, and the one in force stays.

    Raises:
        ProblemDetailsException: 404, 503 the model is not in place.
    """
    pupil = _pupil(request, parts, camera_id, zone_id)
    return await asyncio.to_thread(_taught, parts, pupil)


@post(PATH + "/roll-back", opt=needs(Right.TEACH), status_code=200, responses=may_answer(404, 409, 413, 422),
      summary="Put an earlier head in force again", tags=["teaching"])  # fmt: skip
async def roll_back(
    request: Asked, parts: Given, camera_id: CameraId, zone_id: FromPath[str], data: JSONBody[RollBackRequest]
) -> LessonShape:
    """Put a version that was kept in force again; the newer ones stay kept.

    Raises:
        ProblemDetailsException: 404, 409 there is no such version.
    """
    pupil = _pupil(request, parts, camera_id, zone_id)
    try:
        return _shape(await asyncio.to_thread(rolled_back, pupil, data.version), taught=False)
    except LookupError as error:
        raise problem(409, ProblemKind.ILLEGAL, f"{error.args[0]}. Name one of these.") from error


def _pupil(request: Asked, parts: Parts, camera_id: str, zone_id: str) -> Pupil:
    pupil = parts.schooling.pupil(request.user.actor, camera_id, zone_id)
    if pupil is None:
        raise unknown("zone to teach", f"{camera_id}/{zone_id}")
    return pupil


def _check_label(pupil: Pupil, label: str) -> None:
    if (fault := fault_of_label(pupil.zone.scene, label)) is not None:
        raise problem(422, ProblemKind.INVALID, fault)


def _looked_at(parts: Parts, pupil: Pupil, most: int) -> TeachingShape:
    with parts.schooling.lock:
        pool = [name for name, label in pupil.store.examples(pupil.camera.id, pupil.zone.id).items() if label == UNLABELLED]
        chosen: list[int] = []
        if pool and most:
            with _model_needed():
                chosen = most_useful(pupil, [pupil.features(name, UNLABELLED) for name in pool], most)
        camera, zone, store = pupil.camera, pupil.zone, pupil.store
        return teaching_shape(
            camera, zone, examples=store.examples(camera.id, zone.id), head=store.current(camera.id, zone.id),
            cards=store.cards(camera.id, zone.id), suggestions=tuple(pool[number] for number in chosen),
        )  # fmt: skip


def _listed(pupils: list[Pupil]) -> ZoneList:
    return ZoneList(
        items=tuple(
            zone_shape(
                pupil.camera, pupil.zone,
                examples=pupil.store.examples(pupil.camera.id, pupil.zone.id), head=pupil.store.current(pupil.camera.id, pupil.zone.id),
            )
            for pupil in pupils
        )
    )  # fmt: skip


def _kept(parts: Parts, pupil: Pupil, label: str, content: bytes) -> str:
    with parts.schooling.lock:
        kept = pupil.store.examples(pupil.camera.id, pupil.zone.id)
        if len(kept) >= MOST_CROPS and hashlib.sha256(content).hexdigest() not in kept:
            raise problem(409, ProblemKind.ILLEGAL, f"{pupil.zone.id} has {MOST_CROPS} crops already, and more would teach it nothing.")
        return pupil.store.add(pupil.camera.id, pupil.zone.id, label, content)


def _crop(pupil: Pupil, name: str) -> tuple[bytes, str]:
    label = pupil.store.examples(pupil.camera.id, pupil.zone.id).get(name)
    if label is None:
        raise unknown("crop", name)
    return pupil.store.picture(pupil.camera.id, pupil.zone.id, name, label), label


def _taught(parts: Parts, pupil: Pupil) -> LessonShape:
    with parts.schooling.lock, _model_needed():
        before = pupil.store.versions(pupil.camera.id, pupil.zone.id)
        lesson = learn(pupil, parts.clock)
        return _shape(lesson, taught=lesson.versions != before)


def _shape(lesson: Lesson, *, taught: bool) -> LessonShape:
    quality = quality_shape(lesson.quality) if lesson.quality is not None else None
    return LessonShape(
        version=lesson.version, versions=lesson.versions, taught=taught, refusal=lesson.refusal, quality=quality, told=lesson.told
    )


@contextmanager
def _model_needed() -> Iterator[None]:
    """Turn the lack of the model's weights into an answer that says what to do."""
    try:
        yield
    except ProblemsError as error:
        raise problem(503, ProblemKind.FAILED, " ".join(f"{one.what} {one.fix}" for one in error.problems)) from error
