import Bus
import JobControl
import Testing

@testable import Storage

/// Of which jobs a restart tells the last entries once more.
@Suite(.timeLimit(.minutes(1)))
struct JobLastEntryContract: JobSamples {
    @Test(arguments: Backend.allCases)
    func jobsAtRestTellTheirLastEntries(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            for (number, status) in JobStatus.allCases.enumerated() {
                let job = status.hasEnded ? ended("\(status)", status, at: number) : record("\(status)", status)
                try await stores.jobs.create(job, document: [], entries: [entry(1), entry(2)], key: nil)
            }
            let resting = JobStatus.allCases.filter { $0.hasEnded || $0 == .paused }
            let expected = resting.map { LastEntry(job: "\($0)", entry(2)) }
            #expect(Set(try await stores.jobs.lastEntries(limit: 9)) == Set(expected))
        }
    }

    @Test(arguments: Backend.allCases)
    func ofManyThoseThatEndedLastAreTold(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            for (number, second) in [5, 1, 3].enumerated() {
                let job = ended("j\(number)", at: second)
                try await stores.jobs.create(job, document: [], entries: [entry(1)], key: nil)
            }
            #expect(Set(try await stores.jobs.lastEntries(limit: 2).map(\.job)) == ["j0", "j2"])
            #expect(try await stores.jobs.lastEntries(limit: 0).isEmpty)
        }
    }
}
