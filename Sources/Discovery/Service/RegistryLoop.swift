import Bus
import Logging
import Synchronization

/// Runs the machine: one decision after another, and everything that waited to one write of the store.
///
/// A decision is durable before anybody sees it: the store is written, then readers see the new registry, then events
/// are published and callers answered. A decision that cannot be kept never was.
final class RegistryLoop: Sendable {
    private struct State {
        var view: RegistryView
        var waiting: [PendingChange] = []
        var hasEnded = false
    }

    private let state: Mutex<State>
    private let start: RegistryMachine
    private let store: any RegistryStore
    private let publish: @Sendable ([Event]) -> Void
    private let ping: @Sendable (_ registryID: String) async -> PingOutcome
    private let logger: Logger
    private let wakeUps = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// How long to wait before trying again what the store could not keep.
    private static let pause: Duration = .seconds(1)

    init(
        _ machine: RegistryMachine,
        store: any RegistryStore,
        publish: @escaping @Sendable ([Event]) -> Void,
        ping: @escaping @Sendable (_ registryID: String) async -> PingOutcome,
        logger: Logger
    ) {
        start = machine
        state = Mutex(State(view: machine.view))
        self.store = store
        self.publish = publish
        self.ping = ping
        self.logger = logger
    }

    /// The registry as it is now.
    var view: RegistryView { state.withLock { $0.view } }

    /// Lets the machine decide, and returns what `body` returned when that is kept.
    ///
    /// - Throws: what `body` throws; a 503 ``Problem`` when the store cannot keep it, or the registry has ended.
    func change<T: Sendable>(
        _ body: @escaping @Sendable (inout RegistryMachine, Moment) throws -> T
    ) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            let change = PendingChange(body, resuming: continuation)
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waiting.append(change) }
                return state.hasEnded
            }
            if hasEnded { change.fail(Problem.ended) } else { wakeUps.continuation.yield() }
        }
    }

    /// Decides until its task is cancelled; refuses what comes later.
    func run() async {
        var machine = start
        let timer = DeadlineTimer { [wakeUps] in wakeUps.continuation.yield() }
        await withDiscardingTaskGroup { group in
            timer.arm(at: machine.nextDeadline)
            for await _ in wakeUps.stream {
                let (pings, deadline) = await decide(with: &machine)
                for id in pings {
                    group.addTask { await self.pingAndTell(id) }
                }
                timer.arm(at: deadline)
            }
            group.cancelAll()
            // Before the group waits for its pings: nobody decides what they tell any more.
            end()
        }
    }

    /// One round; answers what to ping, and when to look again.
    private func decide(with machine: inout RegistryMachine) async -> ([String], ContinuousClock.Instant?) {
        let before = machine
        let moment = Moment.now
        let waiting = takeWaiting()
        machine.expire(at: moment)
        let answers = waiting.map { $0.decide(&machine, moment) }
        let effects = machine.takeEffects()
        do {
            try await keep(effects.changes)
        } catch {
            logger.error("registry cannot be written", metadata: ["error": "\(error)"])
            machine = before
            for change in waiting { change.fail(Problem.notKept) }
            return ([], moment.instant + Self.pause)
        }
        show(machine.view)
        publish(effects.events)
        for answer in answers { answer() }
        return (effects.pings, machine.nextDeadline)
    }

    private func keep(_ changes: [RegistryChange]) async throws {
        if !changes.isEmpty { try await store.apply(changes) }
    }

    private func show(_ view: RegistryView) {
        state.withLock { $0.view = view }
    }

    private func takeWaiting() -> [PendingChange] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// Tells until it is kept or the registry ends: until then the service counts as being pinged, and is not asked
    /// again.
    private func pingAndTell(_ id: String) async {
        let outcome = await ping(id)
        while true {
            do {
                return try await change { $0.pinged(id, outcome, at: $1) }
            } catch {
                guard (try? await Task.sleep(for: Self.pause)) != nil else { return }
            }
        }
    }

    private func end() {
        state.withLock { $0.hasEnded = true }
        for change in takeWaiting() { change.fail(Problem.ended) }
    }
}

extension Problem {
    fileprivate static let ended = Problem(.serviceUnavailable, "Discovery is ending")
    fileprivate static let notKept = Problem(
        .serviceUnavailable,
        "The registry's store cannot be written now, so nothing was changed: try again later"
    )
}
