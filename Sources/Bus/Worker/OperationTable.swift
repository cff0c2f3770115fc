public import JSON

/// The operations of one service, with those that every service shares: `ping`, `forms`, `about` and `health`.
///
/// An operation that nobody added is answered 404, never with silence.
///
/// ```swift
/// var operations = OperationTable(service: "greeter", version: "1.0") { _ in [] }
/// operations.on("greet") { request in .json(["greeting": "Hello"]) }
/// let worker = BusWorker(.init(service: "greeter", endpoint: bus), context: context, logger: logger) {
///     try await operations.answer($0)
/// }
/// ```
public struct OperationTable: Sendable {
    public typealias Handler = @Sendable (BusRequest) async throws -> BusReply

    private let service: String
    private var handlers: [String: Handler]

    /// - Parameters:
    ///   - service: the name on the bus, told by `about`.
    ///   - version: the service's own version, told by `about`.
    ///   - forms: what `forms` answers: a JSON array of what can be asked, with its links.
    public init(service: String, version: String, forms: @escaping @Sendable (BusRequest) -> JSONValue) {
        self.service = service
        self.handlers = [
            "ping": { _ in .json(["status": "ok"]) },
            "forms": { .json(forms($0)) },
            "about": { _ in .json(["name": .string(service), "version": .string(version)]) },
            "health": { _ in .json(["status": "ok", "timestamp": .string(Timestamp.now.description)]) },
        ]
    }

    /// Answers `operation` with `handler`, in the place of an earlier one of that name.
    public mutating func on(_ operation: String, _ handler: @escaping Handler) {
        handlers[operation] = handler
    }

    /// Gives the request to its operation's handler.
    ///
    /// - Throws: a 404 ``Problem`` for an unknown operation; otherwise what the handler throws.
    public func answer(_ request: BusRequest) async throws -> BusReply {
        guard let handler = handlers[request.operation] else {
            throw Problem(.notFound, "Unknown operation of \(service): \(request.operation)")
        }
        return try await handler(request)
    }
}
