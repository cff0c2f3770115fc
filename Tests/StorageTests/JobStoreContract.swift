import Bus
import GRDB
import JSON
import JobControl
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1)))
struct JobStoreContract {
    private static let start = Timestamp(millisecondsSinceEpoch: 1_769_850_900_123)

    private func record(_ id: String, _ status: JobStatus = .queued, name: String? = nil) -> JobRecord {
        JobRecord(id: id, status: status, name: name, createdAt: Self.start, steps: 2)
    }

    private func entry(_ sequence: UInt64, _ type: JobEntryType = .warning, payload: JSONValue? = nil) -> JobEntry {
        JobEntry(
            sequence: sequence,
            type: type,
            time: Self.start + .milliseconds(sequence),
            data: ["n": JSONValue(sequence), "text": "a\u{0}b"],
            payload: payload
        )
    }

    @Test(arguments: Backend.allCases)
    func aJobIsReadAsItWasWritten(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let jobs = stores.jobs
            let new = record("a", name: "intake")
            let document: [UInt8] = Array(#"{ "steps": [], "name": "x\u0000" }"#.utf8)
            try await jobs.create(new, document: document, entries: [entry(1, .jobSubmitted), entry(2, .jobStarted)])
            #expect(try await jobs.record("a") == new)
            #expect(try await jobs.document("a") == document)
            #expect(
                try await jobs.entries(of: "a", after: 0, limit: 9) == [entry(1, .jobSubmitted), entry(2, .jobStarted)]
            )
            #expect(try await jobs.record("b") == nil)
            #expect(try await jobs.document("b") == nil)
            #expect(try await jobs.entries(of: "b", after: 0, limit: 9).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func anIDIsUsedOnce(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            try await stores.jobs.create(record("a", name: "first"), document: [1], entries: [])
            await #expect(throws: JobStoreError.exists("a")) {
                try await stores.jobs.create(record("a", name: "second"), document: [2], entries: [entry(1)])
            }
            #expect(try await stores.jobs.record("a")?.name == "first")
            #expect(try await stores.jobs.document("a") == [1])
            #expect(try await stores.jobs.entries(of: "a", after: 0, limit: 9).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func entriesAndSummaryAreWrittenTogether(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let jobs = stores.jobs
            try await jobs.create(record("a"), document: [], entries: [entry(1)])
            var ended = record("a", .failed)
            ended.completedAt = Self.start + .seconds(1)
            ended.error = "No service found for tag x"
            ended.failedTask = "x"
            let last = entry(3, .jobFailed, payload: ["input": [1, "€"]])
            try await jobs.append([entry(2), last], to: ended)
            #expect(try await jobs.record("a") == ended)
            #expect(try await jobs.entries(of: "a", after: 0, limit: 9) == [entry(1), entry(2), last])
            #expect(try await jobs.entries(of: "a", after: 1, limit: 1) == [entry(2)])
            #expect(try await jobs.entries(of: "a", after: 3, limit: 9).isEmpty)
            #expect(try await jobs.entries(of: "a", after: .max, limit: 9).isEmpty)
            #expect(try await jobs.entries(of: "a", after: 0, limit: 0).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func aSummaryMayChangeAlone(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            try await stores.jobs.create(record("a"), document: [], entries: [entry(1)])
            try await stores.jobs.append([], to: record("a", .running))
            #expect(try await stores.jobs.record("a")?.status == .running)
            try await stores.jobs.append([entry(2)], to: record("a", .running))
            await #expect(throws: JobStoreError.unknown("b")) { try await stores.jobs.append([], to: record("b")) }
        }
    }

    @Test(arguments: Backend.allCases)
    func whatDoesNotFollowIsRefused(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let jobs = stores.jobs
            try await jobs.create(record("a"), document: [], entries: [entry(1)])
            await #expect(throws: JobStoreError.unknown("b")) { try await jobs.append([entry(1)], to: record("b")) }
            for (wrong, expected, found) in [
                ([entry(1)], 2, 1), ([entry(3)], 2, 3), ([entry(2), entry(4)], 3, 4),
            ] as [([JobEntry], UInt64, UInt64)] {
                await #expect(throws: JobStoreError.outOfSequence(job: "a", expected: expected, found: found)) {
                    try await jobs.append(wrong, to: record("a", .running))
                }
            }
            await #expect(throws: JobStoreError.outOfSequence(job: "c", expected: 1, found: 2)) {
                try await jobs.create(record("c"), document: [], entries: [entry(2)])
            }
            #expect(try await jobs.record("a")?.status == .queued)
            #expect(try await jobs.entries(of: "a", after: 0, limit: 9) == [entry(1)])
        }
    }

    @Test(arguments: Backend.allCases)
    func theNewestJobsAreListedOldestFirst(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            for id in ["c", "a", "b"] { try await stores.jobs.create(record(id), document: [], entries: []) }
            #expect(try await stores.jobs.newest(10).map(\.id) == ["c", "a", "b"])
            #expect(try await stores.jobs.newest(2).map(\.id) == ["a", "b"])
            #expect(try await stores.jobs.newest(0).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func aFilterLooksForParts(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            var ended = record("b", .completed, name: "order-intake")
            ended.completedAt = Self.start + .seconds(3600)
            for record in [record("a", .running, name: "Order"), ended, record("c", .running)] {
                try await stores.jobs.create(record, document: [], entries: [])
            }
            func found(_ filter: JobFilter) async throws -> [String] {
                try await stores.jobs.newest(10, matching: filter).map(\.id)
            }
            #expect(try await found(JobFilter(name: "rder")) == ["a", "b"])
            #expect(try await found(JobFilter(name: "order")) == ["b"], "case counts")
            #expect(try await found(JobFilter(name: "")) == ["a", "b", "c"])
            #expect(try await found(JobFilter(status: "run")) == ["a", "c"])
            #expect(try await found(JobFilter(createdAt: "2026-01-31")) == ["a", "b", "c"])
            #expect(try await found(JobFilter(completedAt: "T10:15")) == ["b"])
            #expect(try await found(JobFilter(name: "rder", status: "running")) == ["a"])
            #expect(try await found(JobFilter(name: "%")) == [])
            #expect(try await stores.jobs.newest(1, matching: JobFilter(status: "running")).map(\.id) == ["c"])
        }
    }

    @Test(arguments: Backend.allCases)
    func unfinishedJobsAreFoundInOrder(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            for (number, status) in JobStatus.allCases.enumerated() {
                try await stores.jobs.create(record("j\(number)", status), document: [], entries: [])
            }
            #expect(try await stores.jobs.unfinished().map(\.status) == JobStatus.unfinished)
            try await stores.jobs.append([], to: record("j0", .completed))
            #expect(try await stores.jobs.unfinished().map(\.status) == Array(JobStatus.unfinished.dropFirst()))
        }
    }

    @Test(arguments: Backend.allCases)
    func manyJobsAppendAtOnce(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            try await withThrowingTaskGroup { group in
                for number in 0..<50 {
                    group.addTask {
                        try await stores.jobs.create(record("j\(number)"), document: [7], entries: [entry(1)])
                        for sequence in 2...10 as ClosedRange<UInt64> {
                            try await stores.jobs.append([entry(sequence)], to: record("j\(number)", .running))
                        }
                    }
                }
                try await group.waitForAll()
            }
            for number in 0..<50 {
                let entries = try await stores.jobs.entries(of: "j\(number)", after: 0, limit: 100)
                #expect(entries.map(\.sequence) == Array(1...10))
            }
        }
    }

    @Test func jobsOutliveTheProcess() async throws {
        try await afterReopening { stores in
            try await stores.jobs.create(record("a"), document: [1, 2], entries: [entry(1)])
            try await stores.jobs.append([entry(2)], to: record("a", .running))
        } _: { stores in
            #expect(try await stores.jobs.unfinished() == [record("a", .running)])
            #expect(try await stores.jobs.entries(of: "a", after: 0, limit: 9) == [entry(1), entry(2)])
            #expect(try await stores.jobs.document("a") == [1, 2])
            try await stores.jobs.append([entry(3)], to: record("a", .completed))
        }
    }

    @Test func restartsAskAnIndex() async throws {
        try await withTemporaryFolder { folder in
            let database = try await SQLiteDatabase.open(folder + "/p.db")
            let plan = try await database.plan(of: SQLiteSQL.Job.unfinished)
            #expect(plan.contains("USING INDEX job_unfinished"))
            try await database.close()
        }
    }
}

extension SQLiteDatabase {
    /// What SQLite says of how it runs a statement.
    fileprivate func plan(of sql: String) async throws -> String {
        try await read { db in
            try db.all("EXPLAIN QUERY PLAN " + sql) { $0[3] as String }.joined(separator: "\n")
        }
    }
}
