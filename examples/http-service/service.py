#!/usr/bin/env python3
"""A composable service over plain HTTP, on Python's standard library alone.

It keeps a stock of things and reserves some of them, with the three endpoints that every composable service has:

    POST /execute  { item, quantity, requestId? }  ->  200 { result: { reservation, item, quantity, left } }
    POST /repeat   the same; a known requestId is answered as before and nothing is reserved, here and by execute
    POST /revert   { requestId }  ->  200 { status: "reverted" }, or "noop" when there is nothing to give back

    GET  /forms    what can be asked, with links       GET /ping    { status: "ok" }

It registers itself at the gateway when it starts and unregisters when it is told to stop (SIGTERM or Ctrl-C).
The platform knows nothing of it but what it registers; a job finds it by the tag `stock`.
"""

import argparse
import json
import signal
import sys
import threading
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME = "http-service"
TAGS = ["stock", "http"]
BODY_LIMIT = 1024 * 1024


class Refused(Exception):
    """A request that is not carried out: a status and one sentence."""

    def __init__(self, status, sentence):
        super().__init__(sentence)
        self.status = status


class Stock:
    """What there is, and what each request has done. One lock: an effect and its record change together."""

    def __init__(self, items):
        self._lock = threading.Lock()
        self._left = dict(items)
        self._done = {}  # requestId -> (item, quantity, answer); None when it was reverted

    def execute(self, request):
        """Reserves, once for a requestId; so repeating is no different, and the requestId alone is enough then."""
        request_id = request.get("requestId")
        if request_id is not None and not isinstance(request_id, str):
            raise Refused(400, f"Invalid value for 'requestId': '{request_id}'. Must be a string")
        with self._lock:
            if request_id in self._done:
                return self._answered(request_id)
            item, quantity = self._checked(request)
            self._left[item] -= quantity
            answer = {
                "result": {
                    "reservation": str(uuid.uuid4()),
                    "item": item,
                    "quantity": quantity,
                    "left": self._left[item],
                }
            }
            if request_id is not None:
                self._done[request_id] = (item, quantity, answer)
            return answer

    def revert(self, request):
        request_id = request.get("requestId")
        if not isinstance(request_id, str):
            raise Refused(400, "Missing required input: requestId")
        with self._lock:
            done = self._done.get(request_id)
            # Also when it was never seen: a request that is late must not take effect after its revert.
            self._done[request_id] = None
            if done is None:
                return {"status": "noop"}
            item, quantity, _ = done
            self._left[item] += quantity
            return {"status": "reverted"}

    def _answered(self, request_id):
        done = self._done[request_id]
        if done is None:
            raise Refused(409, f"Request {request_id} was reverted.")
        return done[2]

    def _checked(self, request):
        item, quantity = request.get("item"), request.get("quantity", 1)
        if item is None:
            raise Refused(400, "Missing required input: item")
        if not isinstance(item, str) or item not in self._left:
            raise Refused(404, f"Resource not found: {item}")
        if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
            raise Refused(400, f"Invalid value for 'quantity': '{quantity}'. Must be a whole number above 0")
        if quantity > self._left[item]:
            raise Refused(409, f"Only {self._left[item]} of '{item}' left")
        return item, quantity


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stock = Stock({"chair": 10, "table": 3, "lamp": 0})

    def do_GET(self):
        if self.path == "/ping":
            self._answer(200, {"status": "ok"})
        elif self.path == "/forms":
            self._answer(200, self._forms())
        else:
            self._answer(404, {"error": f"Unknown path: {self.path}"})

    def do_POST(self):
        actions = {"/execute": self.stock.execute, "/repeat": self.stock.execute, "/revert": self.stock.revert}
        try:
            body = self._body()
            if self.path not in actions:
                raise Refused(404, f"Unknown path: {self.path}")
            self._answer(200, actions[self.path](body))
        except Refused as refused:
            self._answer(refused.status, {"error": str(refused)})

    def _body(self):
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > BODY_LIMIT:
            self.close_connection = True  # what follows on it is not known
            raise Refused(413 if length.isdigit() else 411, "The body must have a length of at most 1 MiB")
        try:
            body = json.loads(self.rfile.read(int(length)))
        except ValueError:
            raise Refused(400, "The body is no JSON") from None
        if not isinstance(body, dict):
            raise Refused(400, "The body must be an object")
        return body

    def _forms(self):
        base = f"http://{self.headers.get('Host', 'localhost')}"
        reserve = {"item": "string", "quantity": "number", "requestId": "string"}
        reserved = {"result": {"reservation": "string", "item": "string", "quantity": "number", "left": "number"}}
        shapes = {
            "execute": (reserve, reserved),
            "repeat": (reserve, reserved),
            "revert": ({"requestId": "string"}, {"status": "reverted | noop"}),
        }
        return [
            {"rel": rel, "method": "POST", "href": f"{base}/{rel}", "input": takes, "output": gives}
            for rel, (takes, gives) in shapes.items()
        ]

    def _answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format, *arguments):
        """Requests are not worth a line each."""


def post(url, body):
    """The answer's JSON, or None when it has no body."""
    request = urllib.request.Request(
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        content = response.read()
    return json.loads(content) if content else None


def main():
    parser = argparse.ArgumentParser(description="A composable service over plain HTTP.")
    parser.add_argument("--register", default="http://127.0.0.1:8080", help="the gateway's URL (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="where to listen on 127.0.0.1 (default: any free port)")
    options = parser.parse_args()

    # Before any thread starts, so that the signals wait for sigwait below and interrupt nobody.
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)

    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    entry = {
        "serviceName": NAME,
        "serviceURL": url,
        "tags": TAGS,
        "mediaTypes": ["application/json"],
        "pingURL": f"{url}/ping",
    }
    try:
        registry_id = post(f"{options.register}/register", entry)["registryID"]
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"{NAME}: cannot register at {options.register}: {error}")
    print(f"{NAME}: {url}, registered as {registry_id}", flush=True)

    signal.sigwait(signals)
    try:
        post(f"{options.register}/unregister", {"registryID": registry_id})
    except (OSError, ValueError) as error:
        print(f"{NAME}: cannot unregister: {error}", file=sys.stderr)
    server.shutdown()


if __name__ == "__main__":
    main()
