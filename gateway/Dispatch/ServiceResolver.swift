import Bus
import Discovery

/// Says where a service that a path names is met: on the bus, or through the way out to HTTP services.
struct ServiceResolver: Sendable {
    struct Target: Sendable, Equatable {
        /// The service on the bus that is asked.
        var service: String
        /// The annotation `id`: the registry's id of the HTTP service behind `http-egress`.
        var id: String?
    }

    let directory: Directory

    /// A name that the registry does not know is tried on the bus: an internal service has no entry.
    func target(of name: String) async -> Target {
        guard let entry = await directory.entry(name) else { return Target(service: name) }
        switch entry.transport {
        case .bus: return Target(service: entry.serviceName)
        case .http: return Target(service: HTTPServiceProxy.service, id: entry.registryID)
        }
    }
}
