public import ZeroMQ

/// Where events are met when nobody says otherwise: beside the bus, one and two ports further.
extension Endpoint {
    /// Where events are published beside this bus; nil unless it is tcp with a fixed port.
    public var besideForPublishing: Endpoint? { portsFurther(1) }

    /// Where events are read beside this bus; nil unless it is tcp with a fixed port.
    public var besideForSubscribing: Endpoint? { portsFurther(2) }

    private func portsFurther(_ offset: UInt16) -> Endpoint? {
        guard transport == .tcp, let host, let port, port > 0, port <= .max - offset else { return nil }
        return .tcp(host, port: port + offset)
    }
}
