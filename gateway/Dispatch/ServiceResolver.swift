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
    ///
    /// - Throws: ``Refusal`` 404 for what can be no service's name.
    func target(of name: String) async throws(Refusal) -> Target {
        guard Self.isName(name) else { throw .notFound("/services/: no service can have that name") }
        guard let entry = await directory.entry(name) else { return Target(service: name) }
        switch entry.transport {
        case .bus: return Target(service: entry.serviceName)
        case .http: return Target(service: HTTPServiceProxy.service, id: entry.registryID)
        }
    }

    /// The bus carries names of 1 to 255 bytes without control characters.
    private static func isName(_ name: String) -> Bool {
        (1...255).contains(name.utf8.count) && name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}
