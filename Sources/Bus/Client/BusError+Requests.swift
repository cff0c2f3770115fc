import ZeroMQ

extension BusError {
    /// What the broker answered in a service's place.
    init(fromBroker reply: Reply, to request: RequestParameters) {
        let retryAfter = reply.annotations[Annotations.retryAfter].flatMap { Double($0) }
        let sentence = Problem(parsing: reply.body, status: reply.status)?.sentence ?? reply.status.description
        self.init(
            Code(brokerStatus: reply.status, isRetryNamed: retryAfter != nil),
            "\(request.service) \(request.operation): \(sentence)",
            retryAfter: retryAfter.map { .seconds($0) }
        )
    }

    /// The task that waited was cancelled.
    static func cancelledByCaller(_ request: RequestParameters) -> BusError {
        BusError(.cancelled, "\(request.service) \(request.operation): the caller gave up")
    }

    /// Nothing came in time; what was never sent did not run either.
    static func deadlinePassed(_ request: RequestParameters, mayHaveRun: Bool, endpoints: [Endpoint]) -> BusError {
        mayHaveRun
            ? BusError(.timedOut, "\(request.service) \(request.operation): no reply in time")
            : BusError(.unreachable, "\(request.service) \(request.operation): no broker at \(endpoints.list) in time")
    }

    /// It was on a connection that is gone.
    static func connectionLost(_ request: RequestParameters, endpoint: Endpoint, reason: String) -> BusError {
        BusError(.workerLost, "\(request.service) \(request.operation): lost the broker at \(endpoint): \(reason)")
    }

    /// It was on a connection that is gone, and the attempt after that was not taken.
    static func repetitionFailed(_ request: RequestParameters, because error: BusError) -> BusError {
        BusError(
            .workerLost,
            "\(request.service) \(request.operation): lost with its connection, and not taken when repeated",
            cause: error,
            retryAfter: error.retryAfter
        )
    }

    /// What a service answers that failed because of this error.
    public var status: Status {
        switch code {
        case .noWorker, .overloaded, .unreachable, .closed: .serviceUnavailable
        case .timedOut: .gatewayTimeout
        case .workerLost: .badGateway
        case .cancelled: .clientClosedRequest
        case .tooLarge: .contentTooLarge
        case .forbidden: .forbidden
        default: .internalServerError
        }
    }
}

extension BusError.Code {
    /// The code behind a status of the broker's own.
    init(brokerStatus status: Status, isRetryNamed: Bool) {
        switch status {
        case .serviceUnavailable: self = isRetryNamed ? .overloaded : .noWorker
        case .gatewayTimeout: self = .timedOut
        case .badGateway: self = .workerLost
        case .contentTooLarge: self = .tooLarge
        case .forbidden: self = .forbidden
        case .clientClosedRequest: self = .cancelled
        default: self = .protocolViolation
        }
    }
}
