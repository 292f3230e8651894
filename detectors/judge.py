"""Judges the frames of one camera: health, gate, model, scenes, and what is to be told."""

from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from config.moment import SECOND, Micros
from config.sources import Camera, Zone
from config.weekly import is_active
from detectors import gate, health
from detectors.boxes import Detection
from detectors.evidence.chain import Link, Taken
from detectors.evidence.picture import Stamp, evidence_jpeg, frame_digest, lossless
from detectors.glance import Glance
from detectors.health import Health, Limits
from detectors.inference.mosaic import Region
from detectors.inference.packed import PackedDetector, Question
from detectors.inference.port import Detector, SquareDetector
from detectors.inference.zooming import Ground, regions_of
from detectors.lessons import Lessons
from detectors.scenes.port import Need
from detectors.scenes.port import Sight as ZoneSight
from detectors.scenes.stay import Phase, Stay
from detectors.scenes.table import watcher_of
from detectors.sources.frame import Frame
from detectors.telling import health_observation, sight_observation, stay_observation
from detectors.thumbnail import shrink
from detectors.timeline import Timeline, advance, silent
from detectors.viewing import view_of
from detectors.zones import around
from streams.observation import Observation

Keep = Callable[[bytes], str]
"""Keeps a JPEG and returns its reference."""
Seal = Callable[[str, bytes], None]
"""Keeps the original (PNG) of the picture with a reference, so that only few can open it."""
Chain = Callable[[Taken], Link]
"""Takes what was kept and returns its link."""

REFRESH: Micros = 30 * SECOND
"""A zone that seems unchanged is judged again after this long all the same."""


class Sight(msgspec.Struct, frozen=True):
    """What is remembered of the frame that the model saw last."""

    thumbnail: Glance
    at: Micros
    seen: tuple[Detection, ...]


class Begun(msgspec.Struct, frozen=True):
    """A frame that is judged in part.

    Attributes:
        frame: the frame.
        thumbnail: of it.
        told: what is told of the camera itself.
        due: the zones that are looked at.
        regions: where, and how closely, the model must look; nowhere when no zone needs it, or nothing has changed.
        own: its time in the camera's own.
    """

    frame: Frame
    thumbnail: Glance
    told: tuple[Observation, ...]
    due: tuple[Zone, ...] = ()
    regions: tuple[Region, ...] = ()
    own: Micros = 0


