import Bus
import JobControl
import Testing

@testable import Storage

/// Which jobs a store forgets, and which it never does.
@Suite(.timeLimit(.minutes(1)))
struct JobRetentionContract: JobSamples {
    @Test(arguments: Backend.allCases)
    func whatEndedLongAgoIsForgottenWithAllThatIsKeptOfIt(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let jobs = stores.jobs
            for (number, second) in [5, 1, 3].enumerated() {
                try await jobs.create(
                    ended("j\(number)", at: second),
                    document: [7],
                    entries: [entry(1)],
                    key: "k\(number)"
                )
            }
            let removed = try await jobs.removeEnded(olderThan: Self.start + .seconds(3), keeping: nil, limit: 9)
            #expect(removed == 1)
            #expect(try await jobs.page(JobPage(limit: 9)).map(\.id) == ["j2", "j0"])
            #expect(try await jobs.record("j1") == nil)
            #expect(try await jobs.document("j1") == nil)
            #expect(try await jobs.entries(of: "j1", after: 0, limit: 9).isEmpty)
            #expect(try await jobs.job(forKey: "k1") == nil)
            #expect(try await jobs.entries(of: "j2", after: 0, limit: 9) == [entry(1)])
            try await jobs.create(record("j1"), document: [], entries: [], key: "k1")
            #expect(try await jobs.job(forKey: "k1") == "j1")
        }
    }

    @Test(arguments: Backend.allCases)
    func onlySoManyOfTheNewestAreKept(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let jobs = stores.jobs
            for number in 0..<6 {
                try await jobs.create(ended("j\(number)", at: 0), document: [], entries: [], key: nil)
            }
            #expect(try await jobs.removeEnded(olderThan: nil, keeping: 2, limit: 3) == 3)
            #expect(try await jobs.page(JobPage(limit: 9)).map(\.id) == ["j5", "j4", "j3"])
            #expect(try await jobs.removeEnded(olderThan: nil, keeping: 2, limit: 3) == 1)
            #expect(try await jobs.removeEnded(olderThan: nil, keeping: 2, limit: 3) == 0)
            #expect(try await jobs.removeEnded(olderThan: Self.start, keeping: 9, limit: 3) == 0)
            #expect(try await jobs.removeEnded(olderThan: .now, keeping: 0, limit: 9) == 2)
            #expect(try await jobs.page(JobPage(limit: 9)).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func whatMayStillChangeIsNeverForgotten(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let jobs = stores.jobs
            for (number, status) in JobStatus.allCases.enumerated() {
                let job = status.hasEnded ? ended("j\(number)", status, at: 0) : record("j\(number)", status)
                try await jobs.create(job, document: [], entries: [], key: nil)
            }
            let kept = JobStatus.allCases.filter { !$0.hasEnded || $0 == .revertIncomplete }
            #expect(try await jobs.removeEnded(olderThan: .now, keeping: 0, limit: 99) == JobStatus.forgettable.count)
            #expect(try await jobs.page(JobPage(limit: 99, order: .ascending)).map(\.status) == kept)
            #expect(kept.count + JobStatus.forgettable.count == JobStatus.allCases.count)
        }
    }
}
