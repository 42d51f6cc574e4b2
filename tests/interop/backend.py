"""A backend that answers with what it was asked, as JSON; run as `python3 backend.py PORT`."""

import http.server
import json
import sys


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode("latin-1")
        status = int(self.path.rpartition("status=")[2]) if "status=" in self.path else 200
        text = json.dumps({
            "method": self.command, "target": self.path, "version": self.request_version,
            "headers": [[name, value] for name, value in self.headers.items()], "body": body,
        }).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("X-Backend", "echo")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        print(format % args, flush=True)


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Echo)
    print("ready", flush=True)
    server.serve_forever()
