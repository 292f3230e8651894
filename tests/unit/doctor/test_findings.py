"""Each finding of the doctor, word for word: what was found and what to do."""

from pathlib import Path

import pytest

from cityloop.commands.doctor import MARKS
from cityloop.doctor.finding import Finding, State, bad, diagnosis, good, optional
from cityloop.doctor.machine import LEAST_FREE, PROGRAMS, SBIN, examine_disk, examine_port, examine_programs, examine_python
from cityloop.doctor.names import NAMES, examine_names
from cityloop.doctor.services import examine_broker, examine_city, examine_database, examine_mqtt, examine_secrets
from config.settings import Settings
from tests.fakes.shut import shut

GIB = 1024**3
HOOK = "http://127.0.0.1/x"


@pytest.mark.parametrize(
    ("finding", "wanted"),
    [
        (examine_python((3, 11, 0)), good("python", "Python 3.11.0.")),
        (
            examine_python((3, 10, 99)),
            bad("python", "This is Python 3.10.99.", "Install Python 3.11 or newer and make a new environment with it."),
        ),
        (
            examine_python((2, 99, 0)),
            bad("python", "This is Python 2.99.0.", "Install Python 3.11 or newer and make a new environment with it."),
        ),
        (examine_port("cityloop_console_port", "127.0.0.1", 0), good("cityloop_console_port", "Any free port will be taken.")),
        (examine_mqtt(Settings()), optional("mqtt", "The MQTT door is off.", "Set CITYLOOP_MQTT=mqtt://host:port to take messages of devices.")),
        (examine_secrets(Settings()), good("webhook", "No default address of notices is set.")),
        (examine_secrets(Settings(webhook_secret="x")), good("webhook", "No default address of notices is set.")),
        (examine_secrets(Settings(webhook=HOOK, webhook_secret="x")), good("webhook", "Notices are signed.")),
        (
            examine_secrets(Settings(webhook=HOOK)),
            bad("webhook", "Notices are sent unsigned.", "Set CITYLOOP_WEBHOOK_SECRET (whsec_ and base64 of 24 random bytes or more)."),
        ),
        (
            examine_database(Settings(data="/nowhere/at/all")),
            optional("database", "/nowhere/at/all/cityloop.db is not there yet.", "Every role makes it when it starts; or run: cityloop db upgrade"),
        ),
        (
            examine_city(Settings(city="/nowhere/at/all")),
            bad(
                "city",
                "1 problem; the first: /nowhere/at/all: there is no such folder. Name the folder of a city, such as config/city.demo.",
                "Run: cityloop check-config /nowhere/at/all",
            ),
        ),
        (
            examine_broker(Settings())[-1],
            optional("topics", "The embedded broker forgets its topics with its process.", "They are made at each start."),
        ),
        (
            examine_names({"config": ["Cityloop"], "rules": ["b-rules", "a-rules", "b-rules"], "console": ["rich-console", "cityloop"]}),
            bad(
                "package names",
                "rules is also brought by a-rules, b-rules; console is also brought by rich-console.",
                "Install cityloop into an environment of its own: python -m venv .venv",
            ),
        ),
        (examine_names({}), good("package names", "bench, config, streams, detectors, rules, dispatch, console, cityloop belong to cityloop alone.")),
    ],
    ids=lambda finding: f"{finding.name}-{finding.state.value}" if isinstance(finding, Finding) else "",
)  # fmt: skip
def test_each_finding_in_its_words(finding: Finding, wanted: Finding) -> None:
    """Name, state, what was found and what to do about it."""
    assert finding == wanted


@pytest.mark.parametrize(
    ("free", "state"), [(0, State.BAD), (LEAST_FREE - 1, State.BAD), (LEAST_FREE, State.GOOD), (100 * GIB, State.GOOD)]
)
def test_a_disk_is_full_below_two_gibibytes(free: int, state: State, tmp_path: Path) -> None:
    """The bound itself is still enough."""
    assert examine_disk(tmp_path, free=lambda _: free).state is state


def test_the_disk_is_that_of_the_nearest_folder_above(tmp_path: Path) -> None:
    """A data folder that is still to be made is judged by the disk that it will lie on."""
    asked: list[Path] = []

    def free(folder: Path) -> int:
        asked.append(folder)
        return 5 * GIB

    assert examine_disk(tmp_path / "a" / "b", free=free) == good("disk", f"5.0 GiB free at {tmp_path}.")
    assert asked == [tmp_path]


def test_a_folder_that_may_not_be_written_is_bad(tmp_path: Path) -> None:
    """Free space is of no use there; what lies in a shut folder is judged by that folder."""
    told = examine_disk(tmp_path, free=lambda _: 5 * GIB, writable=lambda _: False)
    fix = "Change its permissions, or name another folder with CITYLOOP_DATA."
    assert told == bad("disk", f"{tmp_path} may not be written by this user.", fix)
    (tmp_path / "a").mkdir()
    with shut(tmp_path / "a"):
        found = examine_disk(tmp_path / "a" / "b", free=lambda _: 5 * GIB, writable=lambda _: True)
    assert found.state is State.GOOD


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_each_program_is_found_under_each_of_its_names(program: str) -> None:
    """On the path or in one of root's folders, under any of the names that distributions give it."""
    for name in PROGRAMS[program][0]:
        for place in (name, *(f"{folder}/{name}" for folder in SBIN)):
            found = {finding.name: finding for finding in examine_programs(lambda asked, place=place: place if asked == place else None)}  # type: ignore[misc]
            assert found[program] == good(program, f"{place}.")
            assert {finding.state for other, finding in found.items() if other != program} == {State.OPTIONAL}


def test_a_missing_program_says_who_misses_it() -> None:
    """Each row tells which use wants the program and how Debian installs it."""
    for finding in examine_programs(lambda _: None):
        assert finding.what == "Not found."
        assert "Debian: apt install" in finding.fix


def test_every_first_level_folder_is_guarded() -> None:
    """The names that must be ours alone are those of the packages that the distribution brings."""
    root = Path(__file__).parents[3]
    packages = {path.parent.name for path in root.glob("*/__init__.py")}
    assert set(NAMES) == packages


@pytest.mark.parametrize(
    ("states", "ok"),
    [
        ((), True),
        ((State.GOOD,), True),
        ((State.GOOD, State.OPTIONAL), True),
        ((State.GOOD, State.BAD, State.GOOD), False),
        ((State.OPTIONAL, State.BAD), False),
    ],
)
def test_only_what_is_bad_makes_the_whole_bad(states: tuple[State, ...], ok: bool) -> None:
    """The findings stay in their order, and what is optional excuses nothing and accuses nothing."""
    findings = [Finding(name=str(index), state=state, what="x") for index, state in enumerate(states)]
    result = diagnosis(iter(findings))
    assert (result.ok, list(result.findings)) == (ok, findings)


def test_every_state_has_its_colour() -> None:
    """People see a state as a word in a colour of its own."""
    assert set(MARKS) == {state.value for state in State}
    assert len(set(MARKS.values())) == len(State)
