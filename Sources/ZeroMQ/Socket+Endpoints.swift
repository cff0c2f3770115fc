import CZMQ

extension Socket {
    /// Accepts peers at `endpoint`; a socket may be bound to several.
    ///
    /// - Returns: the endpoint as it became: with the port that the system chose for `*`.
    /// - Throws: ``ZMQError/Code/addressInUse``, ``ZMQError/Code/addressNotAvailable``,
    ///   ``ZMQError/Code/permissionDenied``.
    @discardableResult
    public func bind(_ endpoint: Endpoint) throws(ZMQError) -> Endpoint {
        try prepare(for: endpoint)
        try check(zmq_bind(handle, endpoint.description), "bind", endpoint)
        return try lastEndpoint
    }

    /// Starts to connect to `endpoint`; a socket may be connected to several.
    ///
    /// Returns before there is a connection, and whether or not anybody listens there: libzmq keeps trying, again
    /// after every loss. For an `inproc://` endpoint the peer may bind later, too.
    public func connect(_ endpoint: Endpoint) throws(ZMQError) {
        try prepare(for: endpoint)
        try check(zmq_connect(handle, endpoint.description), "connect to", endpoint)
    }

    /// Stops accepting at `endpoint`, as ``bind(_:)`` returned it. The address is free a moment later, not at once.
    public func unbind(_ endpoint: Endpoint) throws(ZMQError) {
        try check(zmq_unbind(handle, endpoint.description), "unbind", endpoint)
    }

    /// Cuts the connection to `endpoint`, as it was given to ``connect(_:)``.
    public func disconnect(_ endpoint: Endpoint) throws(ZMQError) {
        try check(zmq_disconnect(handle, endpoint.description), "disconnect from", endpoint)
    }

    /// The endpoint of the last ``bind(_:)`` or ``connect(_:)``, with the real port where `*` was asked for.
    ///
    /// - Throws: ``ZMQError/Code/noEntry`` when there was none.
    public var lastEndpoint: Endpoint {
        get throws(ZMQError) {
            let text = try rawOption(ZMQ_LAST_ENDPOINT, capacity: 1024, named: "last endpoint").prefix { $0 != 0 }
            do {
                return try Endpoint(String(decoding: text, as: UTF8.self))
            } catch {
                throw ZMQError(code: .noEntry, operation: "get the last endpoint")
            }
        }
    }

    private func prepare(for endpoint: Endpoint) throws(ZMQError) {
        if endpoint.isIPv6 { try set(.ipv6, to: true) }
    }

    func check(_ result: Int32, _ operation: String, _ endpoint: Endpoint) throws(ZMQError) {
        if result != 0 { throw ZMQError.last(operation, at: endpoint) }
    }
}
