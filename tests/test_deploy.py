"""What the files of `deploy/`, the Dockerfile and compose.yaml name is there: paths, ports, commands, limits."""

import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from chat.access.configured import access_of, login_of
from chat.arguments import read_arguments
from chat.config import ServerConfig, load_config
from chat.operations.below import Below
from chat.operations.metrics import Metrics
from chat.service.server import FINISH_SECONDS, GRACE_SECONDS, TOLD_SECONDS
from ingest.reading import MAX_BYTES

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
UNIT = (DEPLOY / "reportqa.service").read_text("utf-8")
NGINX = {path.name: path.read_text("utf-8") for path in sorted(DEPLOY.glob("*.conf"))}
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]["reportqa"]
PORT = ServerConfig().port
STOP_SECONDS = FINISH_SECONDS + TOLD_SECONDS + GRACE_SECONDS


def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile with their arguments, lines joined."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.M).replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line.strip()]  # type: ignore[misc]


def arguments_of(command: str) -> list[str]:
    """The arguments of a call of reportqa, as the shell would split them."""
    return shlex.split(command.split("reportqa", 1)[1].split("/bin/reportqa", 1)[-1])


def test_the_sample_configuration_is_one(tmp_path: Path) -> None:
    config = load_config(DEPLOY / "reportqa.toml")
    assert (config.server.port, config.logs.format) == (PORT, "json")
    assert "none" not in config.access.ways
    access_of(config, tmp_path, host=config.server.host, login=login_of(config))  # a service may start with it


def test_the_sub_path_is_the_one_that_its_configuration_names() -> None:
    text = NGINX["nginx-subpath.conf"]
    (address,) = re.findall(r'external_url = "(.+)"', text)
    shown = urlsplit(address)
    Below(None, shown.path)  # type: ignore[arg-type]
    assert f"location {shown.path}/ {{" in text
    assert f"server_name {shown.netloc};" in text


def test_everything_copied_into_the_image_is_there_and_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    copied = [
        name for step, rest in steps() if step == "COPY" and "--from" not in rest for name in shlex.split(rest)[:-1]
    ]
    assert copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name.split('/')[0]}" in ignored


def test_the_image_has_every_package_of_the_project() -> None:
    found = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]["find"]
    packages = {pattern.removesuffix("*") for pattern in found["include"]}
    copied = {rest.split()[0] for step, rest in steps() if step == "COPY"}
    assert packages == {"ingest", "index", "chat"} <= copied


def test_the_image_runs_as_nobody_special_and_its_last_stage_builds_nothing() -> None:
    final = DOCKERFILE.split("AS service")[1]
    assert re.search(r"^USER (?!0|root)\d+:\d+$", final, re.M)
    assert "pip install" not in final
    assert not re.search(r"\b(gcc|g\+\+|make|build-essential)\b", final)


def test_the_image_and_the_makefile_install_the_same_torch() -> None:
    pinned = re.findall(r"torch==[\d.]+", DOCKERFILE + (ROOT / "Makefile").read_text("utf-8"))
    assert len(pinned) == 2
    assert len(set(pinned)) == 1


def test_the_probe_of_the_image_asks_a_route_on_the_port_that_is_exposed() -> None:
    assert f"EXPOSE {PORT}" in DOCKERFILE
    assert f"http://127.0.0.1:{PORT}/healthz" in DOCKERFILE


def test_the_commands_are_commands() -> None:
    (entry,), (command,) = ([rest for step, rest in steps() if step == name] for name in ("ENTRYPOINT", "CMD"))
    assert entry == '["reportqa"]'
    assert read_arguments(yaml.safe_load(command)).command == "chat"
    (fetch,) = re.findall(r"/opt/reportqa/bin/(reportqa .+)", DOCKERFILE)
    assert read_arguments(arguments_of(fetch)).action == "fetch"
    (start,) = re.findall(r"^ExecStart=/opt/reportqa/bin/(.+)$", UNIT, re.M)
    started = read_arguments(arguments_of(start))
    assert (started.command, started.port) == ("chat", PORT)


@pytest.mark.parametrize("name", ["operations.md", "offline.md"])
def test_the_commands_of_the_documentation_are_commands(name: str) -> None:
    shown = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / name).read_text("utf-8"), re.S)
    lines = [line.partition(" # ")[0].rstrip("'") for block in shown for line in block.splitlines()]
    calls = [re.split(r"(?:^|[\s/])reportqa(?= (?:--config|[a-z]))", line, maxsplit=1) for line in lines]
    commands = [call[1].split(" && ")[0] for call in calls if len(call) == 2 and "systemctl" not in call[0] + call[1]]
    commands = [each for each in commands if "useradd" not in each and not each.startswith(" and")]
    assert commands
    for command in commands:
        read_arguments(shlex.split(command))


