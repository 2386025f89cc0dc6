"""What would leave this machine is refused and named; what stays on it is let through."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# In a process of its own: an audit hook cannot be taken away again.
TRIED = """
import socket, urllib.request
from chat.operations.egress import refuse_egress
attempts = refuse_egress()
try:
    {doing}
except OSError:
    pass
print(attempts)
"""


def attempts_of(doing: str) -> str:
    code = TRIED.format(doing=doing)
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


@pytest.mark.parametrize(
    ("doing", "attempt"),
    [
        ('socket.create_connection(("192.0.2.1", 9), timeout=1)', "192.0.2.1"),
        ('socket.socket().connect_ex(("192.0.2.1", 9))', "192.0.2.1:9"),
        ('socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53))', "192.0.2.1:53"),
        ('socket.socket(socket.AF_INET6).connect(("2001:db8::1", 443))', "2001:db8::1:443"),
        ('urllib.request.urlopen("http://reports.invalid/")', "reports.invalid"),
        ('socket.gethostbyname("reports.invalid")', "reports.invalid"),
    ],
)
def test_a_connection_beyond_this_machine_is_refused_and_named(doing: str, attempt: str) -> None:
    assert attempts_of(doing) == f"['{attempt}']"


@pytest.mark.parametrize(
    "doing",
    [
        'socket.create_connection(("127.0.0.1", 9), timeout=1)',
        'socket.create_connection(("localhost", 9), timeout=1)',
        'socket.socket(socket.AF_INET6).connect(("::1", 9))',
        'socket.socket(socket.AF_UNIX).connect("/nowhere.sock")',
        "socket.socketpair()",
    ],
)
def test_a_connection_within_it_is_let_through(doing: str) -> None:
    assert attempts_of(doing) == "[]"
