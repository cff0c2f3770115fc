public import ZeroMQ

extension BusClient {
    /// How a client connects, and how much it takes on.
    public struct Configuration: Sendable {
        /// Where the brokers accept clients and workers, at least one.
        ///
        /// The client uses one at a time: the first at the beginning, and the next one of the list, after the last the
        /// first again, whenever the one it uses is lost or leaves. Every worker should be at all of them.
        public var endpoints: [Endpoint]
        /// After how long without a message each side says that it is alive; after three such silences the other
        /// side counts as gone. Default: 1 second.
        public var heartbeat: Duration
        /// How many requests may be under way at once; more are refused. Default: 65,536.
        public var requestLimit: Int
        /// Its keys and the brokers', for `tcp://` endpoints; nil for brokers without keys. Default: nil.
        public var security: CurveClient?

        /// - Precondition: there is an endpoint.
        public init(
            endpoints: [Endpoint],
            heartbeat: Duration = .seconds(1),
            requestLimit: Int = 65_536,
            security: CurveClient? = nil
        ) {
            precondition(!endpoints.isEmpty, "a client needs the endpoint of a broker")
            self.endpoints = endpoints
            self.heartbeat = heartbeat
            self.requestLimit = requestLimit
            self.security = security
        }

        /// A client of one broker.
        public init(
            endpoint: Endpoint,
            heartbeat: Duration = .seconds(1),
            requestLimit: Int = 65_536,
            security: CurveClient? = nil
        ) {
            self.init(endpoints: [endpoint], heartbeat: heartbeat, requestLimit: requestLimit, security: security)
        }
    }
}
