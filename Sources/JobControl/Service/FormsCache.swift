import Bus
import Discovery
import JSON
import Synchronization

/// What services say of themselves: asked once for every registration, and kept as long as that stands.
///
/// A task waits a little for an answer that was never there, and not at all for one that is late: a service that has
/// its hands full is then taken for one of which nothing is known, until it has answered.
final class FormsCache: Sendable {
    private struct Entry {
        /// When the service announced itself: it may say something else since then.
        let announcedAt: Timestamp
        let forms: Promise<ServiceForms>
        var isLate = false
    }

    /// How long a task waits for the answer.
    private static let patience = Duration.seconds(1)
    /// How long the question may stand.
    private static let timeout = Duration.seconds(30)
    /// How many services are remembered; the cache starts anew above it.
    private static let limit = 10_000

    private let bus: BusClient
    private let entries = Mutex<[String: Entry]>([:])

    init(bus: BusClient) {
        self.bus = bus
    }

    /// What is known of a service; without waiting where it is known.
    func known(_ entry: RegistryEntry) -> ServiceForms? {
        // HTTP services are met as the contract says; asking them would call somebody who may never be used.
        if entry.transport == .http { return .unknown }
        return entries.withLock { entries in
            guard let known = entries[entry.registryID], known.announcedAt == entry.lastRenewed else { return nil }
            return known.forms.valueNow ?? (known.isLate ? .unknown : nil)
        }
    }

    /// What a service says of itself, waiting for it if need be.
    func forms(of entry: RegistryEntry) async throws -> ServiceForms {
        if let known = known(entry) { return known }
        let promise = question(entry)
        let forms = try await withThrowingTaskGroup(of: ServiceForms?.self) { group in
            group.addTask { try await promise.value }
            group.addTask {
                try await Task.sleep(for: Self.patience)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        if let forms { return forms }
        entries.withLock { $0[entry.registryID]?.isLate = true }
        return .unknown
    }

    private func question(_ entry: RegistryEntry) -> Promise<ServiceForms> {
        let (promise, isNew) = entries.withLock { entries in
            if let known = entries[entry.registryID], known.announcedAt == entry.lastRenewed {
                return (known.forms, false)
            }
            if entries.count >= Self.limit { entries = [:] }
            let forms = Promise<ServiceForms>()
            entries[entry.registryID] = Entry(announcedAt: entry.lastRenewed, forms: forms)
            return (forms, true)
        }
        if isNew { Task { await ask(entry, promise) } }
        return promise
    }

    private func ask(_ entry: RegistryEntry, _ promise: Promise<ServiceForms>) async {
        do {
            let reply = try await bus.request(entry.serviceName, "forms", within: Self.timeout, repeatable: true)
            let forms = reply.status.isSuccess ? try? ServiceForms(reply.json()) : nil
            promise.fulfil(.success(forms ?? .unknown))
        } catch {
            promise.fulfil(.success(.unknown))
            // It did not say anything: the next task asks again.
            entries.withLock { entries in
                if entries[entry.registryID]?.forms === promise { entries[entry.registryID] = nil }
            }
        }
    }
}
