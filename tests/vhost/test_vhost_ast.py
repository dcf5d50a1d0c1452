"""Old clients of Alexa Site Thumbnail come to port 80: through the web servers, too."""

from servers import front, service
from vhost.sites import need, printed


def test_a_client_of_alexas_is_answered_through_the_web_server(kind: str) -> None:
    module = need(kind)
    with (
        front.readable_folder() as folder,
        service.running(folder, ast_hosts="ast.amazonaws.com", jobs_embedded=False) as running,
    ):
        port = front.free_port()
        text = printed(
            kind,
            *("--server-name", "ast.amazonaws.com", "--listen", f"127.0.0.1:{port}"),
            *("--upstream", f"127.0.0.1:{running.port}"),
            data=running.data,
        )
        with module.running(folder / kind, text, port, ""):
            for method, path in (("GET", "/?Action=x"), ("POST", "/"), ("POST", "/Xino/?Action=y")):
                answer = front.ask(port, path, method, host="ast.amazonaws.com")
                assert answer.status == 400
                assert answer.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<Response>')