class Judge:
    """All that is remembered of one camera. One thread at a time.

    Args:
        camera: its zones say what is judged.
        detector: the model.
        keep: takes evidence; ``None`` makes none.
        limits: when the camera counts as blind.
        lessons: what was taught; without them such zones are untaught.
        faces: finds faces in pictures that are kept; without it a rule of thumb on people's boxes is all there is.
        chain: takes each picture that was kept and returns its link; ``None`` keeps no chain.
        seal: keeps each picture's original; ``None`` keeps none.
        early: part of a zone's interval by which it may be looked at early.
    """

    def __init__(
        self,
        camera: Camera,
        detector: SquareDetector,
        keep: Keep | None,
        limits: Limits | None = None,
        *,
        lessons: Lessons | None = None,
        chain: Chain | None = None,
        faces: Detector | None = None,
        seal: Seal | None = None,
        early: float = 0.0,
    ) -> None:
        self._camera = camera
        self._detector = detector
        self._looking = PackedDetector(detector)
        self._keep = keep
        self._chain = chain
        self._faces = faces
        self._seal = seal
        self._words: dict[str, int] = {}
        self._limits = limits or Limits()
        self._health = Health()
        self._lessons = lessons
        head_of = lessons.head_of if lessons is not None else _untaught
        self._watchers = {zone.id: watcher_of(zone, partial(head_of, zone.id)) for zone in camera.zones}
        extract = lessons.extractor.features if lessons is not None else None
        self._views = {zone.id: view_of(zone, self._watchers[zone.id], extract, early) for zone in camera.zones}
        self._told_sight = dict.fromkeys(self._watchers, ZoneSight.CLEAR)
        seen = [zone for zone in camera.zones if Need.DETECTIONS in self._watchers[zone.id].needs]
        self._grounds = [Ground(zone.polygon, around(zone.polygon), zone.zoom) for zone in seen]
        self._sight: Sight | None = None
        self._timeline = Timeline()

    @property
    def inferences(self) -> int:
        """Inputs that it has given to the model itself."""
        return self._looking.inputs

    @property
    def condition(self) -> health.Condition:
        """What is believed of the camera."""
        return self._health.condition

    @property
    def seen(self) -> tuple[Detection, ...]:
        """What the model found last."""
        return self._sight.seen if self._sight else ()

    def standing(self, zone: Zone) -> tuple[Stay, ...]:
        """The stays of a zone that have been told and last."""
        return self._watchers[zone.id].standing

    def look(self, frame: Frame) -> tuple[Observation, ...]:
        """Judge one frame; frames come in the order of their event time."""
        begun = self.begin(frame)
        if not begun.regions:
            return self.finish(begun, None)
        answer = self._looking.look(Question(frame.picture, begun.regions))
        return self.finish(begun, answer.found, whole=answer.whole)

    def begin(self, frame: Frame) -> Begun:
        """Judge what needs no model, and say where the model must look; :meth:`finish` is called with what it found."""
        thumbnail = shrink(frame.picture)
        self._timeline = advance(self._timeline, frame.at, frame.steady)
        own = frame.at - self._timeline.shift
        told = list(self._become(health.look(self._health, self._limits, thumbnail, own), frame.at, own))
        if not health.sees(self._health):
            self._blind(self._camera.zones)
            return Begun(frame, thumbnail, tuple(told))
        resting = [zone for zone in self._camera.zones if zone.active is not None and not is_active(zone.active, frame.at)]
        self._blind(resting)
        due = [zone for zone in self._camera.zones if zone not in resting and self._views[zone.id].due(own)]
        asks = self._wanted(due) and self._needs_model(thumbnail, own)
        return Begun(frame, thumbnail, tuple(told), tuple(due), self._regions(frame) if asks else (), own)

    def _regions(self, frame: Frame) -> tuple[Region, ...]:
        """Where the model looks: by the frame's own size, since a camera may change its resolution."""
        height, width = frame.picture.shape[:2]
        return regions_of(self._grounds, width, height, self._detector.side)

    def finish(self, begun: Begun, seen: tuple[Detection, ...] | None, *, whole: bool = True) -> tuple[Observation, ...]:
        """Judge the rest of a frame.

        Args:
            begun: what :meth:`begin` returned, of the newest frame.
            seen: what the model found, or ``None`` when it was not asked; what it found before holds then.
            whole: whether it looked at the whole picture, and not at the zones alone.
        """
        told = list(begun.told)
        if seen is not None:
            self._sight = Sight(begun.thumbnail, begun.own, seen)
        for zone in begun.due:
            told += self._look_at(zone, begun, fresh=seen is not None and whole)
        return tuple(told)

    def silence(self, at: Micros) -> tuple[Observation, ...]:
        """No frame has come for the source's time-out."""
        own = silent(self._timeline, at)
        told = tuple(self._become(health.silence(self._health, own), at, own))
        self._blind(self._camera.zones)
        return told

    def _become(self, after: Health, at: Micros, own: Micros) -> tuple[Observation, ...]:
        before, self._health = self._health, after
        return (health_observation(self._camera, after, at, at - own),) if health.worth_telling(before, after) else ()

    def _blind(self, zones: Sequence[Zone]) -> None:
        """Nothing is seen of the zones, or nothing is asked about them at this hour: what lasts is neither continued nor ended."""
        for zone in zones:
            self._watchers[zone.id].blind()
            self._views[zone.id].forget()

    def _look_at(self, zone: Zone, begun: Begun, *, fresh: bool) -> list[Observation]:
        watcher, frame = self._watchers[zone.id], begun.frame
        look = self._views[zone.id].look(frame.picture, self.seen, begun.own)
        stays = () if look is None else watcher.look(look)
        if look is not None and look.features is not None and self._lessons is not None and self._lessons.gather is not None:
            self._lessons.gather(zone, look, self._lessons.head_of(zone.id))
        told = [self._told(zone, stay, frame, fresh=fresh) for stay in stays]
        if watcher.sight is not self._told_sight[zone.id]:
            self._told_sight[zone.id] = watcher.sight
            told.append(sight_observation(self._camera, zone, watcher.sight, frame.at))
        return told

    def _wanted(self, zones: Sequence[Zone]) -> bool:
        """Whether any of the zones is judged by what the model finds."""
        return any(Need.DETECTIONS in self._watchers[zone.id].needs for zone in zones)

    def _needs_model(self, thumbnail: Glance, at: Micros) -> bool:
        last = self._sight
        if last is None or at - last.at >= REFRESH or at < last.at:
            return True
        return thumbnail.mark != last.thumbnail.mark and gate.changed(
            thumbnail.grey, last.thumbnail.grey, [ground.box for ground in self._grounds]
        )

    def _told(self, zone: Zone, stay: Stay, frame: Frame, *, fresh: bool) -> Observation:
        """The observation of a stay; a full disk costs its picture and not the observation."""
        told = stay_observation(self._camera, zone, stay, frame.at, self._timeline.shift)
        if self._keep is None or not self._is_pictured(told.attributes["stay"], stay.phase):
            return told
        try:
            reference = self._keep(self._evidence(zone, stay, frame, fresh=fresh))
            attributes = dict(told.attributes)
            attributes.update(self._sealed(reference, frame))
            if self._chain is not None:
                taken = Taken(
                    reference=reference, frame=frame_digest(frame.picture), camera=self._camera.id, zone=zone.id,
                    stay=attributes["stay"], phase=stay.phase.value, at=frame.at,
                )  # fmt: skip
                attributes["evidence_chain"] = self._chain(taken).hash
            return msgspec.structs.replace(told, evidence=(reference,), attributes=attributes)
        except OSError as error:
            return msgspec.structs.replace(told, attributes={**told.attributes, "evidence_missing": str(error)})

    def _sealed(self, reference: str, frame: Frame) -> dict[str, str]:
        """Keep the original, where originals are kept; what cannot be kept costs neither the picture nor the observation, and is told."""
        try:
            if self._seal is not None:
                self._seal(reference, lossless(frame.picture))
        except OSError as error:
            return {"original_missing": str(error)}
        return {}

    def _is_pictured(self, stay: str, phase: Phase) -> bool:
        """A stay has a picture of its opening and its close; between them the first minute, the second, the fourth, the eighth ..."""
        if phase is not Phase.LASTING:
            self._words.pop(stay, None)
            return True
        count = self._words[stay] = self._words.get(stay, 0) + 1
        return count & (count - 1) == 0

    def _evidence(self, zone: Zone, stay: Stay, frame: Frame, *, fresh: bool) -> bytes:
        """The picture. People may have walked since the model's last look, so it looks again before they are blurred."""
        seen = self.seen if fresh else self._looking.whole(frame.picture)
        if self._faces is not None:
            seen = (*seen, *self._faces.detect([frame.picture])[0])
        return evidence_jpeg(frame.picture, zone.polygon, stay.box, seen, Stamp(self._camera.id, zone.id, frame.at))


def _untaught(zone: str) -> None:
    """The head of any zone where nothing was taught."""
