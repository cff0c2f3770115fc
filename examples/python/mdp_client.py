#!/usr/bin/python3
"""A client of the Majordomo Protocol 0.2 (RFC 18/MDP), which any broker of that protocol serves.

    mdp_client.py --broker tcp://127.0.0.1:5550 echo "some text"     # prints each part and the answer, a line each
    mdp_client.py mmi.service echo                                   # is there a worker? 200 or 404
"""

import argparse
import os
import sys

import zmq

PROTOCOL = b"MDPC02"
REQUEST, PARTIAL, FINAL = b"\x01", b"\x02", b"\x03"


class Client:
    """Asks one thing at a time. What is not answered in time is asked again on a new socket, as the RFC recommends."""

    def __init__(self, broker, timeout=2.5, retries=3):
        self.broker, self.timeout, self.retries = broker, timeout, retries
        self.context = zmq.Context.instance()
        self.socket = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.socket:
            self.socket.close(linger=0)
            self.socket = None

    def request(self, service, *body):
        """Yields the frames of each part and last those of the answer. TimeoutError: nobody has answered."""
        for _ in range(self.retries):
            self.send(service, body)
            heard = False
            while self.socket.poll(int(self.timeout * 1000)):
                kind, frames = self.receive(service)
                heard = True
                yield frames
                if kind == FINAL:
                    return
            self.close()
            if heard:  # asked again, it would begin again
                break
        raise TimeoutError(f"no answer from {service}")

    def send(self, service, body):
        if self.socket is None:
            self.socket = self.context.socket(zmq.DEALER)
            self.socket.connect(self.broker)
        self.socket.send_multipart([PROTOCOL, REQUEST, service.encode(), *body])

    def receive(self, service):
        protocol, kind, name, *frames = self.socket.recv_multipart()
        if protocol != PROTOCOL or kind not in (PARTIAL, FINAL) or name != service.encode():
            raise ValueError("this is no answer of MDP 0.2")
        return kind, frames


def one_broker(text):
    if "," in text:
        raise argparse.ArgumentTypeError(f"Majordomo knows one broker, not several: {text}")
    return text


def main():
    parser = argparse.ArgumentParser(description="One request to a Majordomo broker.")
    parser.add_argument("--broker", type=one_broker, default=os.environ.get("PLATFORM_BUS", "tcp://127.0.0.1:5550"))
    parser.add_argument("--timeout", type=float, default=2.5, help="seconds for each try (default: %(default)s)")
    parser.add_argument("--retries", type=int, default=3, help="tries (default: %(default)s)")
    parser.add_argument("service")
    parser.add_argument("body", nargs="*", default=[""], help="the frames of the body")
    options = parser.parse_args()
    with Client(options.broker, options.timeout, options.retries) as client:
        try:
            for frames in client.request(options.service, *(text.encode() for text in options.body)):
                print(" ".join(frame.decode() for frame in frames), flush=True)
        except TimeoutError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
