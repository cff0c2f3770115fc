#!/usr/bin/python3
"""A service in Python: `execute { input }` answers `{ result }`, the text backwards."""

import argparse
import os
import signal

from csp_bus import Problem, Worker

ANNOUNCEMENT = {
    "tags": ["text", "reverse"],
    "mediaTypes": ["application/json"],
    "description": "Text backwards",
    "version": "1.0.0",
}


def handle(request):
    operations = {
        "execute": reverse,
        "repeat": reverse,  # nothing is changed, so doing it again is doing it once
        "revert": lambda request: {"status": "noop"},
        "forms": forms,
        "ping": lambda request: {"status": "ok"},
        "about": lambda request: {"name": request.service, "version": ANNOUNCEMENT["version"]},
    }
    if request.operation not in operations:
        raise Problem(404, f"Unknown operation of {request.service}: {request.operation}")
    return operations[request.operation](request)


def reverse(request):
    body = request.json()
    text = body.get("input") if isinstance(body, dict) else None
    if not isinstance(text, str):
        raise Problem(400, "Input must be a string")
    return {"result": text[::-1]}


def forms(request):
    base = f"{request.annotations.get('base-url', '')}/services/{request.service}"
    shapes = {"execute": {"result": "string"}, "repeat": {"result": "string"}, "revert": {"status": "string"}}
    return [
        {"rel": rel, "method": "POST", "href": f"{base}/{rel}", "input": {"input": "string"}, "output": output}
        for rel, output in shapes.items()
    ]


def main():
    parser = argparse.ArgumentParser(description="A service in Python on the bus.")
    parser.add_argument("--bus", default=os.environ.get("PLATFORM_BUS", "tcp://127.0.0.1:5550"))
    parser.add_argument("--service", default="python-service", help="the name on the bus (default: %(default)s)")
    parser.add_argument("--credits", type=int, default=8, help="requests at once (default: %(default)s)")
    options = parser.parse_args()

    worker = Worker(
        options.bus,
        options.service,
        handle,
        credits=options.credits,
        announcement=ANNOUNCEMENT,
        on_ready=lambda: print(f"{options.service}: ready", flush=True),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    worker.run()


if __name__ == "__main__":
    main()
