#!/usr/bin/python3
"""Sends one request over the bus and prints the answer.

    client.py SERVICE OPERATION [BODY]

Ends with 0 on a status of 200 to 299, with 1 on another one, with 3 when no service has answered.
"""

import argparse
import os
import sys

from csp_bus import BusError, Client


def main():
    parser = argparse.ArgumentParser(description="Sends one request over the bus and prints the answer.")
    parser.add_argument("service")
    parser.add_argument("operation")
    parser.add_argument("body", nargs="?", default="", help="JSON; nothing when absent")
    parser.add_argument("--bus", default=os.environ.get("PLATFORM_BUS", "tcp://127.0.0.1:5550"))
    parser.add_argument("--within", type=float, default=30.0, help="seconds to wait (default: %(default)s)")
    parser.add_argument("--repeatable", action="store_true", help="another worker may do it when one has died")
    options = parser.parse_args()

    try:
        with Client(options.bus) as client:
            reply = client.request(
                options.service,
                options.operation,
                options.body.encode(),
                within=options.within,
                repeatable=options.repeatable,
            )
    except BusError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return 3
    print(reply.body.decode(errors="replace"))
    if not 200 <= reply.status <= 299:
        print(f"status {reply.status}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
