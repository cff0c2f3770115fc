import Bus
import Logging
import Support
import Testing

@testable import JobControl

@Suite(.timeLimit(.minutes(1))) struct JobRetentionTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func record(_ id: String, _ status: JobStatus = .completed, endedAt: Timestamp? = .now) -> JobRecord {
        JobRecord(id: id, status: status, createdAt: .at(0), completedAt: endedAt, steps: 1)
    }

    @Test func oldJobsAreForgottenAtTheStartAndWhenOthersHaveEnded() async throws {
        let store = CountingJobStore()
        try await store.create(record("old", endedAt: .at(0)), document: [], entries: [], key: nil)
        try await store.create(record("left", .revertIncomplete, endedAt: .at(0)), document: [], entries: [], key: nil)
        try await store.create(record("new"), document: [], entries: [], key: nil)
        let retention = JobRetention(age: .seconds(60), count: nil, store: store, interval: 2, logger: logger)
        let running = Task { await retention.run() }
        try await store.sweeps.wait(forCount: 1)
        #expect(store.sweeps.elements == [1])
        #expect(try await store.page(JobPage(limit: 9)).map(\.id) == ["new", "left"])
        try await store.create(record("older", endedAt: .at(0)), document: [], entries: [], key: nil)
        retention.noteEnd()
        retention.noteEnd()
        try await store.sweeps.wait(forCount: 2)
        #expect(store.sweeps.elements == [1, 1])
        running.cancel()
        await running.value
    }

    @Test func manyAreForgottenInBatches() async throws {
        let store = CountingJobStore()
        for number in 0..<1_203 { try await store.create(record("\(number)"), document: [], entries: [], key: nil) }
        let retention = JobRetention(age: nil, count: 3, store: store, logger: logger)
        let running = Task { await retention.run() }
        try await store.sweeps.wait(forCount: 3)
        #expect(store.sweeps.elements == [500, 500, 200])
        #expect(try await store.page(JobPage(limit: 9)).map(\.id) == ["1202", "1201", "1200"])
        running.cancel()
        await running.value
    }

    @Test func withoutLimitsNothingIsLookedFor() async {
        let store = CountingJobStore()
        await JobRetention(age: nil, count: nil, store: store, logger: logger).run()
        #expect(store.sweeps.elements == [])
    }

    @Test func everyJobThatEndsIsCounted() async throws {
        let ends = Recorder<Int>()
        let harness = ControllerHarness(ScriptedPartners(), ended: { ends.record(1) })
        for _ in 0..<3 { _ = try await harness.run(#"{"steps":[]}"#) }
        try await ends.wait(forCount: 3)
    }
}
