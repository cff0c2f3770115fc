import CPostgreSQL
import Glibc

/// One session with the server, always in pipeline mode: statements go out together and their answers are read
/// together, so a batch costs one round trip whatever is in it.
///
/// It waits, so it lives on a thread of its own (see `PostgresLane`) and never leaves it. Every wait has a deadline,
/// after which the connection is given up: a server that says nothing and one that is gone look the same.
final class PostgresConnection {
    private enum Expected {
        case preparation(sql: String, name: String)
        case answer
    }

    let connection: OpaquePointer
    /// The names of the statements that the server has for this session, by their text.
    private var prepared: [String: String] = [:]
    private var names = 0

    /// Takes over an open connection.
    init(_ connection: OpaquePointer) throws(PostgresLoss) {
        self.connection = connection
        // Notices ("already exists, skipping") would go to standard error.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        guard PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else { throw loss() }
    }

    deinit { PQfinish(connection) }

    /// Sends all statements and reads all their answers. The first that fails makes the server skip the rest.
    ///
    /// Outside of a transaction the batch is one by itself.
    func run(_ commands: [PostgresCommand], within timeout: Duration) throws(PostgresLoss) -> [PostgresReply] {
        let deadline = ContinuousClock.now + timeout
        var expected: [Expected] = []
        var coming: [String: String] = [:]
        for command in commands {
            var name = prepared[command.sql] ?? coming[command.sql]
            if name == nil {
                let new = try prepare(command.sql)
                coming[command.sql] = new
                expected.append(.preparation(sql: command.sql, name: new))
                name = new
            }
            try send(command, as: name ?? "")
            expected.append(.answer)
        }
        guard PQpipelineSync(connection) == 1 else { throw loss() }
        return try receive(expected, until: deadline)
    }

    /// Runs several statements in one text, which cannot have parameters; stops at the first that fails.
    func script(_ sql: String, within timeout: Duration) throws(PostgresLoss) -> PostgresRefusal? {
        let deadline = ContinuousClock.now + timeout
        guard PQexitPipelineMode(connection) == 1, PQsendQuery(connection, sql) == 1 else { throw loss() }
        var refusal: PostgresRefusal?
        while let result = try result(until: deadline) {
            defer { PQclear(result) }
            let status = PQresultStatus(result)
            guard status == PGRES_FATAL_ERROR else { continue }
            guard PQstatus(connection) != CONNECTION_BAD else { throw loss() }
            refusal = refusal ?? PostgresRefusal(result)
        }
        guard PQenterPipelineMode(connection) == 1 else { throw loss() }
        return refusal
    }

    private func prepare(_ sql: String) throws(PostgresLoss) -> String {
        names += 1
        let name = "s\(names)"
        guard PQsendPrepare(connection, name, sql, 0, nil) == 1 else { throw loss() }
        return name
    }

    private func send(_ command: PostgresCommand, as name: String) throws(PostgresLoss) {
        let sent = PostgresParameters(command.values).withPointers { count, values, lengths, formats in
            PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1)
        }
        guard sent == 1 else { throw loss() }
    }

    private func receive(
        _ expected: [Expected],
        until deadline: ContinuousClock.Instant
    ) throws(PostgresLoss) -> [PostgresReply] {
        var replies: [PostgresReply] = []
        var failure: PostgresRefusal?
        for item in expected {
            var reply = try reply(until: deadline)
            if case .failed(let refusal) = reply {
                if refusal.endsTheSession { throw PostgresLoss(description: refusal.description) }
                failure = refusal
            }
            switch item {
            case .preparation(let sql, let name):
                if case .rows = reply { prepared[sql] = name }
            case .answer:
                // A statement that could not be prepared is the one that failed.
                if case .skipped = reply, let refusal = failure.take() { reply = .failed(refusal) }
                if case .failed = reply { failure = nil }
                replies.append(reply)
            }
        }
        guard let end = try result(until: deadline) else { throw loss() }
        defer { PQclear(end) }
        guard PQresultStatus(end) == PGRES_PIPELINE_SYNC else { throw loss() }
        return replies
    }

    private func reply(until deadline: ContinuousClock.Instant) throws(PostgresLoss) -> PostgresReply {
        guard let first = try result(until: deadline) else { throw loss() }
        let reply = reply(from: first)
        // Each statement's answers end with none at all.
        while let more = try result(until: deadline) { PQclear(more) }
        if case .failed = reply, PQstatus(connection) == CONNECTION_BAD { throw loss() }
        return reply
    }

    private func reply(from result: OpaquePointer) -> PostgresReply {
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK: return .rows(PostgresRows(result))
        case PGRES_PIPELINE_ABORTED:
            PQclear(result)
            return .skipped
        default:
            defer { PQclear(result) }
            return .failed(PostgresRefusal(result))
        }
    }

    /// The next result, or nil at the end of a statement's.
    private func result(until deadline: ContinuousClock.Instant) throws(PostgresLoss) -> OpaquePointer? {
        while true {
            let unsent = PQflush(connection)
            guard unsent >= 0 else { throw loss() }
            if PQisBusy(connection) == 0 { return PQgetResult(connection) }
            try wait(alsoToSend: unsent == 1, until: deadline)
            guard PQconsumeInput(connection) == 1 else { throw loss() }
        }
    }

    private func wait(alsoToSend: Bool, until deadline: ContinuousClock.Instant) throws(PostgresLoss) {
        let events = Int16(POLLIN) | (alsoToSend ? Int16(POLLOUT) : 0)
        var entry = pollfd(fd: PQsocket(connection), events: events, revents: 0)
        while true {
            let left = deadline - .now
            guard left > .zero else { throw PostgresLoss(description: "the server did not answer in time") }
            let milliseconds = Int32(clamping: left.components.seconds * 1_000 + 1_000)
            let ready = poll(&entry, 1, milliseconds)
            if ready > 0 { return }
            guard ready == 0 || errno == EINTR else { throw loss() }
        }
    }

    func loss() -> PostgresLoss {
        PostgresLoss(connection: connection)
    }
}

extension PostgresLoss {
    /// What libpq says of a connection, in one line. It names host and user, never the password.
    init(connection: OpaquePointer?) {
        let text = connection.map { String(cString: PQerrorMessage($0)) } ?? "out of memory"
        let lines = text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
        self.init(description: lines.isEmpty ? "the connection was lost" : lines.joined(separator: "; "))
    }
}
