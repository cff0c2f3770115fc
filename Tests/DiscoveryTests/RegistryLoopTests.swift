import Bus
import JSON
import Logging
import Synchronization
import Testing

@testable import Discovery

@Suite(.timeLimit(.minutes(1)))
struct RegistryLoopTests {
    private func withLoop<T>(
        _ configuration: LivenessConfiguration = .init(),
        store: any RegistryStore = MemoryRegistryStore(),
        publish: @escaping @Sendable ([Event]) -> Void = { _ in },
        ping: @escaping @Sendable (String) async -> PingOutcome = { _ in .answered },
        _ body: (RegistryLoop) async throws -> T
    ) async throws -> T {
        let machine = RegistryMachine(configuration, source: "/discovery/test", at: .now)
        let loop = RegistryLoop(
            machine,
            store: store,
            publish: publish,
            ping: ping,
            logger: Logger(label: "test")
        )
        return try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await loop.run() }
            let result = try await body(loop)
            group.cancelAll()
            return result
        }
    }

    private func add(_ name: String, to loop: RegistryLoop, pings: Bool = false) async throws -> String {
        let url = "http://\(name)"
        let registration = Registration(serviceName: name, serviceURL: url, pingURL: pings ? url : nil)
        return try await loop.change { machine, moment in try machine.register(registration, at: moment).registryID }
    }

    @Test func aChangeIsKeptAndSeenWhenItsCallReturns() async throws {
        let store = MemoryRegistryStore()
        try await withLoop(store: store) { loop in
            let id = try await add("a", to: loop)
            #expect(loop.view.entry(id)?.serviceName == "a")
            #expect(try await store.load().entries == loop.view.entries.values)
        }
    }

    @Test func manyChangesAtOnceAllCountOnce() async throws {
        let store = MemoryRegistryStore()
        let events = Mutex<[Event]>([])
        try await withLoop(store: store, publish: { new in events.withLock { $0 += new } }) { loop in
            try await withThrowingTaskGroup { group in
                for number in 0..<500 { group.addTask { try await self.add("s\(number)", to: loop) } }
                try await group.waitForAll()
            }
            #expect(loop.view.entries.count == 500)
            #expect(loop.view.revision == 500)
        }
        #expect(events.withLock { $0.compactMap { $0.data["revision"]?.intValue } } == Array(1...500))
    }

    @Test func aRefusalReachesItsCallerAlone() async throws {
        try await withLoop { loop in
            let id = try await add("a", to: loop)
            await #expect(throws: Problem(.notFound, "Service not found: x")) {
                try await loop.change { machine, moment in try machine.renew("x", at: moment) }
            }
            #expect(loop.view.entry(id) != nil)
        }
    }

    @Test func whatCannotBeKeptNeverWas() async throws {
        let store = FailingStore()
        let events = Mutex(0)
        try await withLoop(store: store, publish: { new in events.withLock { $0 += new.count } }) { loop in
            store.isFailing.withLock { $0 = true }
            await #expect { try await add("a", to: loop) } throws: { ($0 as? Problem)?.status == .serviceUnavailable }
            #expect(loop.view.entries.count == 0)
            #expect(events.withLock { $0 } == 0)
            store.isFailing.withLock { $0 = false }
            _ = try await add("a", to: loop)
            #expect(loop.view.revision == 1)
        }
    }

    @Test func aServiceIsPingedAndEvicted() async throws {
        var configuration = LivenessConfiguration()
        configuration.pingInterval = .milliseconds(1)
        configuration.pingFailures = 2
        let (stream, evictions) = AsyncStream.makeStream(of: Event.self)
        let pings = Mutex(0)
        try await withLoop(
            configuration,
            publish: { for event in $0 where event.type == "platform.service.evicted" { evictions.yield(event) } },
            ping: { _ in
                pings.withLock { $0 += 1 }
                return .failed(reason: "refused")
            }
        ) { loop in
            _ = try await add("a", to: loop, pings: true)
            let event = await stream.first { _ in true }
            #expect(event?.data["reason"] == "2 pings in a row failed: refused")
            #expect(loop.view.entries.count == 0)
        }
        #expect(pings.withLock { $0 } == 2)
    }

    @Test func aPingWhoseOutcomeWasNotKeptIsToldAgain() async throws {
        var configuration = LivenessConfiguration()
        configuration.pingInterval = .milliseconds(1)
        configuration.pingFailures = 1
        let store = FailingStore()
        let (stream, evictions) = AsyncStream.makeStream(of: Void.self)
        let pings = Mutex(0)
        try await withLoop(
            configuration,
            store: store,
            publish: { for event in $0 where event.type == "platform.service.evicted" { evictions.yield() } },
            ping: { _ in
                pings.withLock { $0 += 1 }
                store.failures.withLock { $0 = 1 }
                return .failed(reason: "refused")
            }
        ) { loop in
            _ = try await add("a", to: loop, pings: true)
            for await _ in stream { break }
            #expect(loop.view.entries.count == 0)
        }
        #expect(pings.withLock { $0 } == 1)
    }

    @Test func aPingUnderWayDoesNotKeepTheRegistryFromEnding() async throws {
        var configuration = LivenessConfiguration()
        configuration.pingInterval = .milliseconds(1)
        let (stream, begun) = AsyncStream.makeStream(of: Void.self)
        try await withLoop(
            configuration,
            ping: { _ in
                begun.yield()
                try? await Task.sleep(for: .seconds(3600))
                return .notTried
            }
        ) { loop in
            _ = try await add("a", to: loop, pings: true)
            for await _ in stream { break }
        }
    }

    @Test func whatComesAfterTheEndIsRefused() async throws {
        let loop = try await withLoop { $0 }
        await #expect { try await add("a", to: loop) } throws: { ($0 as? Problem)?.status == .serviceUnavailable }
    }
}

/// Cannot keep anything while it is told to fail.
private final class FailingStore: RegistryStore {
    let isFailing = Mutex(false)
    /// How many more writes fail.
    let failures = Mutex(0)

    func load() async throws -> RegistryContents { RegistryContents() }

    func apply(_ changes: [RegistryChange]) async throws {
        let isOneOfThem = failures.withLock { count in
            defer { count = max(count - 1, 0) }
            return count > 0
        }
        if isOneOfThem || isFailing.withLock({ $0 }) { throw DiskIsFull() }
    }

    private struct DiskIsFull: Error {}
}
