extension Broker {
    /// What the broker decides for Majordomo peers, which cannot say it themselves.
    public struct MajordomoConfiguration: Sendable {
        /// How long a Majordomo client waits, as far as anybody knows: what is not answered by then is given up, also
        /// when no worker has come for it. Default: 5 minutes.
        public var deadline: Duration = .seconds(300)

        /// After how much silence a Majordomo worker that has nothing in hand is gone. One that works may be silent:
        /// most have one thread. Default: 7.5 seconds, three times the interval that is usual among them.
        public var silence: Duration = .milliseconds(7500)

        /// How many bytes of requests may wait for a service that has no worker yet; beyond, they are dropped.
        /// Default: 16 MiB.
        public var lobbyBytes = 16 * 1024 * 1024

        /// How many bytes of the parts of one answer, and 512 for each part, are kept for a client that has no credit
        /// for them; a worker that sends more is disconnected. Default: 8 MiB.
        public var heldPartBytes = 8 * 1024 * 1024

        public init() {}
    }
}
