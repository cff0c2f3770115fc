import Bus
import JSON
import Testing

@testable import JobControl

@Suite struct MemoryJobStoreTests {
    private let store = MemoryJobStore()

    private func record(_ id: String, _ status: JobStatus = .running, name: String? = nil) -> JobRecord {
        JobRecord(id: id, status: status, name: name, createdAt: .at(0), steps: 1)
    }

    private func entries(_ range: ClosedRange<UInt64>) -> [JobEntry] {
        range.map { JobEntry(sequence: $0, type: .warning, time: .at(0), data: ["n": JSONValue($0)]) }
    }

    @Test func aJobIsKeptWithItsDocumentAndEntries() async throws {
        try await store.create(record("a"), document: [1, 2], entries: entries(1...3))
        try await store.append(entries(4...4), to: record("a", .completed))
        #expect(try await store.record("a") == record("a", .completed))
        #expect(try await store.document("a") == [1, 2])
        #expect(try await store.entries(of: "a", after: 2, limit: 10) == entries(3...4))
        #expect(try await store.entries(of: "a", after: 0, limit: 2) == entries(1...2))
        #expect(try await store.entries(of: "a", after: 9, limit: 2) == [])
    }

    @Test func anUnknownJobHasNothing() async throws {
        #expect(try await store.record("a") == nil)
        #expect(try await store.document("a") == nil)
        #expect(try await store.entries(of: "a", after: 0, limit: 10) == [])
        await #expect(throws: JobStoreError.unknown("a")) { try await store.append(entries(1...1), to: record("a")) }
    }

    @Test func anIDIsGivenOnce() async throws {
        try await store.create(record("a"), document: [], entries: entries(1...1))
        await #expect(throws: JobStoreError.exists("a")) {
            try await store.create(record("a"), document: [], entries: entries(1...1))
        }
    }

    @Test func aHoleInTheSequenceIsRefused() async throws {
        try await store.create(record("a"), document: [], entries: entries(1...2))
        await #expect(throws: JobStoreError.outOfSequence(job: "a", expected: 3, found: 4)) {
            try await store.append(entries(4...4), to: record("a", .failed))
        }
        #expect(try await store.record("a")?.status == .running)
    }

    @Test func theNewestAreListedInOrderOfSubmission() async throws {
        for id in ["a", "b", "c"] { try await store.create(record(id), document: [], entries: []) }
        #expect(try await store.newest(2).map(\.id) == ["b", "c"])
        #expect(try await store.newest(0).isEmpty)
    }

    @Test func aFilterMatchesParts() async throws {
        try await store.create(record("a", name: "order-intake"), document: [], entries: [])
        try await store.create(record("b", .failed, name: "order-out"), document: [], entries: [])
        try await store.create(record("c"), document: [], entries: [])
        #expect(try await store.newest(9, matching: JobFilter(name: "order")).map(\.id) == ["a", "b"])
        #expect(try await store.newest(9, matching: JobFilter(name: "order", status: "ail")).map(\.id) == ["b"])
        #expect(try await store.newest(9, matching: JobFilter(name: "Order")).isEmpty)
        #expect(try await store.newest(9, matching: JobFilter(createdAt: "1970-01-01T")).count == 3)
        #expect(try await store.newest(9, matching: JobFilter(completedAt: "1970")).isEmpty)
        #expect(try await store.newest(1, matching: JobFilter(name: "order")).map(\.id) == ["b"])
    }

    @Test func whatHasNotEndedIsUnfinished() async throws {
        for (id, status) in [("a", JobStatus.completed), ("b", .reverting), ("c", .queued), ("d", .failed)] {
            try await store.create(record(id, status), document: [], entries: [])
        }
        #expect(try await store.unfinished().map(\.id) == ["b", "c"])
    }

    @Test func oldJobsThatHaveEndedAreForgotten() async throws {
        let store = MemoryJobStore(retention: 8)
        try await store.create(record("running"), document: [], entries: [])
        for number in 0..<100 { try await store.create(record("\(number)", .completed), document: [], entries: []) }
        #expect(try await store.newest(1_000).count <= 9)
        #expect(try await store.record("running") != nil)
        #expect(try await store.record("99") != nil)
        #expect(try await store.record("0") == nil)
    }

    @Test func entriesSurviveTheirStoredForm() throws {
        let entries = [
            JobEntry(
                sequence: .max,
                type: .taskStarted,
                time: .at(123),
                data: ["a": 1.5],
                payload: ["x": [nil, "é"]]
            ),
            JobEntry(sequence: 2, type: .jobCancelled, time: .at(0), data: [:]),
        ]
        #expect(try JobEntry.decoded(JobEntry.encoded(entries)) == entries)
    }

    @Test(arguments: [
        "{}", #"[{"sequence":1}]"#, #"[{"sequence":-1,"type":"warning","time":"2026-01-31T09:15:00.123Z","data":{}}]"#,
        #"[{"sequence":1,"type":"unheard.of","time":"2026-01-31T09:15:00.123Z","data":{}}]"#, "[",
    ])
    func whatIsNoEntryIsNotRead(_ text: String) {
        #expect(throws: (any Error).self) { try JobEntry.decoded(Array(text.utf8)) }
    }

    @Test func anEntryIsTheSameEventEveryTime() {
        let entry = JobEntry(sequence: 7, type: .jobStarted, time: .at(0), data: ["jobId": "j"], payload: "secret")
        let event = entry.event(of: "j")
        #expect(event == entry.event(of: "j"))
        #expect(event.topic == "job.j")
        #expect(event.type == "platform.job.started")
        #expect(event.source == "/job-control")
        #expect(!event.json.description.contains("secret"))
    }
}
