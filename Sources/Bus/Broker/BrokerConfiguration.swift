public import ZeroMQ

extension Broker {
    /// Where a broker listens and what it puts up with.
    public struct Configuration: Sendable {
        /// Where clients and workers connect; all of them reach the same services. Default: `tcp://127.0.0.1:5550`.
        public var endpoints: [Endpoint] = [.tcp("127.0.0.1", port: 5550)]

        /// Where publishers connect. Default: `tcp://127.0.0.1:5551`.
        public var publish: [Endpoint] = [.tcp("127.0.0.1", port: 5551)]

        /// Where subscribers connect. Default: `tcp://127.0.0.1:5552`.
        public var subscribe: [Endpoint] = [.tcp("127.0.0.1", port: 5552)]

        /// After how much silence a sign of life is sent, and expected. Default: 1 second.
        public var heartbeat: Duration = .seconds(1)

        /// After how many silent heartbeats a peer counts as gone. Default: 3.
        public var missesUntilGone = 3

        /// How many requests may wait for one service; what comes then is answered 503. Default: 10,000.
        public var queueLimit = 10_000

        /// How many requests may be under way in all; what comes then is answered 503. Default: 100,000.
        public var requestLimit = 100_000

        /// The longest body of a request in bytes; a longer one is answered 413. Default: 64 MiB.
        public var maxBody = 64 << 20

        /// The longest message in bytes; who sends a longer one is disconnected. Default: 65 MiB.
        public var maxMessage = 65 << 20

        /// How many bytes of requests are kept, waiting or to be repeated; beyond, 503. Default: 512 MiB.
        public var heldBytesLimit = 512 << 20

        /// To how many workers a repeatable request is given, one after the other died, before it is answered 502:
        /// a request that kills its worker must not kill them all. Default: 5.
        public var attemptLimit = 5

        /// How many messages are kept for a peer that reads slowly; beyond, replies to it are dropped. Default: 100,000.
        public var sendQueueLimit = 100_000

        /// How many bytes may wait for a peer that reads slowly before the next message to it is dropped; up to 64 KiB of
        /// each peer are not counted. Default: 128 MiB.
        public var peerBytesLimit = 128 << 20

        /// How many bytes may wait for all peers together; 256 KiB for each are allowed nevertheless. Default: 512 MiB.
        public var allPeersBytesLimit = 512 << 20

        /// How many messages of one peer wait for the broker; beyond, its connection takes no more. Default: 1,000.
        public var receiveQueueLimit = 1_000

        /// How long a connection may take to speak ZeroMQ. Default: 10 seconds.
        public var handshakeLimit: Duration = .seconds(10)

        /// How long a TCP connection may not take what was sent to it before it is cut. Default: 60 seconds.
        public var unacknowledgedLimit: Duration = .seconds(60)

        /// How many events are kept for a subscriber that reads slowly; beyond, it misses some. Default: 50,000.
        public var eventQueueLimit = 50_000

        /// How often the broker publishes its statistics while somebody subscribes to them. Default: 1 second.
        public var statisticsInterval: Duration = .seconds(1)

        /// How long requests under way may take to be answered after a graceful shutdown began. Default: 5 seconds.
        public var drainTimeout: Duration = .seconds(5)

        /// What is decided for Majordomo peers.
        public var majordomo = MajordomoConfiguration()

        /// Names this broker in its events, whose sequence starts again with every instance. Default: a new UUID.
        public var instance = UUIDv7.make()

        /// The broker's keys and who may do what; without, it binds only what this machine alone can reach. Default: nil.
        public var security: BrokerSecurity?

        /// The default ports on the loopback interface.
        public init() {}

        /// - Parameters:
        ///   - endpoints: where clients and workers connect.
        ///   - publish: where publishers connect.
        ///   - subscribe: where subscribers connect.
        public init(endpoints: [Endpoint], publish: [Endpoint], subscribe: [Endpoint]) {
            self.endpoints = endpoints
            self.publish = publish
            self.subscribe = subscribe
        }
    }

    /// Where a broker really listens: with the ports that the system chose for `*`.
    public struct BoundEndpoints: Sendable, Hashable {
        /// For clients and workers, in the order of the configuration.
        public var bus: [Endpoint]
        /// For publishers, in the order of the configuration.
        public var publish: [Endpoint]
        /// For subscribers, in the order of the configuration.
        public var subscribe: [Endpoint]
    }
}
