"""The bus protocol of docs/protocol.md on pyzmq: frames, a worker and a client.

One module to copy into a project. It needs Python 3.10 or later and pyzmq (Debian: python3-zmq), and nothing else.

    worker = Worker("tcp://127.0.0.1:5550", "greeter", lambda request: {"greeting": "Hello"})
    worker.run()

    with Client("tcp://127.0.0.1:5550") as client:
        print(client.request("greeter", "execute", {"name": "Ada"}, within=2).json())
"""

import dataclasses
import itertools
import json
import logging
import os
import queue
import re
import struct
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from http.client import responses
from urllib.parse import unquote

import zmq

log = logging.getLogger("csp_bus")

INTERVAL = 1.0  # seconds of silence after which a side says that it is alive
SILENCE = 3 * INTERVAL  # after so much of it the other side counts as gone

REQUEST, REPLY, PARTIAL, READY, CREDIT, HEARTBEAT, CANCEL, GOODBYE = range(1, 9)
REPEATABLE, FROM_BROKER, REPEATED = 1, 2, 4


# --- frames -----------------------------------------------------------------------------------------------------------


class MalformedFrame(ValueError):
    """Bytes that are not exactly one frame of the protocol. `request`: the correlation of the request they would be."""

    request = None


@dataclasses.dataclass
class Frame:
    """One message: a header of 72 bytes, then service, operation, annotations and body."""

    kind: int
    flags: int = 0
    status: int = 0
    correlation: int = 0
    request_id: bytes = bytes(16)
    time_left: int = 0  # milliseconds; 0: for ever
    priority: int = 4
    trace_flags: int = 0
    trace_id: bytes = bytes(16)
    span_id: bytes = bytes(8)
    credits: int = 0
    service: str = ""
    operation: str = ""
    annotations: dict = dataclasses.field(default_factory=dict)
    body: bytes = b""

    HEADER = struct.Struct(">4sBBHQ16sIBBBB16s8sHHI")
    PROTOCOL = b"CSB1"

    def encode(self):
        service, operation = self.service.encode(), self.operation.encode()
        annotations = encode_annotations(self.annotations)
        header = self.HEADER.pack(
            self.PROTOCOL, self.kind, self.flags, self.status, self.correlation, self.request_id, self.time_left,
            self.priority, len(service), len(operation), self.trace_flags, self.trace_id, self.span_id, self.credits,
            len(annotations), len(self.body),
        )
        return b"".join((header, service, operation, annotations, self.body))

    @classmethod
    def decode(cls, data):
        if len(data) < cls.HEADER.size:
            raise MalformedFrame(f"{len(data)} bytes are no header")
        (
            protocol, kind, flags, status, correlation, request_id, time_left, priority, service_length,
            operation_length, trace_flags, trace_id, span_id, credits, annotations_length, body_length,
        ) = cls.HEADER.unpack_from(data)
        if protocol != cls.PROTOCOL or not REQUEST <= kind <= GOODBYE:
            raise MalformedFrame("not a frame of this protocol")
        lengths = (service_length, operation_length, annotations_length, body_length)
        ends = list(itertools.accumulate(lengths, initial=cls.HEADER.size))
        if ends[-1] != len(data):
            raise MalformedFrame(f"{len(data)} bytes where the header says {ends[-1]}")
        service, operation, annotations, body = (data[start:end] for start, end in itertools.pairwise(ends))
        try:
            return cls(
                kind, flags, status, correlation, request_id, time_left, priority, trace_flags, trace_id, span_id,
                credits, service.decode(), operation.decode(), decode_annotations(annotations.decode()), body,
            )
        except ValueError as error:
            malformed = MalformedFrame(str(error))
            malformed.request = correlation if kind == REQUEST else None
            raise malformed from None


NAME = re.compile("[a-z0-9._-]+")
LINE = re.compile("([a-z0-9._-]+): ?((?:[^%\\x00-\\x1f\\x7f]|%[0-9A-Fa-f]{2})*)")
ESCAPED = {code: f"%{code:02X}" for code in [*range(0x20), 0x25, 0x7F]}


def encode_annotations(annotations):
    for name in annotations:
        if not NAME.fullmatch(name):
            raise ValueError(f"'{name}' is no name of an annotation")
    return "\n".join(f"{name}: {str(value).translate(ESCAPED)}" for name, value in annotations.items()).encode()


