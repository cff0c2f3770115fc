import Bus
import JSON
import Synchronization

/// Which members of a service's inputs and results are secret, as the service's own forms say.
///
/// A service is asked when somebody reads a history, and once more after a while. One that cannot be asked keeps what it
/// last said.
final class ServiceSecrets: Sendable {
    /// Asks a service for its forms; nil when it has none.
    typealias Forms = @Sendable (String) async throws -> JSONValue?

    private struct Known {
        var names: Set<String>
        var until: ContinuousClock.Instant
    }

    /// How long an answer holds.
    private static let patience = Duration.seconds(60)
    /// Services beyond that are asked every time.
    private static let limit = 1_000

    private let forms: Forms
    private let known = Mutex<[String: Known]>([:])

    init(forms: @escaping Forms) {
        self.forms = forms
    }

    /// Asks over the bus.
    convenience init(_ bus: BusClient) {
        self.init { service in
            let reply = try await bus.request(service, "forms", within: .seconds(2), repeatable: true)
            // A service without forms declares no secrets.
            if reply.status == .notFound || reply.status == .notImplemented { return nil }
            guard reply.status.isSuccess else { throw Problem(reply.status, "\(service) does not tell its forms") }
            return try reply.json()
        }
    }

    /// The names of the secret members; nil when the service cannot be asked and never was.
    func names(of service: String) async -> Set<String>? {
        let earlier = known.withLock { $0[service] }
        if let earlier, earlier.until > .now { return earlier.names }
        let names: Set<String>
        do {
            names = try await forms(service).map(Redaction.names) ?? []
        } catch {
            return earlier?.names
        }
        known.withLock { known in
            if known.count < Self.limit || known[service] != nil {
                known[service] = Known(names: names, until: .now + Self.patience)
            }
        }
        return names
    }
}
