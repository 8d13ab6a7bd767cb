from __future__ import annotations

from testflux.parse import sarif_http

REQUEST: dict[str, object] = {
    "protocol": "HTTP",
    "version": "1.1",
    "method": "POST",
    "target": "http://h/search",
    "headers": {"Host": "h", "Length": 3},
    "body": {"text": "q=1"},
}


def test_a_request_is_written_as_it_was_sent() -> None:
    assert sarif_http.request(REQUEST) == ("POST http://h/search HTTP/1.1\r\nHost: h\r\nLength: 3\r\n\r\n", "q=1")


def test_an_answer_is_written_as_it_came() -> None:
    answer: dict[str, object] = {
        "protocol": "HTTP",
        "version": "2",
        "statusCode": 404,
        "reasonPhrase": "Not Found",
        "body": {"text": "-"},
    }
    assert sarif_http.answer(answer) == ("HTTP/2 404 Not Found\r\n\r\n", "-")
    assert sarif_http.answer({"statusCode": 200}) == ("HTTP 200\r\n\r\n", "")


def test_there_may_be_none() -> None:
    assert sarif_http.request({}) == sarif_http.answer({}) == ("", "")
    assert sarif_http.answer({"noResponseReceived": True, "statusCode": 0}) == ("", "")
