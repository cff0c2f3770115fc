import HTTPTypes

/// One row of the contract: a method, a path, and what the gateway does for it.
struct Route: Sendable {
    enum Action: Sendable {
        /// Ask a service on the bus.
        case call(BusCall)
        /// Answer here, without the bus or with more than one reply of it.
        case local(@Sendable (Exchange) async throws -> Answer)
    }

    let method: HTTPRequest.Method
    /// The path with at most one variable segment: `/state/{id}`.
    let path: String
    let action: Action

    static func get(_ path: String, _ call: BusCall) -> Self { Self(method: .get, path: path, action: .call(call)) }
    static func put(_ path: String, _ call: BusCall) -> Self { Self(method: .put, path: path, action: .call(call)) }
    static func post(_ path: String, _ call: BusCall) -> Self { Self(method: .post, path: path, action: .call(call)) }
    static func patch(_ path: String, _ call: BusCall) -> Self { Self(method: .patch, path: path, action: .call(call)) }
    static func delete(_ path: String, _ call: BusCall) -> Self {
        Self(method: .delete, path: path, action: .call(call))
    }

    static func get(_ path: String, _ answer: @escaping @Sendable (Exchange) async throws -> Answer) -> Self {
        Self(method: .get, path: path, action: .local(answer))
    }
}
