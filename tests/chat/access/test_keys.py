"""Keys for programs; ids in the names are OWASP ASVS 5.0 items."""

import logging
import re
import sqlite3
import stat
from datetime import date
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from chat.access.access import Access
from chat.access.caller import Caller, NotKnown
from chat.access.keys import BadKeyRequest, Keys, KeyStore, KeysUnavailable
from chat.access.rejected import Rejected
from chat.cli import main
from chat.service.app import make_app
from tests.chat.service.test_app import HOME
from tests.fakes import ScriptedAssistant

JUNE = date(2027, 6, 1)


class Days:
    """A calendar for tests."""

    def __init__(self) -> None:
        self.today = JUNE

    def __call__(self) -> date:
        return self.today


@pytest.fixture
def days() -> Days:
    return Days()


@pytest.fixture
def store(tmp_path: Path, days: Days) -> KeyStore:
    return KeyStore(tmp_path / "index" / "keys.sqlite3", today=days)


def bearer(key: str, scheme: str = "Bearer") -> Headers:
    return Headers({"authorization": f"{scheme} {key}"})


def test_a_key_proves_its_name_its_groups_and_just_its_scopes(store: KeyStore) -> None:
    key = store.add("erp", ["ask"], groups=["研发部"], per_minute=30)
    assert Keys(store).caller(bearer(key), "203.0.113.9") == Caller(
        "key", "erp", frozenset({"研发部"}), frozenset({"ask"}), per_minute=30
    )
    assert Keys(store).caller(bearer(key, "bearer"), "203.0.113.9") is not None


def test_asvs_11_5_1_a_key_has_a_known_beginning_and_at_least_192_random_bits(store: KeyStore) -> None:
    keys = [store.add(f"n{number}", ["ask"]) for number in range(20)]
    secrets = [re.fullmatch(r"rqa_[0-9a-f]{8}([A-Za-z0-9_-]{43})", key) for key in keys]
    assert all(secrets)
    assert len({secret[1] for secret in secrets if secret}) == 20
    assert 43 * 6 > 192  # of base64, which 32 random bytes fill


def test_asvs_11_4_2_nothing_of_a_key_but_its_digest_is_on_the_disk(store: KeyStore) -> None:
    key = store.add("erp", ["ask"])
    written = b"".join(file.read_bytes() for file in store.path.parent.iterdir())
    assert key[12:].encode() not in written
    assert key[12:30].encode() not in written
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "spoilt", ["", "rqa_", "rqa_00000000" + "A" * 43, "cut", "longer", "other secret", "other case"]
)
def test_what_is_no_key_proves_nothing(store: KeyStore, spoilt: str) -> None:
    key = store.add("erp", ["ask"])
    presented = {
        "cut": key[:-1],
        "longer": key + "A",
        "other secret": key[:12] + ("A" if key[12] != "A" else "B") + key[13:],
        "other case": key.swapcase().replace("RQA_", "rqa_"),
    }.get(spoilt, spoilt)
    if presented.startswith("rqa_"):
        with pytest.raises(NotKnown):
            Keys(store).caller(bearer(presented), "203.0.113.9")
    else:
        assert Keys(store).caller(bearer(presented), "203.0.113.9") is None


def test_only_a_bearer_header_carries_a_key(store: KeyStore) -> None:
    key = store.add("erp", ["ask"])
    for headers in (
        {"authorization": key},
        {"authorization": f"Basic {key}"},
        {"x-api-key": key},
        {"cookie": f"key={key}"},
    ):
        assert Keys(store).caller(Headers(headers), "203.0.113.9") is None


def test_another_programs_token_says_nothing_of_this_way(store: KeyStore) -> None:
    store.add("erp", ["ask"])
    assert Keys(store).caller(bearer("sk-anything"), "127.0.0.1") is None


def test_a_revoked_key_proves_nothing_from_then_on_and_its_name_is_free_again(store: KeyStore) -> None:
    first, other = store.add("erp", ["ask"]), store.add("bi", ["ask"])
    with pytest.raises(BadKeyRequest, match="已有名为 erp 的密钥"):
        store.add("erp", ["ask"])
    store.revoke("erp")
    assert store.proved_by(first) is None
    assert store.proved_by(other) is not None
    second = store.add("erp", ["ask"])
    assert store.proved_by(second) is not None
    assert store.revoke(second[4:12]).name == "erp"
    with pytest.raises(BadKeyRequest, match="没有名称或编号为 erp"):
        store.revoke("erp")


def test_a_key_holds_to_the_end_of_its_last_day(store: KeyStore, days: Days) -> None:
    key = store.add("erp", ["ask"], expires=date(2027, 6, 2))
    held = []
    for day in (1, 2, 3):
        days.today = date(2027, 6, day)
        held.append(store.proved_by(key) is not None)
    assert held == [True, True, False]


