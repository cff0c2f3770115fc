import Glibc
import Synchronization
import ZeroMQ

/// Endpoints that no other test uses.
enum TestEndpoint {
    private static let count = Atomic(0)

    /// An endpoint to bind; ask the socket for the one that it became.
    static func unique(_ transport: Endpoint.Transport = .inproc) -> Endpoint {
        let number = count.add(1, ordering: .relaxed).newValue
        return switch transport {
        case .tcp: .tcp(anyPortOf: "127.0.0.1")
        case .ipc: .ipc("@zeromq-tests-\(getpid())-\(number)")
        case .inproc: .inproc("zeromq-tests-\(number)")
        }
    }

    /// A TCP endpoint where nobody listens: it was bound a moment ago and is free again.
    static func deserted() throws -> Endpoint {
        let context = Context()
        return try Socket(.pull, in: context).bind(unique(.tcp))
    }
}

/// Counts across threads.
final class Counter: Sendable {
    private let value = Atomic(0)

    var count: Int {
        value.load(ordering: .relaxed)
    }

    /// The count with this one.
    @discardableResult
    func increment() -> Int {
        value.add(1, ordering: .relaxed).newValue
    }
}

extension Socket {
    /// A socket that is bound to an endpoint of its own.
    static func bound(
        _ kind: Kind,
        in context: Context,
        over transport: Endpoint.Transport = .inproc,
        _ configure: (borrowing Socket) throws -> Void = { _ in }
    ) throws -> Socket {
        let socket = try Socket(kind, in: context)
        try configure(socket)
        try socket.bind(TestEndpoint.unique(transport))
        return socket
    }

    /// A socket that is connected to where `peer` is bound.
    static func connected(
        _ kind: Kind,
        to peer: borrowing Socket,
        in context: Context,
        _ configure: (borrowing Socket) throws -> Void = { _ in }
    ) throws -> Socket {
        let socket = try Socket(kind, in: context)
        try configure(socket)
        try socket.connect(peer.lastEndpoint)
        return socket
    }
}
