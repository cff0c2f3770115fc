import CZMQ

extension SocketOption where Value == Duration {
    /// How long a closed socket goes on delivering what it had accepted. All kinds. Default here: none.
    ///
    /// libzmq's default, for ever, is what makes programs hang at their end, so it cannot be asked for; the maximum
    /// is 24 days.
    public static var linger: Self { .milliseconds("linger", ZMQ_LINGER) }

    /// How long a connection may take to agree on a protocol; zero: for ever. Default: 30 seconds.
    public static var handshakeInterval: Self { .milliseconds("handshake interval", ZMQ_HANDSHAKE_IVL) }

    /// How long to wait before connecting again after a loss. Default: 100 ms.
    public static var reconnectInterval: Self { .milliseconds("reconnect interval", ZMQ_RECONNECT_IVL) }

    /// The interval doubles after every failed attempt until it is this long; zero: it does not. Default: zero.
    public static var reconnectIntervalMaximum: Self {
        .milliseconds("maximum reconnect interval", ZMQ_RECONNECT_IVL_MAX)
    }

    /// How long connect(2) may take; zero: as long as the system says. Default: zero.
    public static var connectTimeout: Self { .milliseconds("connect timeout", ZMQ_CONNECT_TIMEOUT) }

    /// How long a TCP connection may not take what was sent before it is cut; zero: as the system says. Default: zero.
    public static var tcpUnacknowledgedLimit: Self { .milliseconds("TCP unacknowledged limit", ZMQ_TCP_MAXRT) }

    /// How often to ping a silent peer; zero: never. Default: zero.
    public static var heartbeatInterval: Self { .milliseconds("heartbeat interval", ZMQ_HEARTBEAT_IVL) }

    /// How long a ping may stay unanswered before the connection is cut. Default: the heartbeat interval.
    public static var heartbeatTimeout: Self { .milliseconds("heartbeat timeout", ZMQ_HEARTBEAT_TIMEOUT) }
}

extension SocketOption where Value == Int {
    /// How many messages are kept for one peer that is slow to take them; zero: no limit. Default: 1,000.
    ///
    /// When it is reached, DEALER, PUSH, REQ and PAIR refuse (`send` returns false), PUB and XPUB drop for this peer, and
    /// ROUTER drops unless it is mandatory. Between two sockets, this and the peer's
    /// ``receiveHighWaterMark`` add up.
    public static var sendHighWaterMark: Self { .int32("send high water mark", ZMQ_SNDHWM) }

    /// How many received messages are kept for one peer until they are taken; zero: no limit. Default: 1,000.
    public static var receiveHighWaterMark: Self { .int32("receive high water mark", ZMQ_RCVHWM) }

    /// How many connections the system keeps waiting to be accepted. Default: 100.
    public static var backlog: Self { .int32("backlog", ZMQ_BACKLOG) }

    /// The size of the kernel's send buffer in bytes; -1: as the system says. Default: -1.
    public static var sendBufferSize: Self { .int32("send buffer size", ZMQ_SNDBUF) }

    /// The size of the kernel's receive buffer in bytes; -1: as the system says. Default: -1.
    public static var receiveBufferSize: Self { .int32("receive buffer size", ZMQ_RCVBUF) }

    /// How long a TCP connection is idle before the system probes it, in seconds; -1: as the system says.
    public static var tcpKeepAliveIdle: Self { .int32("TCP keep-alive idle time", ZMQ_TCP_KEEPALIVE_IDLE) }

    /// The time between two TCP probes in seconds; -1: as the system says.
    public static var tcpKeepAliveInterval: Self { .int32("TCP keep-alive interval", ZMQ_TCP_KEEPALIVE_INTVL) }

    /// How many TCP probes may stay unanswered; -1: as the system says.
    public static var tcpKeepAliveCount: Self { .int32("TCP keep-alive count", ZMQ_TCP_KEEPALIVE_CNT) }
}

extension SocketOption where Value == Bool {
    /// ROUTER: refuse what cannot be routed, instead of dropping it silently. Write only. Default: false.
    ///
    /// Sending to an unknown peer then throws ``ZMQError/Code/hostUnreachable``, to a full one returns false.
    public static var routerMandatory: Self { .bool("router mandatory", ZMQ_ROUTER_MANDATORY) }

