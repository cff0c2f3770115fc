import Bus
import JSON
import Storage
import Support
import Testing

@testable import JobControl

/// Two job-controls on one database: each job is run by one of them, and by the other when that one is gone.
@Suite(.timeLimit(.minutes(1))) struct JobTakeoverTests {
    private let document = #"{"steps":[{"tasks":[{"tag":"a","storeResultAt":"/x"}]},{"tasks":[{"tag":"b"}]}]}"#

    /// Partners whose service `a` answers when the gate opens.
    private func gated(_ gate: Promise<Void>, _ called: Promise<Void>) -> ScriptedPartners {
        ScriptedPartners { call in
            if call.target.name == "a" {
                called.fulfil(.success(()))
                try await gate.value
            }
            return TaskResult(status: 200, body: Array("{}".utf8))
        }
    }

    private func types(_ store: any JobStore, _ id: String) async throws -> [JobEntryType] {
        let entries = try await store.entries(of: id, after: 0, limit: 1_000)
        #expect(entries.map(\.sequence) == Array(1...UInt64(entries.count)))
        return entries.map(\.type)
    }

    @Test func everyJobIsRunByOneOfThem() async throws {
        let (ours, theirs) = (ScriptedPartners(), ScriptedPartners())
        try await SharedJobs.with { shared in
            try await shared.member(ours) { first in
                try await shared.member(theirs) { second in
                    var handles: [JobHandle] = []
                    for number in 0..<40 {
                        handles.append(try (number % 2 == 0 ? first : second).submit(document))
                    }
                    for handle in handles { #expect(try await handle.whenEnded == .completed) }
                    let asked = ours.asked + theirs.asked
                    #expect(asked.filter { $0 == "execute a" }.count == 40)
                    #expect(asked.filter { $0 == "execute b" }.count == 40)
                    #expect(!asked.contains { $0.hasPrefix("repeat") })
                }
            }
        }
    }

    @Test func aJobOfASilentHolderGoesOnAtTheOtherAndTheHolderWritesNothingMore() async throws {
        let (gate, called) = (Promise<Void>(), Promise<Void>())
        let theirs = ScriptedPartners()
        try await SharedJobs.with { shared in
            try await shared.member(gated(gate, called), lease: .milliseconds(300)) { first in
                let handle = try first.submit(document)
                try await called.value
                try await shared.member(theirs) { second in
                    first.leases.fallSilent()
                    try await second.published.ending(of: handle.id)
                    #expect(theirs.asked == ["prepare", "repeat a", "write /x", "execute b"])
                    let journal = try await types(second.store, handle.id)
                    gate.fulfil(.success(()))
                    await #expect(throws: JobElsewhere.self) { try await handle.whenEnded }
                    #expect(try await types(second.store, handle.id) == journal)
                    #expect(journal.filter(\.endsTheJob) == [.jobCompleted])
                }
            }
        }
    }

    @Test func whoIsHeardOfAgainLetsGoOfWhatItHasLost() async throws {
        let called = Promise<Void>()
        try await SharedJobs.with { shared in
            try await shared.member(gated(Promise(), called), lease: .milliseconds(300)) { first in
                let handle = try first.submit(document)
                try await called.value
                try await shared.member(ScriptedPartners()) { second in
                    first.leases.fallSilent()
                    try await second.published.ending(of: handle.id)
                    first.leases.speakAgain()
                    await #expect(throws: JobElsewhere.self) { try await handle.whenEnded }
                }
            }
        }
    }

    @Test func whoStopsGivesItsJobsBackAtOnce() async throws {
        let called = Promise<Void>()
        let theirs = ScriptedPartners()
        try await SharedJobs.with { shared in
            try await shared.member(theirs) { second in
                let id = try await shared.member(gated(Promise(), called)) { first in
                    let id = try first.submit(document).id
                    try await called.value
                    return id
                }
                try await second.published.ending(of: id)
                #expect(try await second.store.record(id)?.status == .completed)
            }
        }
    }

    @Test func aPausedJobIsResumedByWhoeverIsAsked() async throws {
        let (gate, called) = (Promise<Void>(), Promise<Void>())
        let theirs = ScriptedPartners()
        try await SharedJobs.with { shared in
            try await shared.member(gated(gate, called)) { first in
                let handle = try first.submit(document)
                let id = handle.id
                try await called.value
                try await first.controller.steer(id, .init(.pause))
                gate.fulfil(.success(()))
                // Whoever waits here would not hear of its end.
                await #expect(throws: JobElsewhere.self) { try await handle.whenEnded }
                try await shared.member(theirs) { second in
                    try await second.controller.steer(id, .init(.resume))
                    try await second.published.ending(of: id)
                    #expect(theirs.asked == ["execute b"])
                    #expect(try await types(second.store, id).last == .jobCompleted)
                }
            }
        }
    }

    @Test func theEndThatAHolderNeverToldIsToldByTheOther() async throws {
        try await SharedJobs.with { shared in
            let stores = try await shared.open()
            let record = JobRecord(id: "j", status: .running, createdAt: .now, steps: 1)
            try await stores.leases.renew("gone", for: .milliseconds(1))
            let lease = try await stores.leases.create(record, document: [], entries: [], key: nil, owner: "gone")
            let end = JobEntry(sequence: 1, type: .jobCompleted, time: .now, data: [:])
            var ended = record
            (ended.status, ended.completedAt) = (.completed, .now)
            try await stores.leases.append([end], to: ended, under: lease)
            try await shared.member(ScriptedPartners()) { other in
                try await other.published.ending(of: "j")
                #expect(other.published.all == [end.event(of: "j")])
            }
            try await stores.close()
        }
    }
}
