import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1
import Testing

/// Asks one port by HTTP.
struct TestAPI: Sendable {
    let http: HTTPClient
    let baseURL: String

    func get(_ path: String, _ headers: [String: String] = [:]) async throws -> TestAnswer {
        try await send(.GET, path, headers)
    }

    func post(_ path: String, _ body: JSONValue, _ headers: [String: String] = [:]) async throws -> TestAnswer {
        try await send(.POST, path, headers, body: body)
    }

    func delete(_ path: String) async throws -> TestAnswer { try await send(.DELETE, path) }

    func send(
        _ method: HTTPMethod,
        _ path: String,
        _ headers: [String: String] = [:],
        body: JSONValue
    ) async throws -> TestAnswer {
        let headers = ["content-type": "application/json"].merging(headers) { $1 }
        return try await send(method, path, headers, bytes: body.serialized())
    }

    func send(
        _ method: HTTPMethod,
        _ path: String,
        _ headers: [String: String] = [:],
        bytes: [UInt8]? = nil
    ) async throws -> TestAnswer {
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = method
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let bytes { request.body = .bytes(ByteBuffer(bytes: bytes)) }
        let response = try await http.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 64 * 1024 * 1024)
        return TestAnswer(
            status: Int(response.status.code),
            headers: response.headers,
            bytes: Array(body.readableBytesView)
        )
    }

    func text(_ method: HTTPMethod, _ path: String, _ text: String, type: String = "application/json") async throws
        -> TestAnswer
    {
        try await send(method, path, ["content-type": type], bytes: Array(text.utf8))
    }
}

struct TestAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let bytes: [UInt8]

    var json: JSONValue {
        get throws { try JSONValue(parsing: bytes) }
    }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    func header(_ name: String) -> String? { headers.first(name: name) }

    /// Expects an error body of the contract and gives its sentence.
    @discardableResult
    func expectError(_ status: Int, _ sentence: String? = nil, at location: SourceLocation = #_sourceLocation) throws
        -> String
    {
        #expect(self.status == status, "\(text)", sourceLocation: location)
        let body = try json
        let error = try #require(body["error"]?.stringValue, "\(text)", sourceLocation: location)
        #expect(body["status"]?.intValue == status, sourceLocation: location)
        #expect(body["title"]?.stringValue?.isEmpty == false, sourceLocation: location)
        #expect(body["type"]?.stringValue == "about:blank", sourceLocation: location)
        #expect(body["detail"]?.stringValue != nil, sourceLocation: location)
        #expect(body["instance"]?.stringValue != nil, sourceLocation: location)
        #expect(header("content-type") == "application/json", sourceLocation: location)
        if let sentence { #expect(error == sentence, sourceLocation: location) }
        return error
    }
}
