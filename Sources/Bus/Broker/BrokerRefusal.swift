import JSON

/// Why the broker answers a request itself. Clients tell these from a service's answers by the flag.
enum BrokerRefusal: Sendable, Hashable {
    case noWorker(service: String)
    case queueFull(service: String, limit: Int)
    case tooMuch
    case stopping
    case tooLarge(bytes: Int, limit: Int)
    case expired(service: String)
    case workerLost(service: String)
    case notTaken
    case malformed(EnvelopeError)
    case forbidden(name: String, what: String)
    /// The key lost its entry when a worker had the request already.
    case revoked(name: String)

    var status: Status {
        switch self {
        case .noWorker, .queueFull, .tooMuch, .stopping: .serviceUnavailable
        case .tooLarge: .contentTooLarge
        case .expired: .gatewayTimeout
        case .workerLost, .notTaken, .revoked: .badGateway
        case .malformed: .badRequest
        case .forbidden: .forbidden
        }
    }

    /// In how many seconds it is worth another try; nil when nothing speaks for it.
    var retryAfter: Int? {
        switch self {
        case .queueFull, .tooMuch, .stopping: 1
        case .noWorker, .tooLarge, .expired, .workerLost, .notTaken, .malformed, .forbidden, .revoked: nil
        }
    }

    var sentence: String {
        switch self {
        case .noWorker(let service): "No worker offers the service '\(service)'."
        case .queueFull(let service, let limit): "\(limit) requests are waiting for the service '\(service)' already."
        case .tooMuch: "The broker has too much to do."
        case .stopping: "The broker is shutting down."
        case .tooLarge(let bytes, let limit): "The body has \(bytes) bytes; \(limit) are allowed."
        case .expired(let service): "The service '\(service)' did not answer in time."
        case .workerLost(let service): "The worker of the service '\(service)' that had the request is gone."
        case .notTaken: "The reply, or a part of it, could not be passed on: the connection takes no more."
        case .malformed(let error): error.description
        case .forbidden(let name, let what): "The key '\(name)' may not call '\(what)'."
        case .revoked(let name): "The key '\(name)' has no rights any more; a worker had the request."
        }
    }

    /// The reply that says so.
    func reply(to correlation: UInt64) -> Envelope {
        var annotations: Annotations = [Annotations.contentType: "application/problem+json"]
        annotations[Annotations.retryAfter] = retryAfter.map(String.init)
        return Envelope(
            .reply,
            flags: .fromBroker,
            status: status,
            correlation: correlation,
            annotations: annotations,
            body: Problem(status, sentence).bytes
        )
    }
}
