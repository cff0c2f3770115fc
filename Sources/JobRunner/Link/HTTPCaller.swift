import AsyncHTTPClient
import Bus
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// One HTTP request at a time of those that the runner makes, with the failures that people are told.
final class HTTPCaller: Sendable {
    /// The largest answer that is read: a final state, or a page of a journal.
    private static let bodyLimit = 64 * 1024 * 1024

    private let client: HTTPClient
    private let sent = Mutex(0)

    var requestsSent: Int { sent.withLock { $0 } }

    init(client: HTTPClient) { self.client = client }

    /// The answer, whatever its status, as a reply of the bus says it.
    ///
    /// - Throws: ``RunnerFailure`` when there is none.
    func call(
        _ method: HTTPMethod,
        _ url: String,
        headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        within patience: Duration
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers = headers
        if !body.isEmpty { request.body = .bytes(ByteBuffer(bytes: body)) }
        let deadline = NIODeadline.now() + TimeAmount(patience)
        return try await asking(url, mayHaveRun: method != .GET) {
            let response = try await client.execute(request, deadline: deadline)
            let body = try await response.body.collect(upTo: Self.bodyLimit)
            return Reply(
                status: Status(rawValue: UInt16(response.status.code)),
                annotations: Self.annotations(response.headers),
                body: Array(body.readableBytesView)
            )
        }
    }

    /// Gives the bytes of a stream as they come, until it ends.
    ///
    /// - Throws: `Problem` when there is no such stream, ``RunnerFailure`` when it breaks off.
    func stream(
        _ url: String,
        headers: HTTPHeaders,
        _ take: (ByteBufferView) throws -> Void
    ) async throws {
        var request = HTTPClientRequest(url: url)
        request.headers = headers
        request.headers.add(name: "Accept", value: "text/event-stream")
        try await asking(url, mayHaveRun: false) {
            let response = try await client.execute(request, deadline: .distantFuture)
            guard response.status == .ok else {
                let body = Array(try await response.body.collect(upTo: Self.bodyLimit).readableBytesView)
                let status = Status(rawValue: UInt16(response.status.code))
                throw Problem(parsing: body, status: status) ?? Problem(status, "\(url) answered \(status)")
            }
            for try await part in response.body { try take(part.readableBytesView) }
        }
    }

    private func asking<R>(_ url: String, mayHaveRun: Bool, _ body: () async throws -> R) async throws -> R {
        sent.withLock { $0 += 1 }
        do {
            return try await body()
        } catch let problem as Problem {
            throw problem
        } catch let failure as RunnerFailure {
            throw failure
        } catch {
            if Task.isCancelled { throw CancellationError() }
            if error is NIOConnectionError || error as? HTTPClientError == .connectTimeout {
                throw RunnerFailure.unreachable("no platform answers at \(url); is it started, and the URL right?")
            }
            let doubt = mayHaveRun ? " The request may have been carried out." : ""
            throw RunnerFailure.unreachable("the platform at \(url) did not answer: \(error).\(doubt)")
        }
    }

    private static func annotations(_ headers: HTTPHeaders) -> Annotations {
        var annotations: Annotations = [:]
        for name in ["link", Annotations.location, Annotations.retryAfter, Annotations.contentType] {
            annotations[name] = headers.first(name: name)
        }
        return annotations
    }
}
