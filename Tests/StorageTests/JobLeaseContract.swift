import JobControl
import Storage
import Testing

/// What holds for leases whatever the store is.
@Suite(.timeLimit(.minutes(1)))
struct JobLeaseContract: JobSamples {
    @Test(arguments: Backend.allCases)
    func whatIsToGoOnIsClaimedInOrderOfSubmission(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            for (number, status) in JobStatus.allCases.enumerated() {
                try await stores.jobs.create(record("j\(number)", status), document: [], entries: [], key: nil)
            }
            let goesOn = JobStatus.allCases.enumerated().filter { !$1.hasEnded && $1 != .paused }
            let expected = goesOn.map { "j\($0.offset)" }
            let first = try await stores.leases.claim(limit: 1, owner: "me", for: .seconds(60))
            #expect(first.map(\.job) == Array(expected.prefix(1)))
            let all = try await stores.leases.claim(limit: 100, owner: "me", for: .seconds(60))
            #expect(Set((first + all).map(\.job)) == Set(expected))
            #expect(try await stores.leases.claim(limit: 0, owner: "me", for: .seconds(60)).isEmpty)
        }
    }

    @Test(arguments: Backend.allCases)
    func anOwnerWritesUnderItsLease(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let leases = stores.leases
            let lease = try await leases.create(
                record("a\u{0}"),
                document: [1],
                entries: [entry(1)],
                key: "k",
                owner: "me\u{0}"
            )
            try await leases.append([entry(2), entry(3)], to: record("a\u{0}", .running), under: lease)
            try await leases.append([], to: record("a\u{0}", .paused), under: lease)
            #expect(try await stores.jobs.record("a\u{0}")?.status == .paused)
            #expect(try await stores.jobs.entries(of: "a\u{0}", after: 0, limit: 9).map(\.sequence) == [1, 2, 3])
            await #expect(throws: JobStoreError.outOfSequence(job: "a\u{0}", expected: 4, found: 9)) {
                try await leases.append([entry(9)], to: record("a\u{0}"), under: lease)
            }
            await #expect(throws: JobStoreError.exists("a\u{0}")) {
                try await leases.create(record("a\u{0}"), document: [], entries: [], key: nil, owner: "me")
            }
            #expect(try await leases.claim("a\u{0}", owner: "me\u{0}", for: .seconds(60)) == lease)
            await #expect(throws: JobStoreError.unknown("b")) {
                try await leases.claim("b", owner: "me", for: .seconds(60))
            }
            try await leases.renew("me\u{0}", for: .seconds(60))
            try await leases.release(lease)
            try await leases.resign("me\u{0}")
        }
    }

    @Test(arguments: Backend.allCases)
    func anOwnerIsToldWhichJobsItHasThatHaveNotEnded(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let statuses: [JobStatus] = [.running, .completed, .paused]
            for status in statuses {
                _ = try await stores.leases.create(
                    record("\(status)", status),
                    document: [],
                    entries: [],
                    key: nil,
                    owner: "me"
                )
            }
            #expect(try await stores.leases.jobs(heldBy: "me") == ["running", "paused"])
        }
    }

    @Test(arguments: Backend.allCases)
    func theFirstWakeUpComesAtOnce(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            var wakeUps = stores.leases.wakeUps(for: "me").makeAsyncIterator()
            #expect(await wakeUps.next() != nil)
        }
    }
}
