/// Where sockets meet: `tcp://127.0.0.1:5550`, `ipc:///run/bus.sock` or `inproc://bus`.
///
/// A value of this type has a known transport and is well formed, so that a typing error is found where a
/// configuration is read and not where a socket is connected. Whether anybody listens there is another matter.
public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// The text as libzmq takes it.
    public let description: String
    /// How bytes travel.
    public let transport: Transport

    /// How bytes travel between two sockets.
    public enum Transport: String, Sendable, Hashable, CaseIterable {
        /// TCP, between machines or on one.
        case tcp
        /// A Unix domain socket, between processes of one machine.
        ///
        /// When a sender closes while its receiver is at its high water mark, libzmq 4.3 loses what the kernel still
        /// holds, whatever the sender's linger. Where that matters, let the receiver say that it has everything.
        case ipc
        /// Memory, between threads that share a ``Context``.
        case inproc
    }

    /// Reads an endpoint.
    ///
    /// TCP wants `host:port` with a port of 0 to 65535, or `*` for any free port when binding (ask
    /// ``Socket/lastEndpoint`` which one it became); an IPv6 address stands in brackets. An ipc path has at most
    /// 107 bytes, an inproc name at most 255.
    ///
    /// - Throws: ``EndpointError``, which quotes the text and says what is wrong with it.
    public init(_ text: String) throws(EndpointError) {
        guard let separator = text.firstIndex(of: ":"), text[separator...].hasPrefix("://") else {
            throw EndpointError(text: text, reason: "expected tcp://host:port, ipc://path or inproc://name")
        }
        guard let transport = Transport(rawValue: String(text[..<separator])) else {
            throw EndpointError(text: text, reason: "the transport is none of tcp, ipc and inproc")
        }
        let address = text[text.index(separator, offsetBy: 3)...]
        if let reason = Self.fault(in: address, of: transport) {
            throw EndpointError(text: text, reason: reason)
        }
        self.init(transport, address: String(address))
    }

    /// For text that is known to be right: made here, or by libzmq.
    init(_ transport: Transport, address: String) {
        self.transport = transport
        self.description = "\(transport.rawValue)://\(address)"
    }

    /// A host name, address or interface and a port. An IPv6 address may come without its brackets.
    public static func tcp(_ host: String, port: UInt16) -> Endpoint {
        Endpoint(.tcp, address: "\(bracketed(host)):\(port)")
    }

    /// To bind any free port of `host`; ``Socket/bind(_:)`` returns the endpoint that it became.
    public static func tcp(anyPortOf host: String) -> Endpoint {
        Endpoint(.tcp, address: "\(bracketed(host)):*")
    }

    /// A Unix domain socket at `path`; a path that starts with `@` is abstract and leaves no file.
    public static func ipc(_ path: String) -> Endpoint {
        Endpoint(.ipc, address: path)
    }

    /// A name within one ``Context``.
    public static func inproc(_ name: String) -> Endpoint {
        Endpoint(.inproc, address: name)
    }

    /// What follows `://`.
    public var address: String {
        String(description.dropFirst(transport.rawValue.count + 3))
    }

    /// The host of a TCP endpoint, without brackets; nil for other transports.
    public var host: String? {
        guard transport == .tcp, let colon = address.lastIndex(of: ":") else { return nil }
        return String(address[..<colon].filter { $0 != "[" && $0 != "]" })
    }

    /// The port of a TCP endpoint; nil for other transports and for `*`.
    public var port: UInt16? {
        guard transport == .tcp, let colon = address.lastIndex(of: ":") else { return nil }
        return UInt16(address[address.index(after: colon)...])
    }

    /// Whether only this machine can reach it: inproc, ipc, and TCP on `localhost`, `127.0.0.0/8` and `::1`.
    public var isLoopback: Bool {
        guard let host else { return true }
        return host == "localhost" || host == "::1" || Self.isLoopbackAddress(host)
    }

    /// Whether libzmq must be told to speak IPv6 for it.
    var isIPv6: Bool {
        transport == .tcp && address.hasPrefix("[")
    }
}

extension Endpoint {
    private static func bracketed(_ host: String) -> String {
        host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    }

    /// Four numbers of which the first is 127: a name such as `127.example.org` is somebody else's machine.
    private static func isLoopbackAddress(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil } && parts[0] == "127"
    }

    private static func fault(in address: Substring, of transport: Transport) -> String? {
        guard !address.utf8.contains(0) else { return "it contains a NUL" }
        switch transport {
        case .tcp: return faultInTCP(address)
        case .ipc: return faultInName(address, called: "path", limit: 107)
        case .inproc: return faultInName(address, called: "name", limit: 255)
        }
    }

    private static func faultInName(_ name: Substring, called noun: String, limit: Int) -> String? {
        if name.isEmpty { return "the \(noun) is missing" }
        return name.utf8.count > limit ? "the \(noun) is longer than \(limit) bytes" : nil
    }

    private static func faultInTCP(_ address: Substring) -> String? {
        guard let colon = address.lastIndex(of: ":") else { return "the port is missing" }
        let host = address[..<colon]
        let port = address[address.index(after: colon)...]
        if host.isEmpty { return "the host is missing" }
        if host.contains(where: \.isWhitespace) { return "the host contains white space" }
        if host.contains(":"), !(host.hasPrefix("[") && host.hasSuffix("]")) {
            return "an IPv6 address stands in brackets"
        }
        return port == "*" || isPort(port) ? nil : "the port is neither a number from 0 to 65535 nor *"
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt16(text) != nil
    }
}