def test_the_targets_of_the_documentation_are_targets() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
    for name in ("operations.md", "offline.md"):
        named = re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)", (ROOT / "docs" / name).read_text("utf-8"), re.M)
        assert {first or second for first, second in named} <= set(targets)


def test_the_metrics_that_are_documented_are_told() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    metrics = Metrics()
    told = metrics.text().decode()
    counted = set(re.findall(r"`(reportqa_\w+_total)", text))
    assert counted == set(re.findall(r"^# TYPE (reportqa_\w+_total) counter", told, re.M))
    assert "reportqa_waiting_seconds_bucket" in told


def test_the_models_are_baked_where_the_image_looks_for_them() -> None:
    """The folder of the sample configuration is replaced for the fetch, and is where the last stage puts them."""
    folder = load_config(DEPLOY / "reportqa.toml").models.folder
    assert f'folder = "{folder}"' in (DEPLOY / "reportqa.toml").read_text("utf-8")
    assert f'''s#^folder = "{folder}"#folder = "/models"#''' in DOCKERFILE
    assert re.search(rf"COPY --from=models .* /models {folder}$", DOCKERFILE, re.M)


def test_the_container_may_write_what_the_configuration_puts_there_and_nothing_else() -> None:
    config = load_config(DEPLOY / "reportqa.toml")
    assert COMPOSE["read_only"] is True
    assert COMPOSE["cap_drop"] == ["ALL"]
    assert COMPOSE["security_opt"] == ["no-new-privileges:true"]
    mounted = [volume.split(":")[1] for volume in COMPOSE["volumes"] if not volume.endswith(":ro")]
    for folder in (config.corpus.folder, config.index.folder, config.models.folder):
        assert any(folder.startswith(f"{mount}/") for mount in mounted)
        assert folder.startswith("/var/lib/reportqa/")
    assert "StateDirectory=reportqa\n" in UNIT


def test_the_container_answers_to_this_machine_alone() -> None:
    assert COMPOSE["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]


def test_a_stop_is_waited_for_longer_than_answers_are_let_finish() -> None:
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", UNIT, re.M)
    assert int(seconds) > STOP_SECONDS
    assert int(COMPOSE["stop_grace_period"].removesuffix("s")) > STOP_SECONDS
    told = re.findall(r"(?:lets answers finish for) (\d+)", UNIT + (ROOT / "compose.yaml").read_text("utf-8"))
    assert {int(each) for each in told} == {STOP_SECONDS}


@pytest.mark.parametrize("name", NGINX)
def test_the_proxy_passes_what_the_service_needs_and_nothing_that_it_would_believe(name: str) -> None:
    text = NGINX[name]
    assert f"server 127.0.0.1:{PORT};" in text
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", text)
    assert int(megabytes) << 20 >= MAX_BYTES
    (silence,) = re.findall(r"proxy_read_timeout (\d+)s;", text)
    assert int(silence) >= load_config(DEPLOY / "reportqa.toml").limits.answer_seconds
    for line in (
        "proxy_buffering off;",
        "proxy_set_header Host $http_host;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Proto $scheme;",
        'proxy_set_header X-Forwarded-Host "";',
        'proxy_set_header Remote-User "";',
        "http2",
    ):
        assert line in text


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
@pytest.mark.parametrize("name", NGINX)
def test_nginx_takes_its_configuration(name: str, tmp_path: Path) -> None:
    certificate = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-days", "1"]
    files = ["-keyout", f"{tmp_path}/reportqa.key", "-out", f"{tmp_path}/reportqa.crt"]
    subprocess.run([*certificate, *files], check=True, capture_output=True, timeout=30)
    (tmp_path / name).write_text(NGINX[name].replace("/etc/nginx/", f"{tmp_path}/"), "utf-8")
    main = tmp_path / "main"
    main.write_text(
        f"pid {tmp_path}/pid; error_log stderr;\nevents {{}}\nhttp {{ access_log off; include {tmp_path / name}; }}\n"
    )
    tried = subprocess.run(["nginx", "-t", "-c", main], capture_output=True, text=True, check=False, timeout=30)
    assert tried.returncode == 0, tried.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "reportqa.service"
    unit.write_text(re.sub(r"/opt/reportqa/bin/reportqa", "/bin/true", UNIT), "utf-8")
    tried = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False, timeout=60)
    complaints = [line for line in tried.stderr.splitlines() if "reportqa.service" in line]
    assert not complaints
