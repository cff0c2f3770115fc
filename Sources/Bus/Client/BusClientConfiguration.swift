public import ZeroMQ

extension BusClient {
    /// How a client connects, and how much it takes on.
    public struct Configuration: Sendable {
        /// Where the broker accepts clients and workers.
        public var endpoint: Endpoint
        /// After how long without a message each side says that it is alive; after three such silences the other
        /// side counts as gone. Default: 1 second.
        public var heartbeat: Duration
        /// How many requests may be under way at once; more are refused. Default: 65,536.
        public var requestLimit: Int
        /// Its keys and the broker's, for `tcp://` endpoints; nil for a broker without keys. Default: nil.
        public var security: CurveClient?

        public init(
            endpoint: Endpoint,
            heartbeat: Duration = .seconds(1),
            requestLimit: Int = 65_536,
            security: CurveClient? = nil
        ) {
            self.endpoint = endpoint
            self.heartbeat = heartbeat
            self.requestLimit = requestLimit
            self.security = security
        }
    }
}
