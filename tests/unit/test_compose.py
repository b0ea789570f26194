"""docker-compose.yml, Dockerfile and .dockerignore: what can be told without an engine."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from shared.settings import load_settings, variables
from tests.compose import ROOT, compose, compose_text, health_command

SERVICES: dict[str, dict[str, Any]] = compose({})["services"]
OURS = sorted(name for name, service in SERVICES.items() if "build" in service)


def test_every_variable_is_a_setting() -> None:
    asked_of_the_user = set(re.findall(r"(?<!\$)\$\{(\w+)", compose_text()))
    given_to_containers = {name for service in OURS for name in SERVICES[service]["environment"]}
    assert asked_of_the_user | given_to_containers <= set(variables())


def test_a_default_that_repeats_a_settings_default_is_the_same() -> None:
    defaults = {name: value for name, value in re.findall(r"\$\{(\w+):-([^${}]+)\}", compose_text()) if name != "MONGODB_URI"}
    assert defaults == {name: str(variables()[name].default) for name in ("HOST", "BACKEND_PORT", "VIDEO_PORT", "RECOMMENDATION_PORT")}


def test_the_env_file_may_be_absent() -> None:
    assert OURS == ["backend", "generator", "recommendation", "video"]
    for service in OURS:
        assert SERVICES[service]["env_file"] == [{"path": ".env", "required": False}]


@pytest.mark.parametrize(
    ("environ", "video"),
    [
        ({}, "http://localhost:8002"),
        ({"VIDEO_PORT": "9002", "BACKEND_PORT": "", "HOST": ""}, "http://localhost:9002"),
        ({"VIDEO_PORT": "9002", "VIDEO_PUBLIC_URL": "https://reels.example"}, "https://reels.example"),
    ],
)
def test_what_containers_get_are_settings_that_load(environ: dict[str, str], video: str) -> None:
    for service in OURS:
        settings = load_settings(compose(environ)["services"][service]["environment"], None)
        assert settings.video_base_url == video
        assert settings.mongo.mongodb_uri


def test_only_who_touches_media_gets_them_and_where_the_settings_say() -> None:
    media = {name: [volume for volume in SERVICES[name].get("volumes", []) if volume.startswith("media:")] for name in OURS}
    data_dir = load_settings(SERVICES["video"]["environment"], None).process.data_dir
    assert media == {"backend": [], "recommendation": [], "generator": [f"media:{data_dir}/media"], "video": [f"media:{data_dir}/media"]}


@pytest.mark.parametrize("name", ["backend", "video", "recommendation"])
def test_the_published_port_is_the_one_served(name: str) -> None:
    (published,) = SERVICES[name]["ports"]
    assert published.endswith(f":{health_command(name)[-1]}")
    assert f"--port {health_command(name)[-1]} " in SERVICES[name]["command"]


def test_every_service_has_a_health_check() -> None:
    checks = {name: service.get("healthcheck", {}) for name, service in SERVICES.items()}
    assert all(check.get("test") and not check.get("disable") for check in checks.values())
    assert checks["mongo"]["test"] == ["CMD", "runner", "healthcheck"]  # the image's own


@pytest.mark.parametrize("name", ["backend", "video", "recommendation"])
@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (404, False)])
def test_an_http_service_is_healthy_when_it_is_ready(name: str, status: int, healthy: bool) -> None:
    with answering("/health/ready", status) as port:
        assert run(name, port) == healthy


def test_an_http_service_that_does_not_answer_is_not_healthy() -> None:
    with answering("/health/ready", 200) as port:
        pass
    assert not run("backend", port)


def run(name: str, port: int) -> bool:
    """Whether the health check of a service passes, asking this port instead of its own, with a proxy in the environment."""
    python, *arguments, _ = health_command(name)
    assert python == "python"
    environment = {"http_proxy": "http://127.0.0.1:1"}
    return subprocess.run([sys.executable, *arguments, str(port)], env=environment, stderr=subprocess.DEVNULL, check=False).returncode == 0


@contextmanager
def answering(path: str, status: int) -> Iterator[int]:
    """The port of a server that answers `path` with `status`, anything else with 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == path else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            serving.join()


def test_what_the_image_copies_passes_the_dockerignore() -> None:
    copied = {
        source for line in re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.M) for source in line.split()
    }
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {source.split("/")[0] for source in copied} == let_through
    assert all((ROOT / source).exists() for source in copied)
