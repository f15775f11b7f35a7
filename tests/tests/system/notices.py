"""A mail server that wants STARTTLS and a password, and a program of the house that is told by HTTPS.

notices.py FOLDER: in it are server.pem and server.key; what is received is written there, and `ports` when both listen.
"""

import http.server
import json
import pathlib
import ssl
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

folder = pathlib.Path(sys.argv[1])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder / "server.pem", folder / "server.key")
count = iter(range(10_000))


def keep(kind, text):
    # Whole under its last name, so that nobody reads a half.
    part = folder / f"{kind}-part"
    part.write_text(text, encoding="utf-8")
    part.rename(folder / f"{kind}-{next(count):04}")


class Mailbox:
    async def handle_DATA(self, server, session, envelope):
        keep("mail", json.dumps({
            "tls": session.ssl is not None,
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "raw": envelope.content.decode("utf-8"),
        }))
        return "250 kept"


def authenticator(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"dokuei", b"hare nochi ame")
    # Not handled here: the server says 235 or 535 itself.
    return AuthResult(success=right, handled=False)


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
        keep("hook", json.dumps({"signature": self.headers["Dokuei-Signature"], "body": body}))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


mail = Controller(Mailbox(), hostname="127.0.0.1", port=0, tls_context=context, require_starttls=True,
                  auth_required=True, auth_require_tls=True, authenticator=authenticator)
try:
    mail.start()
except OSError:
    pass  # It looks for itself at port 0 and does not find itself; it listens all the same.
hook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
hook.socket = context.wrap_socket(hook.socket, server_side=True)
ports = {"smtp": mail.server.sockets[0].getsockname()[1], "https": hook.server_address[1]}
keep("listening", json.dumps(ports))
(folder / "ports").write_text(json.dumps(ports), encoding="utf-8")
threading.Thread(target=hook.serve_forever, daemon=True).start()
threading.Event().wait()