def decode_annotations(text):
    annotations = {}
    for line in text.split("\n") if text else []:
        match = LINE.fullmatch(line)
        if match is None or match[1] in annotations:
            raise ValueError(f"no annotation: {line!r}")
        annotations[match[1]] = unquote(match[2], errors="strict")
    return annotations


# --- what handlers and callers see ------------------------------------------------------------------------------------


class Problem(Exception):
    """A refusal: raised by a handler it becomes the reply, in the form that every service uses."""

    def __init__(self, status, sentence, **members):
        super().__init__(sentence)
        self.status, self.sentence, self.members = status, sentence, members

    def reply(self):
        title = responses.get(self.status, "")
        body = {
            "error": self.sentence, "type": "about:blank", "title": title, "status": self.status,
            "detail": self.sentence,
        }
        return Reply(self.status, {"content-type": "application/problem+json"}, json_bytes(body | self.members))


@dataclasses.dataclass
class Reply:
    """The answer to a request: an HTTP status, what travels beside the body, and the body."""

    status: int = 200
    annotations: dict = dataclasses.field(default_factory=dict)
    body: bytes = b""

    def json(self):
        return json.loads(self.body)


@dataclasses.dataclass
class Request:
    """One request as a worker's handler sees it."""

    service: str
    operation: str
    annotations: dict
    body: bytes
    request_id: uuid.UUID  # the same for every attempt
    is_repeated: bool  # it may have reached a worker before
    deadline: float | None  # by time.monotonic(); None: the client waits for ever
    cancelled: threading.Event  # set when nobody waits for the answer any more

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            raise Problem(400, "The body is no JSON") from None

    def time_left(self):
        """Seconds until the client gives up; None when it never does."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())


class BusError(Exception):
    """No service has answered. The code says why, and with it whether the request may have run."""

    MAY_HAVE_RUN = frozenset({"timed_out", "worker_lost"})

    def __init__(self, code, sentence, retry_after=None):
        super().__init__(sentence)
        self.code, self.retry_after = code, retry_after

    @property
    def may_have_run(self):
        return self.code in self.MAY_HAVE_RUN


def json_bytes(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def as_body(value):
    return value if isinstance(value, bytes) else b"" if value is None else json_bytes(value)


# --- worker -----------------------------------------------------------------------------------------------------------


class Worker:
    """Serves one service: `handler(request)` runs on a thread for each request in hand, `credits` at once.

    `endpoint` may be a comma list of brokers: it serves all, each with a connection and a thread of its own, and what
    they send together beyond `credits` waits. The handler returns a Reply, or a value that is the JSON body of a 200;
    it raises Problem to refuse. The worker announces itself again when a broker was away; the connection and
    heartbeats both ways tell that. `on_ready` is called whenever a broker has accepted it.
    """

    def __init__(self, endpoint, service, handler, *, credits=8, announcement=None, drain=30.0, on_ready=None):
        self.service, self.handler, self.credits = service, handler, credits
        self.announcement = json_bytes(announcement or {})
        self.drain, self.on_ready = drain, on_ready
        self._attendances = [_Attendance(self, each) for each in endpoint_list(endpoint)]

    def stop(self):
        """Takes no more requests, answers what is in hand, and lets run() return. For any thread or signal handler."""
        for attendance in self._attendances:
            attendance.stop()

    def run(self):
        """Until stop(), or until a broker refuses it for good, which it raises."""
        failures = []
        pool = ThreadPoolExecutor(self.credits, thread_name_prefix=self.service)

        def attend(attendance):
            try:
                attendance.run(pool)
            except Exception as failure:
                failures.append(failure)
            finally:
                self.stop()  # one ends before only by a failure

        first, *others = self._attendances
        threads = [threading.Thread(target=attend, args=(other,)) for other in others]
        try:
            for thread in threads:
                thread.start()
            attend(first)
        finally:
            for thread in threads:
                thread.join()
            pool.shutdown(wait=False, cancel_futures=True)
        if failures:
            raise failures[0]


class _Attendance:
    """A worker at one broker: its connection, and the requests that came by it."""

    def __init__(self, worker, endpoint):
        self.worker, self.endpoint = worker, endpoint
        self.service, self.credits = worker.service, worker.credits
        self._calls = {}  # key -> _Call
        self._keys = itertools.count(1)
        self._finished = queue.SimpleQueue()  # (key, Reply), from the handlers' threads
        self._waker = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._stopping = threading.Event()
        self._is_up = self._is_sealed = False  # on this link: the broker knows us; it sends nothing more

    def stop(self):
        self._stopping.set()
        os.eventfd_write(self._waker, 1)

    def run(self, pool):
        try:
            with zmq.Context() as context:
                while self._serve_link(context, pool):
                    log.warning("%s: the broker at %s is gone, connecting again", self.service, self.endpoint)
        finally:
            for call in self._calls.values():
                call.cancelled.set()

    def _serve_link(self, context, pool):
        """Serves until the broker is lost (True: connect again) or the worker has drained (False)."""
        link = _Link(context, self.endpoint, self._waker)
        self._is_up = self._is_sealed = False
        drained_by = None
        try:
            self._announce(link)
            while True:
                for frame in link.receive():
                    self._act(frame, link, pool)
                self._send_finished(link)
                now = time.monotonic()
                if self._stopping.is_set() and drained_by is None:
                    link.send(Frame(GOODBYE, service=self.service))
                    drained_by = now + self.worker.drain
                    self._is_sealed = self._is_sealed or not self._is_up
                if drained_by is not None and (now >= drained_by or (self._is_sealed and not self._calls)):
                    return False
                if link.is_lost(now):
                    return drained_by is None
                link.heartbeat_if_due(now, Frame(HEARTBEAT, service=self.service))
                link.wait(drained_by)
        finally:
            link.close()

    def _act(self, frame, link, pool):
        if isinstance(frame, MalformedFrame):
            if frame.request is not None:
                self._reply(link, frame.request, Problem(400, str(frame)).reply())
        elif frame.kind == REQUEST:
            self._start(frame, link, pool)
        elif frame.kind == CANCEL:
            self._cancel(frame.correlation)
        elif frame.kind == READY:
            self._is_up = True
            if self.worker.on_ready:
                self.worker.on_ready()
        elif frame.kind == GOODBYE and self._stopping.is_set():
            self._is_sealed = True  # the broker has nothing more for us
        elif frame.kind == GOODBYE and frame.status == 410:
            self._announce(link)  # it has forgotten us
        elif frame.kind == GOODBYE and frame.status == 403:
            raise error_from_broker(frame)  # our key may not serve it

    def _announce(self, link):
        # What is still in hand belongs to a connection that is gone: nobody waits for it, but it takes up a credit.
        for call in self._calls.values():
            call.correlation = None
            call.cancelled.set()
        link.send(Frame(READY, service=self.service, credits=self._free(), body=self.worker.announcement))

    def _free(self):
        return max(0, self.credits - sum(call.correlation is None for call in self._calls.values()))

    def _start(self, frame, link, pool):
        if len(self._calls) >= self.credits:
            return self._reply(link, frame.correlation, Problem(503, "More requests than credits").reply())
        key, call = next(self._keys), _Call(frame.correlation, threading.Event())
        self._calls[key] = call
        request = Request(
            frame.service, frame.operation, frame.annotations, frame.body, uuid.UUID(bytes=frame.request_id),
            bool(frame.flags & REPEATED), time.monotonic() + frame.time_left / 1000 if frame.time_left else None,
            call.cancelled,
        )
        pool.submit(self._handle, key, request)

    def _handle(self, key, request):
        """On a thread of the pool."""
        try:
            if request.time_left() == 0.0 or request.cancelled.is_set():
                raise Problem(504, "The time for this request is over")
            answer = self.worker.handler(request)
            reply = answer if isinstance(answer, Reply) else Reply(200, {}, as_body(answer))
        except Problem as problem:
            reply = problem.reply()
        except Exception:
            log.exception("%s: a handler failed", self.service)
            reply = Problem(500, f"{self.service} failed").reply()
        self._finished.put((key, reply))
        os.eventfd_write(self._waker, 1)

    def _send_finished(self, link):
        while not self._finished.empty():
            key, reply = self._finished.get_nowait()
            call = self._calls.pop(key)
            if call.correlation is None:
                link.send(Frame(CREDIT, service=self.service, credits=self._free()))
            else:
                self._reply(link, call.correlation, reply)

    def _reply(self, link, correlation, reply):
        link.send(
            Frame(
                REPLY, status=reply.status, correlation=correlation, annotations=reply.annotations, body=reply.body
            )
        )

    def _cancel(self, correlation):
        for call in self._calls.values():
            if call.correlation == correlation:
                call.cancelled.set()


@dataclasses.dataclass
class _Call:
    correlation: int | None  # None: the connection it came by is gone
    cancelled: threading.Event


# --- client -----------------------------------------------------------------------------------------------------------


class Client:
    """Sends requests one after another. For one thread: give each thread a client of its own.

    `endpoint` may be a comma list of brokers: it uses one, and the next when that is lost, refuses the connection, is
    silent, or shuts down.
    """

    def __init__(self, endpoint):
        self.endpoints = endpoint_list(endpoint)
        self._turn = 0  # which of the endpoints is used, modulo their number
        self._is_leaving = False  # the broker in use has said that it shuts down
        self._context = zmq.Context()
        self._correlations = itertools.count(1)
        self._link = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self._link is not None:
            self._link.send(Frame(GOODBYE))
            self._link.close()
            self._link = None
        self._context.term()

    def request(
        self, service, operation, body=None, *, annotations=None, within=30.0, repeatable=False, request_id=None,
        priority=4,
    ):
        """The service's Reply, whatever its status.

        `repeatable`: the request may be given to another worker when the one that had it died. Raises BusError when
        no service has answered; whatever ends the waiting, the request is cancelled.
        """
        deadline = time.monotonic() + within
        frame = Frame(
            REQUEST, flags=REPEATABLE if repeatable else 0, priority=priority, service=service, operation=operation,
            request_id=(request_id or uuid.uuid4()).bytes, annotations=annotations or {}, body=as_body(body),
        )
        while True:
            self._connect(deadline)
            try:
                return self._exchange(frame, deadline)
            except BusError as error:
                # It did not run: the broker shuts down, and there are others.
                if error.code != "overloaded" or not self._is_leaving:
                    raise
            except _LinkLost:
                self._drop_link()
                if not repeatable:
                    raise BusError("worker_lost", "The broker went away; the request may have run") from None
                frame.flags |= REPEATED

    def _exchange(self, frame, deadline):
        frame.correlation = next(self._correlations)
        frame.time_left = max(1, int((deadline - time.monotonic()) * 1000))
        self._link.send(frame)
        try:
            return self._await(frame, deadline)
        except (TimeoutError, KeyboardInterrupt) as error:
            self._link.send(Frame(CANCEL, correlation=frame.correlation))
            if isinstance(error, KeyboardInterrupt):
                raise
            raise BusError("timed_out", f"{frame.service} has not answered in time") from None

    def _await(self, frame, deadline):
        for received in self._frames(deadline):
            if received.kind == GOODBYE and received.status == 410:
                raise _LinkLost  # the broker had heard nothing from us and has taken the request back
            if received.kind == GOODBYE and len(self.endpoints) > 1:
                self._is_leaving = True  # it still answers what is under way
            if received.kind == REPLY and received.correlation == frame.correlation:
                if received.flags & FROM_BROKER:
                    raise error_from_broker(received)
                return Reply(received.status, received.annotations, received.body)

    def _connect(self, deadline):
        """Nothing is sent before the broker has answered a first heartbeat: so it is known that it did not run."""
        for attempt in itertools.count(1):
            # ZeroMQ has connected again by itself; a link of our own tells on which side of the loss we send.
            if self._link is not None and (self._is_leaving or self._link.is_cut()):
                self._drop_link()
            if self._link is None:
                self._link = _Link(
                    self._context, self.endpoints[self._turn % len(self.endpoints)],
                    refusal_is_loss=len(self.endpoints) > 1,
                )
            elif not self._link.is_idle(time.monotonic()):
                return
            try:
                return self._greet(deadline)
            except _LinkLost:
                self._drop_link()
            except TimeoutError:
                self._drop_link()
                raise BusError("unreachable", f"No broker has answered at {', '.join(self.endpoints)}") from None
            if attempt % len(self.endpoints) == 0:
                time.sleep(max(0.0, min(0.1, deadline - time.monotonic())))  # between rounds in which nobody answered

    def _greet(self, deadline):
        question = next(self._correlations)
        self._link.send(Frame(HEARTBEAT, correlation=question))
        for received in self._frames(deadline):
            if received.kind == HEARTBEAT and received.correlation == question:
                return
            if received.kind == GOODBYE and len(self.endpoints) > 1:
                raise _LinkLost  # it shuts down

    def _frames(self, deadline):
        """What comes from the broker, with heartbeats to it meanwhile. Raises TimeoutError at the deadline."""
        while True:
            yield from (frame for frame in self._link.receive() if isinstance(frame, Frame))
            now = time.monotonic()
            if now >= deadline:
                raise TimeoutError
            if self._link.is_lost(now):
                raise _LinkLost
            self._link.heartbeat_if_due(now, Frame(HEARTBEAT))
            self._link.wait(deadline)

    def _drop_link(self):
        """Whoever is asked next is the next broker of the list."""
        self._link.close()
        self._link = None
        self._turn += 1
        self._is_leaving = False


class _LinkLost(Exception):
    pass


def error_from_broker(frame):
    retry_after = frame.annotations.get("retry-after")
    codes = {
        400: "protocol_violation", 403: "forbidden", 413: "too_large", 499: "cancelled", 502: "worker_lost",
        504: "timed_out", 503: "no_worker" if retry_after is None else "overloaded",
    }
    try:
        sentence = json.loads(frame.body)["error"]
    except (ValueError, KeyError, TypeError):
        sentence = f"The broker has answered {frame.status}"
    return BusError(codes.get(frame.status, "protocol_violation"), sentence, retry_after)


def endpoint_list(text):
    """The endpoints of a comma list such as `tcp://a:5550,tcp://b:5550`."""
    endpoints = [part.strip() for part in text.split(",") if part.strip()]
    if not endpoints:
        raise ValueError("no endpoint of a bus")
    return endpoints


# --- a connection -----------------------------------------------------------------------------------------------------


class _Link:
    """A DEALER connected to the broker, when each side was last heard, and whether the connection was cut.

    `refusal_is_loss`: a connection that is refused counts as one that is cut, where there are other brokers to go to.
    """

    def __init__(self, context, endpoint, waker=None, refusal_is_loss=False):
        self._waker = waker
        self._socket = context.socket(zmq.DEALER)
        self._socket.linger = 1000
        self._socket.sndhwm = self._socket.rcvhwm = 0  # credits and deadlines bound what is under way
        self._monitor = self._socket.get_monitor_socket(  # nothing else tells
            zmq.EVENT_DISCONNECTED | (zmq.EVENT_CONNECT_RETRIED if refusal_is_loss else 0)
        )
        self._is_cut = False
        self._socket.connect(endpoint)
        self._poller = zmq.Poller()
        self._poller.register(self._socket, zmq.POLLIN)
        self._poller.register(self._monitor, zmq.POLLIN)
        if waker is not None:
            self._poller.register(waker, zmq.POLLIN)
        self._heard = self._said = time.monotonic()

    def send(self, frame):
        self._socket.send(frame.encode(), zmq.DONTWAIT)
        self._said = time.monotonic()

    def receive(self):
        """Every frame that has arrived; of those that are malformed, the fault."""
        while True:
            try:
                *_, data = self._socket.recv_multipart(zmq.DONTWAIT)
            except zmq.Again:
                return
            self._heard = time.monotonic()
            try:
                yield Frame.decode(data)
            except MalformedFrame as fault:
                log.warning("malformed frame: %s", fault)
                yield fault

    def is_cut(self):
        """Whether the connection was lost; what arrived before can still be received."""
        if self._monitor.poll(0):
            self._monitor.recv_multipart()
            self._is_cut = True
        return self._is_cut

    def is_lost(self, now):
        return self.is_cut() or now - self._heard >= SILENCE

    def is_idle(self, now):
        return now - max(self._heard, self._said) >= INTERVAL

    def heartbeat_if_due(self, now, frame):
        if now - self._said >= INTERVAL:
            self.send(frame)

    def wait(self, deadline):
        """Sleeps until something arrives, the waker is written, a heartbeat is due, or the deadline."""
        turns = [self._said + INTERVAL, self._heard + SILENCE] + ([] if deadline is None else [deadline])
        left = max(0.0, min(turns) - time.monotonic())
        # Rounded up: waking a moment early would only turn the loop once more for nothing.
        for ready, _ in self._poller.poll(int(left * 1000) + 1):
            if ready == self._waker:
                os.eventfd_read(self._waker)

    def close(self):
        self._socket.disable_monitor()
        self._monitor.close()
        self._socket.close()