def test_the_day_of_the_last_use_is_noted_once_a_day(store: KeyStore, days: Days) -> None:
    key = store.add("erp", ["ask"])
    assert store.keys()[0].last_used is None
    store.proved_by(key)
    before = store.path.stat().st_mtime_ns, (store.path.parent / "keys.sqlite3-wal").exists()
    store.proved_by(key)
    assert (store.path.stat().st_mtime_ns, (store.path.parent / "keys.sqlite3-wal").exists()) == before
    days.today = date(2027, 6, 9)
    store.proved_by(key)
    assert store.keys()[0].last_used == date(2027, 6, 9)


@pytest.mark.parametrize(
    ("name", "scopes", "expires"),
    [
        ("", ["ask"], None),
        ("a\nb", ["ask"], None),
        ("长" * 61, ["ask"], None),
        ("erp", [], None),
        ("erp", ["ask"], date(2027, 5, 31)),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(
    store: KeyStore, name: str, scopes: list[str], expires: date | None
) -> None:
    with pytest.raises(BadKeyRequest):
        store.add(name, scopes, expires=expires)  # type: ignore[arg-type]
    assert store.keys() == []


def test_looking_a_key_up_makes_no_file(store: KeyStore) -> None:
    assert store.proved_by("rqa_00000000" + "A" * 43) is None
    assert not store.path.parent.exists()


def test_keys_that_cannot_be_read_are_no_reason_to_let_somebody_in(
    store: KeyStore, caplog: pytest.LogCaptureFixture
) -> None:
    key = store.add("erp", ["ask"])
    store.path.write_bytes(b"nonsense" * 100)
    with pytest.raises(KeysUnavailable, match=re.escape(str(store.path))):
        store.keys()
    with caplog.at_level(logging.INFO), pytest.raises(Rejected) as rejected:
        Keys(store).caller(bearer(key), "203.0.113.9")
    assert (rejected.value.status, str(store.path) in str(rejected.value.message)) == (503, False)
    assert key[12:] not in caplog.text


def test_another_programs_database_is_left_alone(store: KeyStore) -> None:
    store.path.parent.mkdir()
    with sqlite3.connect(store.path) as other:
        other.execute("PRAGMA application_id = 7")
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(KeysUnavailable, match="别的程序"):
        store.add("erp", ["ask"])


def test_on_the_command_line_a_key_is_made_listed_and_revoked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (
        main(
            [
                "key",
                "add",
                "erp",
                "--scope",
                "ask",
                "--scope",
                "search",
                "--per-minute",
                "30",
                "--group",
                "研发部",
                "--expires",
                "2099-01-01",
            ]
        )
        == 0
    )
    made = capsys.readouterr()
    key = made.out.strip()
    assert re.fullmatch(r"rqa_\S{51}", key)
    assert "只显示这一次" in made.err
    assert 'ways = ["keys"]' in made.err
    assert main(["key", "list"]) == 0
    listed = capsys.readouterr()
    assert all(word in listed.out for word in ("erp", key[:12], "ask", "search", "研发部", "30", "2099-01-01", "有效"))
    assert key[12:] not in listed.out + listed.err
    assert main(["key", "revoke", "erp"]) == 0
    assert main(["key", "revoke", "erp"]) == 2
    capsys.readouterr()
    assert main(["key", "list"]) == 0
    assert "已吊销" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    ["add erp", "add erp --scope all", "add erp --scope ask --expires soon", "add erp --scope ask --per-minute 0"],
)
def test_a_slip_on_the_command_line_makes_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["key", *arguments.split()])
    assert (stopped.value.code, capsys.readouterr().err.count("\n")) == (2, 1)
    assert list(tmp_path.iterdir()) == []


def test_asvs_16_2_5_no_key_is_in_the_log_or_in_what_is_answered(
    store: KeyStore, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    right = store.add("erp", ["search"])
    wrong = right[:-4] + "AAAA"
    app = make_app(ScriptedAssistant(), access=Access([Keys(store)]))
    said = []
    with caplog.at_level(logging.DEBUG), TestClient(app, base_url=HOME) as client:
        for key in (right, wrong):
            headers = {"authorization": f"Bearer {key}", "accept": "text/html"}
            for path in ("/api/v1/reports/none", "/chat/", f"/reports/{key}", f"/api/v1/reports/none?key={key}"):
                response = client.get(path, headers=headers if "key" not in path else {})
                said.append(response.text + str(response.headers))
            said.append(client.post("/api/v1/ask", headers=headers, json={"question": "销量？"}).text)
    out, err = capfd.readouterr()
    ours = "\n".join(str(vars(record)) for record in caplog.records if not record.name.startswith("httpx"))
    for key in (right, wrong):
        assert key[12:] not in ours + out + err + "".join(said)
