import Bus
import HTTPTypes
import HummingbirdCore
import JobControl

/// A job's events as a stream of server-sent events: what was, then what comes, and an end after the last.
///
/// A job that ended may be undone later, and what its reverts left may be settled: so an ending event is the last only
/// when nothing follows it. A watcher who comes while a job is undone sees both endings.
struct JobEventRoutes: Sendable {
    let jobs: JobClient
    let events: EventSubscriber
    let configuration: GatewayConfiguration

    var all: [Route] {
        [.get("/jobs/{id}/events") { exchange in try await answer(exchange) }]
    }

    private func answer(_ exchange: Exchange) async throws -> Answer {
        let id = exchange.variable ?? ""
        let after = try position(in: exchange)
        // Asked before the head is written: a job that is not there is a 404 and no broken stream.
        let past = try await past(of: id, after: after)
        let live = past.ended ? nil : live(id, after: after)
        var answer = Answer(status: .ok, fields: ServerSentEvents.fields)
        answer.body = .stream { writer in
            // The task ends with the connection, and the subscription with the task.
            try await exchange.connection.waiting(abandonable: true) {
                guard let live else { return try await writer.write(ServerSentEvents.text(of: past.events)) }
                let source = ServerSentEvents.source(live) { last in try await isOver(id, after: last) }
                try await ServerSentEvents.write(from: [source], to: &writer)
            }
            try await writer.finish(nil)
        }
        return answer
    }

    /// Where the client is: the id of the last event that it has seen.
    private func position(in exchange: Exchange) throws -> UInt64 {
        guard let text = try exchange.fields[.lastEventID] ?? exchange.item("since"), !text.isEmpty else { return 0 }
        guard let position = UInt64(text) else { throw Refusal.badRequest("Last-Event-ID is no sequence: \(text)") }
        return position
    }

    private func past(of id: String, after: UInt64) async throws -> JobEvents {
        do {
            return try await jobs.events(of: id, after: after, within: configuration.requestTimeout)
        } catch let error as BusError {
            throw Refusal(error, service: JobRoutes.service, within: configuration)
        }
    }

    private func live(_ id: String, after: UInt64) -> AsyncThrowingStream<[Event], any Error> {
        events.events(of: JobEntry.topic(of: id), after: after) { sequence in
            try await jobs.events(of: id, after: sequence).events
        }
    }

    /// Whether a job is at its end with this event.
    ///
    /// Asked of the journal, since a client that reads slowly may be far behind. When it cannot be asked, the stream
    /// breaks off without an end, and the client takes it up again by `Last-Event-ID`.
    private func isOver(_ id: String, after last: Event) async throws -> Bool {
        guard Self.mayBeLast(last) else { return false }
        let rest = try await jobs.events(of: id, after: last.sequence, within: configuration.requestTimeout)
        return rest.ended && rest.events.isEmpty
    }

    private static func mayBeLast(_ event: Event) -> Bool {
        JobEntryType(rawValue: String(event.type.dropFirst("platform.".count)))?.endsTheJob ?? false
    }
}
