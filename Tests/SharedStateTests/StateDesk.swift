import Bus
import JSON
import Synchronization

@testable import SharedState

/// The state service without a bus: requests go straight to its operations, events are kept.
final class StateDesk: Sendable {
    private let table: OperationTable
    private let published: EventLog

    init(
        store: any StateStore = MemoryStateStore(),
        history: StateHistoryLimits = StateHistoryLimits(),
        now: @escaping @Sendable () -> Timestamp = { StateDesk.start }
    ) {
        let published = EventLog()
        self.published = published
        var machine = StateMachine()
        machine.history = history
        let operations = StateOperations(
            store: store,
            feed: StateFeed { published.append($0) },
            machine: machine,
            now: now
        )
        table = operations.table(version: "1.2.3")
    }

    static let start = Timestamp(millisecondsSinceEpoch: 1_769_850_900_123)

    var events: [Event] { published.events }

    /// Asks for an operation with a JSON body.
    func ask(
        _ operation: String,
        _ id: String? = nil,
        _ body: JSONValue? = nil,
        _ annotations: Annotations = [:]
    ) async throws -> BusReply {
        try await send(operation, id, body?.serialized() ?? [], annotations)
    }

    func send(
        _ operation: String,
        _ id: String? = nil,
        _ body: [UInt8],
        _ annotations: Annotations = [:]
    ) async throws -> BusReply {
        var annotations = annotations
        annotations[Annotations.id] = id
        return try await table.answer(
            BusRequest(service: "shared-state", operation: operation, body: body, annotations: annotations)
        )
    }

    /// What a request is refused with; nil when it is not.
    func refusal(
        _ operation: String,
        _ id: String? = nil,
        _ body: JSONValue? = nil,
        _ annotations: Annotations = [:]
    ) async throws -> Problem? {
        do {
            _ = try await ask(operation, id, body, annotations)
            return nil
        } catch let problem as Problem {
            return problem
        }
    }

    func content(_ id: String) async throws -> String {
        String(decoding: try await ask("read", id).body, as: UTF8.self)
    }
}

/// What was published, in its order.
final class EventLog: Sendable {
    private let log = Mutex<[Event]>([])

    var events: [Event] { log.withLock { $0 } }

    func append(_ events: [Event]) {
        log.withLock { $0 += events }
    }
}

extension BusReply {
    func json() throws -> JSONValue {
        try JSONValue(parsing: body)
    }
}

extension BusReply: Equatable {
    static func == (left: BusReply, right: BusReply) -> Bool {
        (left.status, left.annotations, left.body) == (right.status, right.annotations, right.body)
    }
}
