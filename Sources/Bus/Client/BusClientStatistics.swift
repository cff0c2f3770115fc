public import ZeroMQ

extension BusClient {
    /// What a client has done since it was made.
    public struct Statistics: Sendable, Hashable {
        /// Requests handed to the broker, each attempt counted.
        public var requestsSent = 0
        /// Requests that are waiting for their reply now.
        public var requestsInFlight = 0
        /// Replies that found somebody waiting, the broker's own included.
        public var repliesReceived = 0
        /// Replies that came after their request was over, and were dropped.
        public var repliesDropped = 0
        /// How often a connection to a broker was lost.
        public var connectionsLost = 0
        /// How often another broker of the list took the place of the one that was used.
        public var failovers = 0
        /// The broker that is used now; nil while none has answered.
        public var endpoint: Endpoint?
    }
}
