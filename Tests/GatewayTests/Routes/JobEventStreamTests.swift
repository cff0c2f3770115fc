import Bus
import Gateway
import JSON
import Testing

/// `GET /jobs/{id}/events` where the end is not the end: a job that is undone after it ended.
@Suite(.timeLimit(.minutes(1))) struct JobEventStreamTests {
    private static func event(_ sequence: UInt64, _ type: String) -> Event {
        Event(topic: "job.7", sequence: sequence, type: "platform.\(type)", source: "/job-control", data: [:])
    }

    private static func answer(_ request: BusRequest, _ events: [Event], status: String, ended: Bool) -> BusReply {
        let since = request.annotations[Annotations.since].flatMap { UInt64($0) } ?? 0
        return .json([
            "jobId": "7", "status": .string(status), "ended": .bool(ended), "more": false,
            "events": .array(events.filter { $0.sequence > since }.map(\.json)),
        ])
    }

    @Test func aStreamThatIsReadDuringAnUndoGoesOnPastTheFirstEnding() async throws {
        let past = [Self.event(1, "job.submitted"), Self.event(2, "job.completed"), Self.event(3, "undo.started")]
        let handler: BusWorker.Handler = { request in
            let isUndone = request.annotations[Annotations.since] == "4"
            let events = past + (isUndone ? [Self.event(4, "job.cancelled")] : [])
            return Self.answer(request, events, status: isUndone ? "undone" : "reverting", ended: isUndone)
        }
        try await withJobControl(handler: handler) { _, _, ports, publisher in
            try await RawConnection.open(port: ports.main) { connection in
                try await connection.send("GET /jobs/7/events HTTP/1.1\r\nHost: h\r\n\r\n")
                let first = try await connection.read(until: "undo.started")
                #expect(first.contains("job.completed"))
                publisher.publish([Self.event(4, "job.cancelled")])
                let rest = try await connection.read(until: "\r\n0\r\n\r\n")
                #expect(rest.contains("job.cancelled"))
            }
        }
    }

    @Test func anEndingThatSomethingFollowsDoesNotEndTheStream() async throws {
        let handler: BusWorker.Handler = { request in
            switch request.annotations[Annotations.since] {
            case "2": Self.answer(request, [Self.event(3, "undo.started")], status: "reverting", ended: false)
            case "4": Self.answer(request, [], status: "undone", ended: true)
            default: Self.answer(request, [Self.event(1, "job.submitted")], status: "running", ended: false)
            }
        }
        try await withJobControl(handler: handler) { _, _, ports, publisher in
            try await RawConnection.open(port: ports.main) { connection in
                try await connection.send("GET /jobs/7/events HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = try await connection.read(until: "job.submitted")
                publisher.publish([Self.event(2, "job.completed")])
                _ = try await connection.read(until: "job.completed")
                publisher.publish([Self.event(3, "undo.started"), Self.event(4, "job.failed")])
                let rest = try await connection.read(until: "\r\n0\r\n\r\n")
                #expect(rest.contains("undo.started") && rest.contains("job.failed"))
            }
        }
    }

    @Test func aJobThatHasEndedIsAWholeStreamAndOneThatWasSeenAnEmptyOne() async throws {
        let events = [Self.event(1, "job.submitted"), Self.event(2, "job.completed")]
        let handler: BusWorker.Handler = { Self.answer($0, events, status: "completed", ended: true) }
        try await withJobControl(handler: handler) { api, own, _, _ in
            let whole = try await api.get("/jobs/7/events").text
            #expect(whole.contains("id: 2\n"))
            let rest = try await own.get("/jobs/7/events", ["last-event-id": "2"]).text
            #expect(rest.isEmpty)
        }
    }
}
