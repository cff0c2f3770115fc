import AsyncHTTPClient
import Bus
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1

/// One HTTP call with its limits: a deadline, a size, and redirects only within the same origin.
struct HTTPCaller: Sendable {
    /// What a service answered.
    struct Answer: Sendable {
        var status: Int
        var contentType: String?
        var retryAfter: String?
        var body: [UInt8]
        var isSuccess: Bool { (200...299).contains(status) }
    }

    let client: HTTPClient
    let bodyLimit: Int
    let logger: Logger

    private static let redirectLimit = 3

    /// - Throws: a ``Problem``, 504 when the deadline passed and 502 for everything else that kept the answer away.
    func call(
        _ method: HTTPMethod,
        _ url: HTTPURL,
        body: [UInt8] = [],
        headers: HTTPHeaders,
        by deadline: NIODeadline
    ) async throws -> Answer {
        var url = url
        for _ in 0...Self.redirectLimit {
            let response = try await exchange(method, url, body: body, headers: headers, by: deadline)
            guard let next = try redirection(of: response, from: url, method) else {
                return try await answer(response, from: url)
            }
            url = next
        }
        throw Problem(.badGateway, "\(url) redirects more than \(Self.redirectLimit) times")
    }

    private func exchange(
        _ method: HTTPMethod,
        _ url: HTTPURL,
        body: [UInt8],
        headers: HTTPHeaders,
        by deadline: NIODeadline
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url.description)
        request.method = method
        request.headers = headers
        if method == .POST { request.body = .bytes(ByteBuffer(bytes: body)) }
        do {
            return try await client.execute(request, deadline: deadline, logger: logger)
        } catch {
            throw try problem(error, url)
        }
    }

    private func answer(_ response: HTTPClientResponse, from url: HTTPURL) async throws -> Answer {
        do {
            let body = try await response.body.collect(upTo: bodyLimit)
            return Answer(
                status: Int(response.status.code),
                contentType: response.headers.first(name: "content-type"),
                retryAfter: response.headers.first(name: "retry-after"),
                body: Array(body.readableBytesView)
            )
        } catch is NIOTooManyBytesError {
            throw Problem(.badGateway, "\(url) answered more than \(bodyLimit) bytes")
        } catch {
            throw try problem(error, url)
        }
    }

    /// The next URL, when the answer is a redirect that keeps the method.
    private func redirection(
        of response: HTTPClientResponse,
        from url: HTTPURL,
        _ method: HTTPMethod
    ) throws(Problem) -> HTTPURL? {
        let code = response.status.code
        guard code == 307 || code == 308 || (method == .GET && [301, 302, 303].contains(code)) else { return nil }
        guard let location = response.headers.first(name: "location") else { return nil }
        guard let next = url.resolving(location), next.origin == url.origin else {
            throw Problem(.badGateway, "\(url) redirects to another host, \(location), which is not followed")
        }
        return next
    }

    private func problem(_ error: any Error, _ url: HTTPURL) throws -> Problem {
        if Task.isCancelled { throw CancellationError() }
        let late: [HTTPClientError] = [.deadlineExceeded, .readTimeout, .connectTimeout, .getConnectionFromPoolTimeout]
        if let error = error as? HTTPClientError, late.contains(error) {
            return Problem(.gatewayTimeout, "\(url) did not answer in time")
        }
        return Problem(.badGateway, "\(url) cannot be called: \(error)")
    }
}
