import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import Synchronization

/// A service that only speaks HTTP, as somebody who knows nothing of the bus writes it.
final class HTTPService: Sendable {
    /// A request as the service received it.
    struct Seen: Sendable {
        var path: String
        var body: String
        var headers: HTTPFields
    }
    typealias Handler = @Sendable (Seen) async throws -> Response

    private let seenRequests = Mutex<[Seen]>([])
    var seen: [Seen] { seenRequests.withLock { $0 } }

    /// Runs the service for the time of `body`, which is given it and its URL.
    @discardableResult
    static func run<Result: Sendable>(
        _ routes: [String: Handler],
        _ body: @escaping @Sendable (HTTPService, String) async throws -> Result
    ) async throws -> Result {
        let service = HTTPService()
        let (ports, report) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "http-service")
        logger.logLevel = .error
        let application = Application(
            responder: service.responder(routes),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { report.yield($0.localAddress?.port ?? 0) },
            logger: logger
        )
        return try await running([application]) {
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next() ?? 0
            return try await body(service, "http://127.0.0.1:\(port)")
        }
    }

    private func responder(_ routes: [String: Handler]) -> CallbackResponder<BasicRequestContext> {
        CallbackResponder { request, _ in
            let body = try await request.body.collect(upTo: 1_000_000)
            let seen = Seen(path: request.uri.path, body: String(buffer: body), headers: request.headers)
            self.seenRequests.withLock { $0.append(seen) }
            guard let handler = routes["\(request.method.rawValue) \(request.uri.path)"] else {
                return Response(status: .notFound)
            }
            return try await handler(seen)
        }
    }

    /// An answer with a JSON body.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: value.serialized()))
        )
    }
}
