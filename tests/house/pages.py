"""Runs a page's commands in a folder that looks like a clone of the tree."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from streams.leash import leash
from tests.house.snippets import Block, Step, first_missing, read_blocks
from tests.house.tree import ROOT

SECONDS = 180.0
"""How long one command may take."""
CONSOLE, GATEWAY = "http://127.0.0.1:8080", "http://127.0.0.1:8090"
"""What pages call the console and the ingest API; the demo may have other ports."""
_KEEPS_VARIABLES = 'set -a\nif [ -f "$PAGE_STATE" ]; then . "$PAGE_STATE"; fi\n{command}\ncode=$?\nexport -p > "$PAGE_STATE"\nexit $code\n'


class Demo:
    """A running demo that pages' commands talk to."""

    def __init__(self, folder: Path, *, seconds: float = 120.0) -> None:
        self.said: list[str] = []
        self._ready = threading.Event()
        self._process = subprocess.Popen(
            [str(Path(sys.executable).with_name("cityloop")), "demo", "--port", "0", "--data", str(folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environment(),
            preexec_fn=leash(),  # noqa: PLW1509  # All that it does is a call of the kernel.
        )
        threading.Thread(target=self._listen, daemon=True).start()
        if not self._ready.wait(seconds):
            self.stop()
            raise RuntimeError(f"the demo is not up after {seconds:.0f} s: {''.join(self.said)[-2000:]}")

    def _listen(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self.said.append(line)
            if "Ctrl-C" in line:
                self._ready.set()

    def address(self, label: str) -> str:
        """What the demo's start page says after a label, up to the next blank."""
        match = re.search(rf"^ *{label} +(\S+)", "".join(self.said), re.MULTILINE)
        assert match is not None, f"the demo does not tell {label!r}"
        return match[1]

    def stop(self) -> None:
        """End the demo as Ctrl-C would."""
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise


def clean_environment() -> dict[str, str]:
    """The environment of a user: our commands first on the path, no setting of cityloop."""
    found = {name: value for name, value in os.environ.items() if not name.startswith("CITYLOOP_")}
    return {**found, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1", "COLUMNS": "200"}


def like_a_clone(folder: Path) -> Path:
    """A folder whose entries are those of the tree, so that commands may write beside them."""
    for entry in ROOT.iterdir():
        if not entry.name.startswith(".") and entry.name not in {"data", "build"}:
            (folder / entry.name).symlink_to(entry)
    return folder


def run_page(page: Path, folder: Path, demo: Demo | None = None) -> list[str]:
    """Run a page's blocks from top to bottom; returns what went wrong, with the place of each."""
    environment = {**clean_environment(), "PAGE_STATE": str(folder / ".page-state")}
    if demo is not None:
        environment["CITYLOOP_DATA"] = demo.address("logs and data")
    shell = Shell(folder, environment)
    faults: list[str] = []
    try:
        for block in read_blocks(page):
            if "file" in block.words:
                target = folder / block.words["file"]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(_moved(block.text, demo), encoding="utf-8")
            elif block.language == "console" and "skip" not in block.words:
                faults.extend(_run_block(page, block, shell, demo))
    finally:
        shell.stop()
    return faults


def wants_demo(page: Path) -> bool:
    """Whether a block of the page is to be run while the demo is up."""
    return any(block.words.get("with") == "demo" for block in read_blocks(page))


def _run_block(page: Path, block: Block, shell: "Shell", demo: Demo | None) -> list[str]:
    found = []
    for step in block.steps:
        fault = _fault(step, demo, *shell.run(_moved(step.command, demo)))
        if fault is not None:
            found.append(f"{page.name}:{step.line}: $ {step.command}\n{fault}")
    return found


def _fault(step: Step, demo: Demo | None, code: int | None, printed: str) -> str | None:
    if code != step.code:
        ended = f"did not end within {SECONDS:.0f} s" if code is None else f"ended with {code}, not {step.code}"
        return f"{ended}:\n{printed[-1500:]}"
    missing = first_missing([_moved(line, demo) for line in step.expected], printed)
    return None if missing is None else f"did not print {missing!r} in its turn, but:\n{printed[-1500:]}"


class Shell:
    """Runs commands one after the other; variables last, and what was left running in the background ends with it.

    Args:
        folder: where commands run.
        environment: of the first command.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder, self._environment = folder, dict(environment)
        self._groups: list[int] = []

    def run(self, command: str) -> tuple[int | None, str]:
        """The exit code (``None``: it did not end in time) and what was printed on both streams."""
        with (self._folder / ".page-output").open("w+", encoding="utf-8") as printed:
            process = subprocess.Popen(
                ["/bin/sh", "-c", _KEEPS_VARIABLES.replace("{command}", command)],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._groups.append(process.pid)
            try:
                code: int | None = process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                code = None
                _signal(process.pid, signal.SIGKILL)
                process.wait()
            printed.seek(0)
            return code, printed.read()

    def stop(self) -> None:
        """End what still runs in the background, gently and then at once."""
        for group in self._groups:
            _signal(group, signal.SIGTERM)
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and any(_signal(group, 0) for group in self._groups):
            time.sleep(0.1)
        for group in self._groups:
            _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    """Signal a process group; false when it is gone."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def _moved(text: str, demo: Demo | None) -> str:
    """The text with the demo's real addresses."""
    if demo is None:
        return text
    gateway = demo.address("ingest API").removesuffix("/v1/observations")
    return text.replace(CONSOLE, demo.address("console").rstrip("/")).replace(GATEWAY, gateway)
