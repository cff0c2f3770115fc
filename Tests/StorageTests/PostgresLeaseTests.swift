import Bus
import JobControl
import Testing

@testable import Storage

/// Several job-controls on one database.
@Suite(.timeLimit(.minutes(1)))
struct PostgresLeaseTests: JobSamples {
    private static let long: Duration = .seconds(60)

    /// Lends the leases of two processes, and the jobs they are about.
    private func withTwo(
        jobs count: Int,
        _ body: (_ ours: any JobLeases, _ theirs: any JobLeases, any JobStore) async throws -> Void
    ) async throws {
        try await withSchema { address in
            let stores = [try await Stores.open(.postgres(address)), try await Stores.open(.postgres(address))]
            for number in 0..<count {
                let jobs = stores[0].jobs
                try await jobs.create(record("j\(number)", .running), document: [], entries: [entry(1)], key: nil)
            }
            try await body(stores[0].leases, stores[1].leases, stores[0].jobs)
            for one in stores { try await one.close() }
        }
    }

    /// Claims until there is something: what a job-control does when it is woken.
    private func claim(from leases: any JobLeases, as owner: String) async throws -> [JobLease] {
        for await _ in leases.wakeUps(for: owner) {
            let claimed = try await leases.claim(limit: 100, owner: owner, for: Self.long)
            if !claimed.isEmpty { return claimed }
        }
        return []
    }

    @Test func aJobIsGivenToOneClaimerOnly() async throws {
        try await withTwo(jobs: 40) { ours, theirs, _ in
            let claimed = try await withThrowingTaskGroup(of: [JobLease].self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let leases = number % 2 == 0 ? ours : theirs
                        return try await leases.claim(limit: 5, owner: "o\(number % 2)", for: Self.long)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let rest = try await ours.claim(limit: 100, owner: "o0", for: Self.long)
            #expect((claimed + rest).map(\.job).sorted() == (0..<40).map { "j\($0)" }.sorted())
        }
    }

    @Test func whatALivingOwnerHasIsNotTaken() async throws {
        try await withTwo(jobs: 1) { ours, theirs, _ in
            #expect(try await ours.claim(limit: 9, owner: "us", for: Self.long).count == 1)
            #expect(try await theirs.claim(limit: 9, owner: "them", for: Self.long).isEmpty)
            #expect(try await theirs.claim("j0", owner: "them", for: Self.long) == nil)
            let own = try await ours.create(record("new"), document: [], entries: [], key: nil, owner: "us")
            #expect(try await theirs.claim(limit: 9, owner: "them", for: Self.long).isEmpty)
            try await ours.append([entry(1)], to: record("new", .running), under: own)
        }
    }

    @Test func aLapsedLeaseIsTakenOverAndTheOldOwnerWritesNothing() async throws {
        try await withTwo(jobs: 2) { ours, theirs, jobs in
            let old = try await ours.claim(limit: 9, owner: "us", for: .milliseconds(100))
            let first = try #require(old.first)
            try await ours.append([entry(2)], to: record("j0", .running), under: first)
            let new = try await claim(from: theirs, as: "them")
            #expect(new.map(\.job) == ["j0", "j1"])
            for entries in [[entry(3)], []] {
                await #expect(throws: JobStoreError.leaseLost("j0")) {
                    try await ours.append(entries, to: record("j0", .failed), under: first)
                }
            }
            let taken = try #require(new.first)
            #expect(taken.token > first.token)
            try await theirs.append([entry(3)], to: record("j0", .running), under: taken)
            #expect(try await jobs.record("j0")?.status == .running)
            #expect(try await jobs.entries(of: "j0", after: 0, limit: 9).map(\.sequence) == [1, 2, 3])
        }
    }

    @Test func aRenewedOwnerKeepsWhatItHas() async throws {
        try await withTwo(jobs: 1) { ours, theirs, _ in
            #expect(try await ours.claim(limit: 9, owner: "us", for: .milliseconds(1)).count == 1)
            try await ours.renew("us", for: Self.long)
            #expect(try await theirs.claim(limit: 9, owner: "them", for: Self.long).isEmpty)
        }
    }

    @Test func whatIsGivenBackWakesTheOthers() async throws {
        try await withTwo(jobs: 1) { ours, theirs, _ in
            let held = try #require(try await ours.claim(limit: 9, owner: "us", for: Self.long).first)
            async let taken = claim(from: theirs, as: "them")
            try await ours.release(held)
            #expect(try await taken.map(\.job) == ["j0"])
            await #expect(throws: JobStoreError.leaseLost("j0")) {
                try await ours.append([entry(2)], to: record("j0"), under: held)
            }
            try await ours.release(held)
            #expect(try await ours.claim(limit: 9, owner: "us", for: Self.long).isEmpty, "it was theirs already")
        }
    }

    @Test func whoResignsGivesAllOfItBack() async throws {
        try await withTwo(jobs: 2) { ours, theirs, _ in
            #expect(try await ours.claim(limit: 9, owner: "us", for: Self.long).count == 2)
            #expect(try await theirs.holder(of: "j0") == "us")
            async let taken = claim(from: theirs, as: "them")
            try await ours.resign("us")
            #expect(try await taken.map(\.job) == ["j0", "j1"])
            #expect(try await ours.holder(of: "j0") == "them")
        }
    }

    @Test func whatAnOwnerMayNotHaveToldIsLeftBehindUntilItIsForgotten() async throws {
        try await withTwo(jobs: 0) { ours, theirs, jobs in
            try await ours.renew("us", for: Self.long)
            let lease = try await ours.create(record("a"), document: [], entries: [entry(1)], key: nil, owner: "us")
            var end = record("a", .completed)
            end.completedAt = .now
            try await ours.append([entry(2, .jobCompleted)], to: end, under: lease)
            #expect(try await theirs.leftBehind(limit: 9).isEmpty, "its owner lives")
            try await ours.renew("us", for: .milliseconds(1))
            var wakeUps = theirs.wakeUps(for: "them").makeAsyncIterator()
            while try await theirs.leftBehind(limit: 9).isEmpty { _ = await wakeUps.next() }
            let left = LeftBehind(owner: "us", entries: [LastEntry(job: "a", entry(2, .jobCompleted))])
            #expect(try await theirs.leftBehind(limit: 9) == [left])
            try await theirs.forget(["us"])
            #expect(try await theirs.leftBehind(limit: 9).isEmpty)
        }
    }
}
