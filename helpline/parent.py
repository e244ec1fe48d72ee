"""A made-up page of an organisation's own, to try the bubble on. Only `manage.py up` serves it.

    python -m helpline.parent --fd 3 --chat http://tidaholm.localhost:8000

It stands on another port and another name than the line, as a municipality's pages do, and asks
browsers to let in what such a page needs and nothing more: the script, the frame, the status.
``/strict`` leaves out the status as well.
"""

from __future__ import annotations

import argparse
import socket
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from string import Template

PLACE = "kommun.localhost"
# The one of the demo's lines that has a bubble.
LINE = "tidaholm"
POLICY = "default-src 'none'; style-src 'self'; script-src $chat/bubble.js; frame-src $chat/"
PAGE = Template("""<!doctype html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Påhittad kommun</title>
<link rel="stylesheet" href="/page.css">
</head>
<body>
<header><p>Påhittad kommun</p></header>
<main>
<h1>Stöd för dig som är ung</h1>
<p>Den här sidan låtsas vara kommunens egen. Den finns bara här, för att prova pratbubblan.</p>
<p>Bubblan visas nere till höger när chatten är öppen och någon är redo att svara. Logga in vid
linjens skrivbord och tryck på <em>Redo</em>, så kommer den inom en halv minut.</p>
<p>Så här ser raden ut som en kommun lägger in på sin sida:</p>
<pre>&lt;script src="$chat/bubble.js" async&gt;&lt;/script&gt;</pre>
<h2>Öppettider</h2>
<p>Onsdagar 14–17.</p>
</main>
<script src="$chat/bubble.js" async></script>
</body>
</html>
""")
STYLE = """body { margin: 0; font: 18px/1.6 Georgia, serif; color: #222; background: #fff; }
header { padding: 16px 24px; background: #1d4f7c; color: #fff; font-weight: bold; }
main { max-width: 640px; margin: 0 auto; padding: 24px; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 12px; background: #eef2f6; }
/* A page's rules for its own buttons, which must not reach the bubble. */
button, a, div { font-size: 30px !important; background: #0a0 !important; border-radius: 0 !important; }
"""


class Parent(ThreadingHTTPServer):
    """The page on a listening socket. ``chat`` is the origin of the line whose bubble it shows."""

    daemon_threads = True

    def __init__(self, listener: socket.socket, chat: str) -> None:
        super().__init__(listener.getsockname()[:2], _Page, bind_and_activate=False)
        self.socket.close()
        self.socket, self.chat = listener, chat


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Parent)
        chat = self.server.chat
        policy = Template(POLICY).substitute(chat=chat)
        match self.path.partition("?")[0]:
            case "/":
                policy += f"; connect-src {chat}/api/status"
            case "/page.css":
                return self._answer(STYLE, "text/css", policy)
            case "/strict":
                pass
            case _:
                return self.send_error(HTTPStatus.NOT_FOUND)
        return self._answer(PAGE.substitute(chat=chat), "text/html", policy)

    def _answer(self, text: str, kind: str, policy: str) -> None:
        body = text.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its caller's name
        """Say nothing: what is asked here would be written with an address."""


def main() -> None:
    """Serve until the end."""
    parser = argparse.ArgumentParser(prog="python -m helpline.parent")
    parser.add_argument("--fd", type=int, required=True, help="serve this listening socket")
    parser.add_argument("--chat", required=True, help="the origin of the line")
    options = parser.parse_args()
    Parent(socket.socket(fileno=options.fd), options.chat).serve_forever()


if __name__ == "__main__":
    main()
