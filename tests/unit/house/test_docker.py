"""The container files say what the product has: its commands, settings, files and folders."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.settings import read_settings
from tests.house.tree import PACKAGES, ROOT

DOCKER = ROOT / "docker"
ROLES = ("gateway", "engine", "cameras", "dispatch", "console")


def read_yaml(path: Path) -> Any:
    """A YAML file as plain values, merge keys resolved."""
    return YAML(typ="safe").load(path)


COMPOSE: dict[str, Any] = read_yaml(DOCKER / "compose.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def compose_command() -> list[str]:
    """The compose client of this machine.

    Skips the test where there is none; no Docker engine is needed.
    """
    if shutil.which("docker") and subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0:
        return ["docker", "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    pytest.skip("neither `docker compose` nor docker-compose is on this machine")


def test_compose_accepts_the_file() -> None:
    """The compose client resolves the file without a variable set."""
    done = subprocess.run(
        [*compose_command(), "-f", "docker/compose.yaml", "config"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "cityloop" in done.stdout


def test_every_part_of_an_installation_is_there() -> None:
    """Each role, the log, the database, the devices' broker and the two watchers are services."""
    assert set(SERVICES) == {*ROLES, "kafka", "postgres", "mosquitto", "migrate", "prometheus", "grafana"}
    assert SERVICES["kafka"]["image"].startswith("apache/kafka:4.")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_runs_its_own_command(role: str) -> None:
    """Each role's service runs the command of its name, and the product has that role."""
    assert SERVICES[role]["command"] == ["run", role]
    assert (ROOT / "cityloop" / "roles" / f"{role}.py").is_file()


@pytest.mark.parametrize("service", [*ROLES, "migrate"])
def test_variables_are_settings(service: str) -> None:
    """Every variable that compose passes on is a setting that the product reads."""
    environment = SERVICES[service]["environment"]
    settings = read_settings(environment)
    assert settings.bootstrap_servers == "kafka:9092"
    assert settings.database_url.startswith("postgresql+psycopg://")


@pytest.mark.parametrize("service", SERVICES)
def test_ports_are_published_on_loopback_alone(service: str) -> None:
    """Nothing listens on an outer address unless an operator says so."""
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[service].get("ports", ()))


@pytest.mark.parametrize("service", SERVICES)
def test_images_are_pinned(service: str) -> None:
    """Each image names its version; none is `latest`."""
    _, _, version = SERVICES[service]["image"].partition(":")
    assert version
    assert version != "latest"


@pytest.mark.parametrize("service", SERVICES)
def test_mounted_files_exist(service: str) -> None:
    """Each file that a service mounts from the tree is in the tree."""
    sources = [volume.split(":")[0] for volume in SERVICES[service].get("volumes", ()) if volume.startswith(".")]
    assert [source for source in sources if not (DOCKER / source).exists()] == []


def test_named_volumes_are_declared() -> None:
    """Each named volume that a service uses is declared, and none is left over."""
    used = {
        name
        for service in SERVICES.values()
        for volume in service.get("volumes", ())
        if re.fullmatch(r"[a-z]+", name := volume.split(":")[0])
    }
    assert used == set(COMPOSE["volumes"])


@pytest.mark.parametrize("service", ROLES)
def test_our_containers_have_no_rights_they_do_not_need(service: str) -> None:
    """Read-only root, no capabilities, no new privileges."""
    found = SERVICES[service]
    assert found["read_only"]
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]


def test_no_password_is_in_the_files() -> None:
    """Passwords come from docker/.env, whose example is empty and which git ignores."""
    example = (DOCKER / ".env.example").read_text(encoding="utf-8")
    assert re.findall(r"^(?:\w*PASSWORD|\w*SECRET)=(.+)$", example, flags=re.MULTILINE) == []
    ignored = subprocess.run(["git", "check-ignore", "docker/.env"], cwd=ROOT, capture_output=True, check=False)
    assert ignored.returncode == 0


def dockerfile_stages() -> list[list[str]]:
    """The instructions of each build stage, continued lines joined."""
    text = (DOCKER / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    stages: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("FROM "):
            stages.append([])
        if line.strip() and not line.startswith("#"):
            stages[-1].append(line.strip())
    return stages


def test_the_image_is_built_in_stages_and_runs_as_nobody() -> None:
    """What runs has no compiler, and its last user is not root."""
    stages = dockerfile_stages()
    assert len(stages) == 3
    users = [line.split()[1] for line in stages[-1] if line.startswith("USER ")]
    assert users == ["cityloop"]
    assert not any("npm" in line or "pip install" in line for line in stages[-1])


def test_every_package_is_copied_into_the_image() -> None:
    """What the build copies exists and is let through by .dockerignore, and no package is forgotten."""
    copies = [line.split()[1:-1] for stage in dockerfile_stages() for line in stage if line.startswith("COPY ") and "--from" not in line]
    sources = {source for names in copies for source in names}
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    assert set(PACKAGES) <= sources
    assert [source for source in sources if source.split("/")[0] not in allowed] == []
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_devices_broker_keeps_what_the_integrators_page_asks_for() -> None:
    """The page's settings of mosquitto, with their values, are the ones that our own configuration has."""
    page = (ROOT / "docs" / "integrator.md").read_text(encoding="utf-8")
    [asked] = re.findall(r"in mosquitto set (.+?)as\s+`docker/mosquitto/mosquitto.conf` does", page, re.DOTALL)
    settings = re.findall(r"`([a-z_]+ \w+)`", asked)
    assert settings == ["persistence true", "autosave_interval 5", "max_queued_messages 0"]
    assert set(settings) <= set((DOCKER / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8").splitlines())
