import Bus
import EngineService
import JSON
import JobControl
import Testing

@testable import Platform

/// What a crash leaves is only known when the crash comes exactly where it was asked for.
@Suite struct CrashPointTests {
    /// Stands for the end of the process.
    private struct Crash: Error {}

    @Test(arguments: ["journal:before:7", "journal:after:1", "effect:before:1", "effect:after:12"])
    func aPointIsReadAsItIsWritten(_ text: String) {
        #expect(CrashPoint(text)?.description == text)
    }

    @Test(arguments: [
        "", "journal", "journal:before", "journal:before:0", "effect:before:-1", "effect:during:1", "x:y:z",
    ])
    func whatIsNoPointIsNone(_ text: String) {
        #expect(CrashPoint(text) == nil)
    }

    @Test(arguments: [
        ("journal:before:1", 0), ("journal:after:1", 1), ("journal:before:3", 2), ("journal:after:3", 3),
    ])
    func aJournalEndsBeforeOrAfterItsNthWrite(_ point: String, _ left: Int) async throws {
        let kept = MemoryJobStore()
        let leases = CrashingJobLeases(SoleJobLeases(kept), try trigger(point))
        let record = JobRecord(id: "a", status: .running, createdAt: .now, steps: 1)
        await #expect(throws: Crash.self) {
            let lease = try await leases.create(record, document: [], entries: [entry(1)], key: nil, owner: "me")
            for sequence in 2...4 { try await leases.append([entry(UInt64(sequence))], to: record, under: lease) }
        }
        #expect(try await kept.entries(of: "a", after: 0, limit: 10).count == left)
    }

    @Test func aWriteThatIsRefusedIsNoPointAfterAWrite() async throws {
        let leases = CrashingJobLeases(SoleJobLeases(MemoryJobStore()), try trigger("journal:after:1"))
        let record = JobRecord(id: "a", status: .running, createdAt: .now, steps: 1)
        let lease = JobLease(job: "a", owner: "me", token: 1)
        await #expect(throws: JobStoreError.unknown("a")) {
            try await leases.append([entry(1)], to: record, under: lease)
        }
        await #expect(throws: Crash.self) {
            try await leases.create(record, document: [], entries: [entry(1)], key: nil, owner: "me")
        }
    }

    @Test(arguments: [("effect:before:2", 1), ("effect:after:2", 2)])
    func anEngineEndsBeforeOrAfterItsNthEffect(_ point: String, _ left: Int) async throws {
        let kept = MemoryEngineStore()
        let store = CrashingEngineStore(kept, try trigger(point))
        await #expect(throws: Crash.self) {
            for id in ["ada", "grace", "mary"] {
                _ = try await store.read { try $0.resource(id) }
                _ = try await store.write { try $0.put(["id": .string(id)], id: id).id }
            }
        }
        #expect(try await kept.read { try $0.resources().count } == left)
    }

    private func trigger(_ point: String) throws -> CrashTrigger {
        CrashTrigger(try #require(CrashPoint(point))) { throw Crash() }
    }

    private func entry(_ sequence: UInt64) -> JobEntry {
        JobEntry(sequence: sequence, type: .warning, time: .now, data: [:])
    }
}
