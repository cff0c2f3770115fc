/// The short messages by which peers and broker keep in touch.
extension Envelope {
    /// A client's question whether the broker is there, asked first on every connection; the broker answers it with the
    /// same correlation.
    static let hello = Envelope(.heartbeat, correlation: 1)

    /// A sign of life of a client.
    static let heartbeat = Envelope(.heartbeat)

    /// A sign of life of a worker: it names the service, so that a broker that has forgotten the worker can say so.
    static func heartbeat(of service: String) -> Envelope {
        Envelope(.heartbeat, service: service)
    }

    /// Nobody waits for the request under this correlation any more.
    static func cancel(_ correlation: UInt64) -> Envelope {
        Envelope(.cancel, correlation: correlation)
    }

    /// This peer wants nothing more.
    static func goodbye(of service: String = "") -> Envelope {
        Envelope(.goodbye, service: service)
    }
}
