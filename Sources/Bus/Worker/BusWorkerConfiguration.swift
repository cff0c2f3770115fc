public import JSON
public import ZeroMQ

extension BusWorker {
    /// What a worker offers, and how much it takes on.
    public struct Configuration: Sendable {
        /// The name it serves, 1 to 255 bytes. Workers of the same name share the load.
        public var service: String
        /// Where brokers accept workers, one or more. The worker serves all of them at once; brokers know nothing of
        /// each other.
        public var endpoints: [Endpoint]
        /// How many requests it works on at once, over all brokers; 1 to 65,535. Default: 256.
        public var credits: Int
        /// What others may know of it, such as `tags`; the broker passes it on unread. Default: empty.
        public var announcement: JSONValue
        /// How long a graceful shutdown waits for what is in hand. Default: 30 seconds.
        public var drainTimeout: Duration
        /// How long handlers that were cancelled may take to answer, and the last replies to leave. Default: 1 second.
        public var cancellationGrace: Duration = .seconds(1)
        /// Whether handlers may block their thread, by waiting for a lock or a disk or by computing for long.
        ///
        /// They then start on Swift's shared threads instead of the socket's, which costs a third of the rate.
        /// Default: false.
        public var handlersMayBlock: Bool
        /// After how long without a message each side says that it is alive; after three such silences the other
        /// side counts as gone. Default: 1 second.
        public var heartbeat: Duration
        /// Its keys and the broker's, for `tcp://` endpoints; nil for a broker without keys. Default: nil.
        public var security: CurveClient?

        public init(
            service: String,
            endpoints: [Endpoint],
            credits: Int = 256,
            announcement: JSONValue = [:],
            drainTimeout: Duration = .seconds(30),
            handlersMayBlock: Bool = false,
            heartbeat: Duration = .seconds(1),
            security: CurveClient? = nil
        ) {
            self.service = service
            self.endpoints = endpoints
            self.credits = credits
            self.announcement = announcement
            self.drainTimeout = drainTimeout
            self.handlersMayBlock = handlersMayBlock
            self.heartbeat = heartbeat
            self.security = security
        }

        /// The same with one broker.
        public init(
            service: String,
            endpoint: Endpoint,
            credits: Int = 256,
            announcement: JSONValue = [:],
            drainTimeout: Duration = .seconds(30),
            handlersMayBlock: Bool = false,
            heartbeat: Duration = .seconds(1),
            security: CurveClient? = nil
        ) {
            self.init(
                service: service,
                endpoints: [endpoint],
                credits: credits,
                announcement: announcement,
                drainTimeout: drainTimeout,
                handlersMayBlock: handlersMayBlock,
                heartbeat: heartbeat,
                security: security
            )
        }
    }
}