    /// ROUTER: a peer with a routing id that is taken gets it, and its former owner is cut off, instead of being
    /// ignored. Write only. Default: false.
    public static var routerHandover: Self { .bool("router handover", ZMQ_ROUTER_HANDOVER) }

    /// Queue messages only for peers with a connection; without one, `send` returns false. Default: false.
    public static var immediate: Self { .bool("immediate", ZMQ_IMMEDIATE) }

    /// XPUB: receive every subscription, not only the first to a topic. Write only. Default: false.
    public static var xpubVerbose: Self { .bool("XPUB verbose", ZMQ_XPUB_VERBOSE) }

    /// XPUB: receive every subscription and every end of one. Write only. Default: false.
    public static var xpubVerboser: Self { .bool("XPUB verboser", ZMQ_XPUB_VERBOSER) }

    /// XPUB: a subscription has no effect until the socket is told so: see ``Socket/acceptSubscription(to:)``.
    /// Every subscription and every end of one is received. Write only. Default: false.
    public static var xpubManual: Self { .bool("XPUB manual", ZMQ_XPUB_MANUAL) }

    /// XPUB and PUB: refuse what a slow subscriber cannot take, instead of dropping it for this subscriber.
    /// Write only. Default: false.
    public static var xpubNoDrop: Self { .bool("XPUB no drop", ZMQ_XPUB_NODROP) }

    /// Keep only the newest message; no multipart. Default: false.
    public static var conflate: Self { .bool("conflate", ZMQ_CONFLATE) }

    /// Send an empty message to a ROUTER on connecting, so that it knows this peer. Write only. Default: false.
    public static var probeRouter: Self { .bool("probe router", ZMQ_PROBE_ROUTER) }

    /// REQ: a new request may be sent before the last one's reply came. Write only. Default: false.
    public static var requestRelaxed: Self { .bool("request relaxed", ZMQ_REQ_RELAXED) }

    /// REQ: replies are matched to requests, late ones dropped. Write only. Default: false.
    public static var requestCorrelate: Self { .bool("request correlate", ZMQ_REQ_CORRELATE) }

    /// Speak IPv6, too. Set by itself for endpoints with an address in brackets. Default: false.
    public static var ipv6: Self { .bool("IPv6", ZMQ_IPV6) }

    /// Let the system probe idle TCP connections. Default: as the system says.
    public static var tcpKeepAlive: Self { .bool("TCP keep-alive", ZMQ_TCP_KEEPALIVE) }

    /// Be the server of a CURVE handshake: only peers that know ``curvePublicKey`` get in. See ``Socket/serveCurve(_:)``.
    public static var curveServer: Self { .bool("CURVE server", ZMQ_CURVE_SERVER) }
}

extension SocketOption where Value == Int? {
    /// A peer that sends a longer frame is disconnected; nil: no limit. In bytes. Default: nil.
    public static var maxMessageSize: Self { .limit("maximum message size", ZMQ_MAXMSGSIZE) }
}

extension SocketOption where Value == [UInt8] {
    /// The name under which a ROUTER knows this socket: 1 to 255 bytes, the first not zero. Default: it chooses one.
    public static var routingID: Self { .data("routing id", ZMQ_ROUTING_ID) }

    /// XPUB: what every new subscriber receives first. Write only. Default: nothing.
    public static var xpubWelcomeMessage: Self { .data("XPUB welcome message", ZMQ_XPUB_WELCOME_MSG) }
}

extension SocketOption where Value == String {
    /// The domain that an authenticator (ZAP) is told: see ``Context/authenticate(domain:by:)``. Peers without CURVE are
    /// shown to it only if there is one. Default: empty.
    public static var zapDomain: Self { .text("ZAP domain", ZMQ_ZAP_DOMAIN) }

    /// This socket's CURVE public key, 40 characters of Z85.
    public static var curvePublicKey: Self { .text("CURVE public key", ZMQ_CURVE_PUBLICKEY) }

    /// This socket's CURVE secret key, 40 characters of Z85.
    public static var curveSecretKey: Self { .text("CURVE secret key", ZMQ_CURVE_SECRETKEY) }

    /// The public key of the server to connect to, 40 characters of Z85.
    public static var curveServerKey: Self { .text("CURVE server key", ZMQ_CURVE_SERVERKEY) }
}
