"""Laws of the simulated street."""

from hypothesis import given
from hypothesis import strategies as st

from cityloop.demo.street.lives import CYCLE, Life, Stretch, due
from config.moment import SECOND
from config.sources import Device

BEGAN = 1_760_000_000 * SECOND


@st.composite
def street(draw: st.DrawFn) -> list[Life]:
    """A few devices with stretches in order."""
    found = []
    for index in range(draw(st.integers(1, 4))):
        edges = sorted(draw(st.lists(st.integers(2, int(CYCLE) - 2), min_size=0, max_size=8, unique=True)))
        stretches = tuple(Stretch(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False))
        device = Device(id=f"sensor/d{index}", adapter="zigbee2mqtt", address=f"d{index}", kinds=("door", "battery"), name="", lon=0, lat=0)
        found.append(Life(device, "door", draw(st.floats(0, 20)), stretches))
    return found


@given(street(), st.lists(st.integers(1, 30_000), min_size=1, max_size=20))
def test_steps_of_any_length_tell_the_same(devices: list[Life], steps: list[int]) -> None:
    """However often somebody asks what is due, nothing is left out and nothing comes twice."""
    now, found = BEGAN, []
    for step in steps:
        found += due(devices, BEGAN, now, now + step * 1000)
        now += step * 1000
    assert found == due(devices, BEGAN, BEGAN, now)


@given(street())
def test_values_follow_from_the_last_change(devices: list[Life]) -> None:
    """Between two changes a device never tells another value than at the first of them."""
    for life in devices:
        edges = {round(edge * 1000) for stretch in life.stretches for edge in (stretch.start, stretch.end)}
        told = None
        for report in due([life], BEGAN, BEGAN, BEGAN + round(CYCLE) * SECOND - 1):
            if (report.at - BEGAN) // 1000 not in edges:
                assert told is None or report.value == told
            told = report.value


@given(street())
def test_no_device_reports_twice_at_one_instant(devices: list[Life]) -> None:
    """A report is told by its device and its time, so its observation ids are unique."""
    found = due(devices, BEGAN, BEGAN, BEGAN + 2 * round(CYCLE) * SECOND)
    assert len({(report.device.id, report.at) for report in found}) == len(found)
