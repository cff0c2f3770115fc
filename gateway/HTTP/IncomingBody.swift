import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1

/// The body of a request: read whole, or thrown away.
///
/// A refusal is written after the body that it refuses, as far as that is bearable: most clients read no answer
/// before they have sent everything, and take a connection that ends under them for an error.
struct IncomingBody {
    private let request: Request
    private let limit: Int
    private var isPending: Bool

    /// - Parameter limit: the most bytes that are kept, and the most that are thrown away.
    init(_ request: Request, limit: Int) {
        self.request = request
        self.limit = limit
        isPending =
            request.headers[.transferEncoding] != nil || request.headers[.contentLength].map { $0 != "0" } ?? false
    }

    /// The whole body, empty when the request has none.
    ///
    /// - Parameter types: the content types that are accepted; a body that names none is taken as it is.
    /// - Throws: ``Refusal`` 400, 408, 413 or 415.
    mutating func collect(accepting types: [MediaType], writer: borrowing ResponseWriter) async throws -> [UInt8] {
        guard isPending else { return [] }
        try check(types)
        if isAskedFor { try await writer.writeInformationalHead(HTTPResponse(status: .continue)) }
        isPending = false
        do {
            return try await read()
        } catch let error as HTTPParserError {
            throw Refusal(unreadable: error) ?? .badRequest("The body is malformed HTTP: \(error)")
        }
    }

    /// Throws away what was not read. What does not end soon is left, and the connection ends with its answer.
    mutating func discard() async {
        guard isPending, !isAskedFor, announcedLength ?? 0 <= 2 * limit else { return }
        isPending = false
        var count = 0
        do {
            for try await part in request.body {
                count += part.readableBytes
                if count > 2 * limit { return }
            }
        } catch {
            // The answer is written all the same; whoever cannot be read any more may still listen.
        }
    }

    private var announcedLength: Int? { request.headers[.contentLength].flatMap { Int($0) } }

    /// The client waits to be told that its body is wanted.
    private var isAskedFor: Bool { request.headers[.expect]?.lowercased() == "100-continue" }

    private func check(_ types: [MediaType]) throws(Refusal) {
        if let length = announcedLength, length > limit { throw .bodyTooLarge(limit: limit) }
        if let coding = request.headers[.contentEncoding], coding.lowercased() != "identity" {
            throw .unsupportedContentCoding(coding)
        }
        if let type = request.headers[.contentType], !types.contains(MediaType(type)) {
            throw .unsupportedContentType(type, accepted: types.map(\.essence))
        }
    }

    private func read() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        var count = 0
        for try await part in request.body {
            count += part.readableBytes
            if count <= limit {
                bytes.append(contentsOf: part.readableBytesView)
            } else if count > 2 * limit {
                break
            }
        }
        guard count <= limit else { throw Refusal.bodyTooLarge(limit: limit) }
        return bytes
    }
}
