#!/usr/bin/python3
"""A worker of the Majordomo Protocol 0.2 (RFC 18/MDP), which takes part at any broker of that protocol.

    mdp_worker.py --broker tcp://127.0.0.1:5550 echo      # answers with what it was asked
    mdp_worker.py count --count 3                         # three parts, then the answer
"""

import argparse
import os
import signal
import sys
import time

import zmq

PROTOCOL = b"MDPW02"
READY, REQUEST, PARTIAL, FINAL, HEARTBEAT, DISCONNECT = (bytes([number]) for number in range(1, 7))


class Worker:
    """One thread, one request at a time. `handle(frames)` yields parts, and the answer last."""

    def __init__(self, broker, service, handle, interval=2.5, liveness=3, on_event=lambda event: None):
        self.broker, self.service, self.handle = broker, service, handle
        self.interval, self.liveness, self.on_event = interval, liveness, on_event
        self.context = zmq.Context.instance()

    def run(self):
        """For ever; whatever ends it, the broker is told."""
        while True:
            self.connect()
            try:
                self.converse()
            except BaseException:
                self.send(DISCONNECT)
                raise
            finally:
                self.socket.close(linger=1000)

    def connect(self):
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.connect(self.broker)
        self.send(READY, self.service.encode())
        self.heard = time.monotonic()
        self.on_event("connecting")

    def converse(self):
        """Until the broker is gone or says so."""
        while True:
            now = time.monotonic()
            if now >= self.said + self.interval:
                self.send(HEARTBEAT)
            end = self.heard + self.interval * self.liveness
            if now >= end:
                return self.on_event("the broker is silent")
            if not self.socket.poll(int((min(end, self.said + self.interval) - now) * 1000) + 1):
                continue
            protocol, command, *frames = self.socket.recv_multipart()
            self.heard = time.monotonic()
            if protocol != PROTOCOL:
                raise ValueError("this is no message of MDP 0.2")
            if command == REQUEST:
                self.answer(*frames)
            elif command == DISCONNECT:
                return self.on_event("disconnected")
            elif command == HEARTBEAT:
                self.on_event("heartbeat")

    def answer(self, address, empty, *body):
        """Every part but the last is PARTIAL; which one is the last is known when there is no other."""
        part = None
        for following in self.handle(list(body)):
            if part is not None:
                self.send(PARTIAL, address, empty, *part)
            part = following
        self.send(FINAL, address, empty, *(part or [b""]))

    def send(self, command, *frames):
        self.said = time.monotonic()
        self.socket.send_multipart([PROTOCOL, command, *frames])


def one_broker(text):
    if "," in text:
        raise argparse.ArgumentTypeError(f"Majordomo knows one broker, not several: {text}")
    return text


def main():
    parser = argparse.ArgumentParser(description="A worker at a Majordomo broker.")
    parser.add_argument("--broker", type=one_broker, default=os.environ.get("PLATFORM_BUS", "tcp://127.0.0.1:5550"))
    parser.add_argument("--interval", type=float, default=2.5, help="seconds between heartbeats (default: %(default)s)")
    parser.add_argument("--count", type=int, default=0, help="so many parts before the answer (default: %(default)s)")
    parser.add_argument("--block", action="store_true", help="answer only when a line comes on standard input")
    parser.add_argument("service")
    options = parser.parse_args()

    def handle(body):
        print("request", *(frame.decode(errors="replace")[:40] for frame in body), flush=True)
        if options.block:
            sys.stdin.readline()
        for number in range(options.count):
            yield [str(number).encode()]
        yield body

    worker = Worker(
        options.broker,
        options.service,
        handle,
        interval=options.interval,
        on_event=lambda event: print(event, flush=True),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    worker.run()


if __name__ == "__main__":
    main()
