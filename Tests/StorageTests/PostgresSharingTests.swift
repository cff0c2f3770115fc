import Bus
import Discovery
import EngineService
import JSON
import JobControl
import SharedState
import Support
import Testing

@testable import Storage

/// Several processes on one database, each as its own stores.
@Suite(.timeLimit(.minutes(1)))
struct PostgresSharingTests: JobSamples {
    private func withTwo(_ body: ([Stores]) async throws -> Void) async throws {
        try await withSchema { address in
            let stores = [try await Stores.open(.postgres(address)), try await Stores.open(.postgres(address))]
            try await body(stores)
            for one in stores { try await one.close() }
        }
    }

    @Test func noUpdateOfADocumentIsLost() async throws {
        try await withTwo { stores in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<300 {
                    group.addTask {
                        try await stores[number % 2].state.update("a") { slot in
                            let time = Self.start + .seconds(slot.version)
                            let next = StateDocument(
                                id: "a",
                                version: slot.version + 1,
                                createdAt: Self.start,
                                lastModified: time,
                                content: Array("{}".utf8)
                            )
                            let change = StateChange(version: next.version, time: time, createdAt: Self.start)
                            return StateUpdate(.save(next, change), outcome: next.version)
                        }
                    }
                }
                let versions = try await group.reduce(into: Set<Int>()) { $0.insert($1) }
                #expect(versions == Set(1...300), "each saw a different version, the first ones none")
            }
        }
    }

    @Test func noCommandOfAnEngineIsLost() async throws {
        try await withTwo { stores in
            try await withThrowingTaskGroup { group in
                for number in 0..<300 {
                    group.addTask {
                        try await stores[number % 2].engine(service: "person").write { transaction in
                            let count = try transaction.resource("a")?.value["n"]?.intValue ?? 0
                            try transaction.put(["n": JSONValue(count + 1)], id: "a")
                            try transaction.put(["n": 0], id: "r\(number)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let resources = try await stores[0].engine(service: "person").read { try $0.resources() }
            #expect(resources.first { $0.id == "a" }?.value == ["n": 300])
            #expect(Set(resources.map(\.position)).count == 301, "no two have one place")
        }
    }

    @Test func aKeyAndAnIDAreOneJobsAmongAll() async throws {
        try await withTwo { stores in
            let created = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        do {
                            let new = record("j\(number / 2)")
                            let key = number < 20 ? "k" : "k\(number / 2)"
                            let jobs = stores[number % 2].jobs
                            try await jobs.create(new, document: [], entries: [entry(1)], key: key)
                            return true
                        } catch is JobStoreError {
                            return false
                        }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(created == 11, "one for the key, and each of the other ten ids")
            #expect(try await stores[0].jobs.page(JobPage(limit: 100)).count == 11)
        }
    }

    @Test func ofTwoWhoAppendTheSameEntryOneIsToldSo() async throws {
        try await withTwo { stores in
            try await stores[0].jobs.create(record("a"), document: [], entries: [entry(1)], key: nil)
            for sequence in 2...20 as ClosedRange<UInt64> {
                let ends = await withTaskGroup(of: Bool.self) { group in
                    for one in stores {
                        group.addTask {
                            do {
                                try await one.jobs.append([entry(sequence)], to: record("a", .running))
                                return true
                            } catch {
                                return false
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(ends.filter { $0 }.count == 1)
            }
            #expect(try await stores[1].jobs.entries(of: "a", after: 0, limit: 99).map(\.sequence) == Array(1...20))
        }
    }

    @Test func registryChangesOfAllAreKept() async throws {
        try await withTwo { stores in
            try await withThrowingTaskGroup { group in
                for number in 0..<100 {
                    group.addTask {
                        try await stores[number % 2].registry.apply([
                            .remember(serviceName: "shared", registryID: "\(number)"),
                            .remember(serviceName: "s\u{0}\(number)", registryID: "i"),
                        ])
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await stores[1].registry.load().names.count == 101)
        }
    }
}
