import Bus
import JSON
import JobControl
import Testing

@testable import Storage

/// Which jobs a store finds, and in which order.
@Suite(.timeLimit(.minutes(1)))
struct JobListContract: JobSamples {
    @Test(arguments: Backend.allCases)
    func jobsAreListedFromEitherEnd(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            for id in ["c", "a", "b"] { try await stores.jobs.create(record(id), document: [], entries: [], key: nil) }
            func ids(_ limit: Int, after: String? = nil, _ order: JobPage.Order) async throws -> [String] {
                try await stores.jobs.page(JobPage(limit: limit, after: after, order: order)).map(\.id)
            }
            #expect(try await ids(10, .descending) == ["b", "a", "c"])
            #expect(try await ids(2, .descending) == ["b", "a"])
            #expect(try await ids(2, .ascending) == ["c", "a"])
            #expect(try await ids(2, after: "c", .ascending) == ["a", "b"])
            #expect(try await ids(1, after: "c", .ascending) == ["a"])
            #expect(try await ids(2, after: "b", .ascending).isEmpty)
            #expect(try await ids(2, after: "b", .descending) == ["a", "c"])
            #expect(try await ids(2, after: "c", .descending).isEmpty)
            #expect(try await ids(0, .ascending).isEmpty)
            await #expect(throws: JobStoreError.unknown("x")) { try await ids(2, after: "x", .ascending) }
        }
    }

    @Test(arguments: Backend.allCases)
    func aFilteredListGoesOnAfterAJob(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            for number in 0..<6 {
                let status = number.isMultiple(of: 2) ? JobStatus.completed : .failed
                try await stores.jobs.create(record("j\(number)", status), document: [], entries: [], key: nil)
            }
            let filter = JobFilter(status: "completed")
            func ids(after: String?, _ order: JobPage.Order) async throws -> [String] {
                let page = JobPage(limit: 2, after: after, order: order, filter: filter)
                return try await stores.jobs.page(page).map(\.id)
            }
            #expect(try await ids(after: nil, .ascending) == ["j0", "j2"])
            #expect(try await ids(after: "j2", .ascending) == ["j4"])
            #expect(try await ids(after: "j4", .descending) == ["j2", "j0"])
            #expect(try await ids(after: "j5", .descending) == ["j4", "j2"])
        }
    }

    @Test(arguments: Backend.allCases)
    func aFilterLooksForParts(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            var ended = record("b", .completed, name: "order-intake")
            ended.completedAt = Self.start + .seconds(3600)
            for record in [record("a", .running, name: "Order"), ended, record("c", .running)] {
                try await stores.jobs.create(record, document: [], entries: [], key: nil)
            }
            func found(_ filter: JobFilter) async throws -> [String] {
                try await stores.jobs.page(JobPage(limit: 10, order: .ascending, filter: filter)).map(\.id)
            }
            #expect(try await found(JobFilter(name: "rder")) == ["a", "b"])
            #expect(try await found(JobFilter(name: "order")) == ["b"], "case counts")
            #expect(try await found(JobFilter(name: "")) == ["a", "b", "c"])
            #expect(try await found(JobFilter(status: "run")) == ["a", "c"])
            #expect(try await found(JobFilter(createdAt: "2026-01-31")) == ["a", "b", "c"])
            #expect(try await found(JobFilter(completedAt: "T10:15")) == ["b"])
            #expect(try await found(JobFilter(name: "rder", status: "running")) == ["a"])
            #expect(try await found(JobFilter(name: "%")) == [])
            let newest = JobPage(limit: 1, filter: JobFilter(status: "running"))
            #expect(try await stores.jobs.page(newest).map(\.id) == ["c"])
        }
    }

    @Test(arguments: Backend.allCases)
    func aNameWithANULCharacterIsFound(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            for record in [record("a", .running, name: "x\0y"), record("b", .running, name: "xy")] {
                try await stores.jobs.create(record, document: [], entries: [], key: nil)
            }
            let page = JobPage(limit: 10, filter: JobFilter(name: "x\0"))
            #expect(try await stores.jobs.page(page).map(\.id) == ["a"])
        }
    }

    @Test(arguments: Backend.allCases)
    func unfinishedJobsAreFoundInOrder(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            for (number, status) in JobStatus.allCases.enumerated() {
                try await stores.jobs.create(record("j\(number)", status), document: [], entries: [], key: nil)
            }
            #expect(try await stores.jobs.unfinished().map(\.status) == JobStatus.unfinished)
            try await stores.jobs.append([], to: record("j0", .completed))
            #expect(try await stores.jobs.unfinished().map(\.status) == Array(JobStatus.unfinished.dropFirst()))
        }
    }

    @Test(arguments: Backend.allCases)
    func jobsWithRevertsLeftAreFoundInOrder(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let statuses: [JobStatus] = [.revertIncomplete, .failed, .revertIncomplete, .running, .revertIncomplete]
            for (number, status) in statuses.enumerated() {
                try await stores.jobs.create(record("j\(number)", status), document: [], entries: [], key: nil)
            }
            let jobs = stores.jobs
            #expect(try await jobs.incomplete(after: nil, limit: 9).map(\.id) == ["j0", "j2", "j4"])
            #expect(try await jobs.incomplete(after: nil, limit: 1).map(\.id) == ["j0"])
            #expect(try await jobs.incomplete(after: "j0", limit: 1).map(\.id) == ["j2"])
            #expect(try await jobs.incomplete(after: "j4", limit: 9).isEmpty)
            await #expect(throws: JobStoreError.unknown("x")) { try await jobs.incomplete(after: "x", limit: 9) }
            try await jobs.append([], to: record("j0", .failed))
            #expect(try await jobs.incomplete(after: nil, limit: 9).map(\.id) == ["j2", "j4"])
        }
    }
}
