import Bus
import JSON
import Testing

@testable import JobControl

/// What is special to jobs in memory, and to entries; `JobStoreContract` has what every store does.
@Suite struct MemoryJobStoreTests {
    private func record(_ id: String, _ status: JobStatus = .running) -> JobRecord {
        JobRecord(id: id, status: status, createdAt: .at(0), steps: 1)
    }

    @Test func oldJobsThatHaveEndedAreForgotten() async throws {
        let store = MemoryJobStore(retention: 8)
        try await store.create(record("running"), document: [], entries: [], key: nil)
        for number in 0..<100 {
            try await store.create(record("\(number)", .completed), document: [], entries: [], key: nil)
        }
        #expect(try await store.page(JobPage(limit: 1_000)).count <= 9)
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
