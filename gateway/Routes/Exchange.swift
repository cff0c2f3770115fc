import HTTPTypes

/// One request as the routes see it.
struct Exchange: Sendable {
    let method: HTTPRequest.Method
    let target: RequestTarget
    /// The decoded variable segment of the path.
    let variable: String?
    let fields: HTTPFields
    let origin: Origin
    /// Who asks, by the address of the connection.
    let client: String
    let identity: RequestIdentity
    let connection: Connection
    /// The whole body; empty when there is none or the route takes none.
    var body: [UInt8] = []

    /// A query item's value, empty when it stands without one; nil when it is not there.
    ///
    /// - Throws: ``Refusal`` 400 for bad percent-encoding anywhere in the query.
    func item(_ name: String) throws -> String? {
        if target.query.isEmpty { return nil }
        return try target.items().first { $0.name == name }?.value
    }

    /// Whether the client named `application/problem+json` among what it accepts.
    var acceptsProblem: Bool { fields[.accept].map(MediaType.problem.isNamed(inAccept:)) ?? false }

    /// How long the client waits for an outcome.
    var preferences: Preferences { Preferences(fields[.prefer]) }
}
