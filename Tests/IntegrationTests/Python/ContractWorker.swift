import Bus
import Foundation
import JSON
import Support
import Testing

/// The worker that the contract is tested with, in every language that the project speaks.
///
/// | operation | what it does |
/// |---|---|
/// | `echo` | gives the body and the annotations back |
/// | `tell` | tells what it was asked: `{ requestId, isRepeated, hasDeadline }` |
/// | `refuse`, `fail` | answers a problem 404; ends with an error |
/// | `wait` | answers when it is released, or cancelled |
/// | `release`, `entered`, `cancelled` | lets `wait` end; answers once a `wait` has begun, or was cancelled |
///
/// The one in Python prints `ready`, `stopping` when SIGTERM has come, and `ended`; a line `release` on its standard
/// input does what the operation does, also while it drains and takes no more requests.
enum ContractWorker: String, CaseIterable, CustomTestStringConvertible {
    case swift, python

    static let service = "contract"

    var testDescription: String { rawValue }

    /// Lends a bus with the worker ready on it.
    func with(credits: Int = 16, _ body: (TestBus) async throws -> Void) async throws {
        try await withTestBus(.tcp) { bus in
            switch self {
            case .swift:
                try await Self.startSwift(on: bus, credits: credits)
                try await body(bus)
            case .python:
                let process = try Self.startPython(on: bus, credits: credits)
                defer { process.kill() }
                try await process.expectLine("ready")
                try await body(bus)
            }
        }
    }
}

extension ContractWorker {
    private static func startSwift(on bus: TestBus, credits: Int) async throws {
        let (released, entered, cancelled) = (OneTimeSignal(), OneTimeSignal(), OneTimeSignal())
        var table = OperationTable(service: service, version: "1.0.0") { _ in [] }
        table.on("echo") { BusReply(annotations: $0.annotations, body: $0.body) }
        table.on("tell") { request in
            .json([
                "requestId": .string(request.requestID.description), "isRepeated": .bool(request.isRepeated),
                "hasDeadline": .bool(request.deadline != nil),
            ])
        }
        table.on("refuse") { _ in throw Problem(.notFound, "Not here: ü") }
        table.on("fail") { _ in throw FailedOnPurpose() }
        table.on("wait") { _ in
            entered.happen()
            try await withTaskCancellationHandler {
                try await released.wait()
            } onCancel: {
                cancelled.happen()
            }
            return .json("released")
        }
        table.on("release") { _ in
            released.happen()
            return .empty()
        }
        table.on("entered") { _ in
            try await entered.wait()
            return .empty()
        }
        table.on("cancelled") { _ in
            try await cancelled.wait()
            return .empty()
        }
        let operations = table
        try await bus.worker(service, credits: credits) { try await operations.answer($0) }
    }

    static func startPython(on bus: TestBus, credits: Int) throws -> PythonProcess {
        try PythonProcess(program: program, ["\(bus.endpoint)", service, String(credits)])
    }

    private static let program = """
        import queue, signal, sys, threading
        from csp_bus import Problem, Reply, Worker

        released, entered, cancelled = threading.Event(), threading.Event(), threading.Event()

        def wait(request):
            entered.set()
            first = queue.SimpleQueue()
            for event in (released, request.cancelled):
                threading.Thread(target=lambda event=event: (event.wait(), first.put(event)), daemon=True).start()
            if first.get() is request.cancelled:
                cancelled.set()
            return "released"

        def refuse(request):
            raise Problem(404, "Not here: ü")

        def fail(request):
            raise RuntimeError("failed on purpose")

        def after(event):
            event.wait()
            return Reply(204)

        operations = {
            "echo": lambda request: Reply(200, request.annotations, request.body),
            "tell": lambda request: {
                "requestId": str(request.request_id), "isRepeated": request.is_repeated,
                "hasDeadline": request.deadline is not None,
            },
            "refuse": refuse, "fail": fail, "wait": wait,
            "release": lambda request: (released.set(), Reply(204))[1],
            "entered": lambda request: after(entered), "cancelled": lambda request: after(cancelled),
        }
        endpoint, service, credits = sys.argv[1:]
        worker = Worker(
            endpoint, service, lambda request: operations[request.operation](request), credits=int(credits),
            on_ready=lambda: print("ready", flush=True),
        )
        def release_by_input():
            if sys.stdin.readline().strip() == "release":
                released.set()

        def stop(*_):
            worker.stop()
            print("stopping", flush=True)

        threading.Thread(target=release_by_input, daemon=True).start()
        signal.signal(signal.SIGTERM, stop)
        worker.run()
        print("ended", flush=True)
        """
}

extension PythonProcess {
    /// Waits for a line that it prints.
    func expectLine(_ expected: String) async throws {
        for await line in lines where line == expected { return }
        throw EndedTooEarly(expected: expected)
    }
}

/// A program ended before it printed what it was to print.
struct EndedTooEarly: Error {
    let expected: String
}

private struct FailedOnPurpose: Error {}
