"""An open page is its opener's alone (OWASP ASVS 5.0: 7.2.3, 8.2.2): Gradio's own name for it is a guessable word."""

import pytest

from chat.access.access import Access
from chat.access.bound import Pages, page_in
from chat.access.rejected import Rejected
from chat.access.routes import Need
from tests.chat.access.test_access import request
from tests.chat.access.test_routes import Told

PAGE = Need(frozenset({"ask", "search"}))


@pytest.mark.parametrize(
    ("path", "query", "page"),
    [
        ("/chat/gradio_api/heartbeat/abc", "", "abc"),
        ("/chat-en/gradio_api/queue/data", "session_hash=abc", "abc"),
        ("/chat/gradio_api/queue/data", "session_hash=mine&session_hash=abc", "abc"),
        ("/chat/gradio_api/queue/data", "session%5Fhash=abc", "abc"),
        ("/chat/gradio_api/queue/data", "", ""),
        ("/chat/", "session_hash=abc", ""),
    ],
)
def test_which_page_a_request_is_about(path: str, query: str, page: str) -> None:
    assert page_in({"path": path, "query_string": query.encode()}) == page


def test_asvs_8_2_2_what_a_page_is_sent_goes_to_who_opened_it_alone() -> None:
    access = Access([Told()])

    def of(who: str, path: str, query: str = "") -> dict[str, object]:
        return request(("x-who", who), path=path, query=query)

    opened = of("reader", "/chat/gradio_api/heartbeat/abc")
    access.admit(opened, PAGE)
    access.admit(of("reader", "/chat/gradio_api/queue/data", "session_hash=abc"), PAGE)
    for path, query in (
        ("/chat/gradio_api/queue/data", "session_hash=abc"),
        ("/chat-en/gradio_api/queue/data", "session_hash=abc"),
        ("/chat/gradio_api/heartbeat/abc", ""),
    ):
        with pytest.raises(Rejected) as rejected:
            access.admit(of("editor", path, query), PAGE)
        assert rejected.value.status == 403
    access.admit(of("editor", "/chat/gradio_api/queue/data", "session_hash=another"), PAGE)


def test_pages_are_bounded() -> None:
    pages = Pages(most=2)
    assert all(pages.is_open_to(page, "ming") for page in ("a", "b", "a", "c"))
    assert not pages.is_open_to("a", "lan")
    assert pages.is_open_to("b", "lan")  # forgotten: it had been quiet longest
