import Bus
import JSON
import JobControl
import Testing

@testable import Storage

/// Writing jobs and reading them back, whatever the store is.
@Suite(.timeLimit(.minutes(1)))
struct JobStoreContract: JobSamples {
    @Test(arguments: Backend.allCases)
    func aJobIsReadAsItWasWritten(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let jobs = stores.jobs
            let new = record("a", name: "intake")
            let document: [UInt8] = Array(#"{ "steps": [], "name": "x\u0000" }"#.utf8)
            let entries = [entry(1, .jobSubmitted), entry(2, .jobStarted)]
            try await jobs.create(new, document: document, entries: entries, key: nil)
            #expect(try await jobs.record("a") == new)
            #expect(try await jobs.document("a") == document)
            #expect(try await jobs.entries(of: "a", after: 0, limit: 9) == entries)
            #expect(try await jobs.record("b") == nil)
            #expect(try await jobs.document("b") == nil)
            #expect(try await jobs.entries(of: "b", after: 0, limit: 9).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func anIDIsUsedOnce(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            try await stores.jobs.create(record("a", name: "first"), document: [1], entries: [], key: nil)
            await #expect(throws: JobStoreError.exists("a")) {
                try await stores.jobs.create(record("a", name: "second"), document: [2], entries: [entry(1)], key: nil)
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
            try await jobs.create(record("a"), document: [], entries: [entry(1)], key: nil)
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
            try await stores.jobs.create(record("a"), document: [], entries: [entry(1)], key: nil)
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
            try await jobs.create(record("a"), document: [], entries: [entry(1)], key: nil)
            await #expect(throws: JobStoreError.unknown("b")) { try await jobs.append([entry(1)], to: record("b")) }
            for (wrong, expected, found) in [
                ([entry(1)], 2, 1), ([entry(3)], 2, 3), ([entry(2), entry(4)], 3, 4),
            ] as [([JobEntry], UInt64, UInt64)] {
                await #expect(throws: JobStoreError.outOfSequence(job: "a", expected: expected, found: found)) {
                    try await jobs.append(wrong, to: record("a", .running))
                }
            }
            await #expect(throws: JobStoreError.outOfSequence(job: "c", expected: 1, found: 2)) {
                try await jobs.create(record("c"), document: [], entries: [entry(2)], key: nil)
            }
            #expect(try await jobs.record("a")?.status == .queued)
            #expect(try await jobs.entries(of: "a", after: 0, limit: 9) == [entry(1)])
        }
    }

    @Test(arguments: Backend.allCases)
    func aKeyIsUsedOnce(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let jobs = stores.jobs
            try await jobs.create(record("a"), document: [1], entries: [entry(1)], key: "k\u{0}1")
            try await jobs.create(record("b"), document: [2], entries: [], key: "k")
            await #expect(throws: JobStoreError.keyInUse("k", by: "b")) {
                try await jobs.create(record("c"), document: [3], entries: [entry(1)], key: "k")
            }
            await #expect(throws: JobStoreError.exists("a")) {
                try await jobs.create(record("a"), document: [3], entries: [], key: "k")
            }
            #expect(try await jobs.job(forKey: "k\u{0}1") == "a")
            #expect(try await jobs.job(forKey: "k") == "b")
            #expect(try await jobs.job(forKey: "K") == nil)
            #expect(try await jobs.record("c") == nil)
            #expect(try await jobs.document("c") == nil)
        }
    }

    @Test(arguments: Backend.allCases)
    func ofManySubmissionsWithOneKeyOneIsKept(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let ends = await withTaskGroup(of: JobStoreError?.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        do {
                            try await stores.jobs.create(record("j\(number)"), document: [], entries: [], key: "k")
                            return nil
                        } catch {
                            return error as? JobStoreError ?? .busy("\(error)")
                        }
                    }
                }
                return await group.reduce(into: [JobStoreError?]()) { $0.append($1) }
            }
            let first = try #require(try await stores.jobs.job(forKey: "k"))
            #expect(ends.filter { $0 == nil }.count == 1)
            #expect(ends.compactMap(\.self).allSatisfy { $0 == .keyInUse("k", by: first) })
            #expect(try await stores.jobs.page(JobPage(limit: 100)).map(\.id) == [first])
        }
    }

    @Test(arguments: Backend.allCases)
    func parentAndHashStayAsTheyWereCreated(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            var new = record("b")
            new.parent = "a"
            new.documentHash = "1f"
            try await stores.jobs.create(new, document: [], entries: [entry(1)], key: nil)
            #expect(try await stores.jobs.record("b") == new)
            try await stores.jobs.append([entry(2)], to: record("b", .running))
            try await stores.jobs.append([], to: record("b", .running))
            new.status = .running
            #expect(try await stores.jobs.record("b") == new)
            #expect(try await stores.jobs.unfinished() == [new])
        }
    }

    @Test(arguments: Backend.allCases)
    func manyJobsAppendAtOnce(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            try await withThrowingTaskGroup { group in
                for number in 0..<50 {
                    group.addTask {
                        try await stores.jobs.create(record("j\(number)"), document: [7], entries: [entry(1)], key: nil)
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
}
