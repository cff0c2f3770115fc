import HTTPTypes

/// Why the gateway itself answers with an error: a status, one sentence and the headers that go with it.
struct Refusal: Error {
    var status: HTTPResponse.Status
    var sentence: String
    var fields: HTTPFields = [:]

    static func badRequest(_ sentence: String) -> Self { Self(status: .badRequest, sentence: sentence) }

    static func notFound(_ path: some StringProtocol) -> Self {
        Self(status: .notFound, sentence: "Nothing is found at \(path)")
    }

    static func methodNotAllowed(_ method: HTTPRequest.Method, _ path: some StringProtocol, allow: String) -> Self {
        let sentence = "\(method.rawValue) is not allowed at \(path); allowed are \(allow)"
        return Self(status: .methodNotAllowed, sentence: sentence, fields: [.allow: allow])
    }

    static func bodyTooLarge(limit: Int) -> Self {
        Self(
            status: .contentTooLarge,
            sentence: "The body is larger than \(limit) bytes"
        )
    }

    static func bodyTooSlow(after limit: Duration) -> Self {
        Self(
            status: .requestTimeout,
            sentence: "The body did not arrive within \(limit.inSeconds) s"
        )
    }

    static func unsupportedContentType(_ given: String, accepted: [String]) -> Self {
        let list = accepted.joined(separator: ", ")
        return Self(
            status: .unsupportedMediaType,
            sentence: "Content type \(given) is not accepted here; send \(list)",
            fields: [.accept: list]
        )
    }

    static func unsupportedContentCoding(_ given: String) -> Self {
        Self(
            status: .unsupportedMediaType,
            sentence: "Content encoding \(given) is not accepted; send the body as it is",
            fields: [.acceptEncoding: "identity"]
        )
    }
}

extension Duration {
    /// Whole and tenths of seconds, as people read them: `30`, `0.5`.
    var inSeconds: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)" : "\(Double(milliseconds) / 1000)"
    }
}
