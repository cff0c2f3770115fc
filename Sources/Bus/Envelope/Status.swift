/// The outcome of a request, in HTTP's numbers, so that a gateway has nothing to translate.
public struct Status: RawRepresentable, Sendable, Hashable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    public init(integerLiteral value: UInt16) {
        rawValue = value
    }

    /// 200 … 299.
    public var isSuccess: Bool { (200...299).contains(rawValue) }

    /// The number and, where HTTP has one, its phrase: `404 Not Found`.
    public var description: String {
        reasonPhrase.isEmpty ? String(rawValue) : "\(rawValue) \(reasonPhrase)"
    }

    /// HTTP's phrase, such as `Not Found`; empty for a number without one.
    public var reasonPhrase: String { Self.phrases[rawValue] ?? "" }

    private static let phrases: [UInt16: String] = [
        200: "OK", 201: "Created", 202: "Accepted", 204: "No Content",
        301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
        307: "Temporary Redirect", 308: "Permanent Redirect",
        400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed", 406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict", 410: "Gone",
        411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large", 414: "URI Too Long",
        415: "Unsupported Media Type", 416: "Range Not Satisfiable", 417: "Expectation Failed",
        421: "Misdirected Request", 422: "Unprocessable Content", 423: "Locked", 424: "Failed Dependency",
        428: "Precondition Required", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
        499: "Client Closed Request",
        500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
        504: "Gateway Timeout", 507: "Insufficient Storage", 508: "Loop Detected",
    ]
}

extension Status {
    /// No outcome: what a message carries that is no reply.
    public static let none: Status = 0
    public static let ok: Status = 200
    public static let created: Status = 201
    public static let accepted: Status = 202
    public static let noContent: Status = 204
    public static let notModified: Status = 304
    public static let badRequest: Status = 400
    public static let unauthorized: Status = 401
    public static let forbidden: Status = 403
    public static let notFound: Status = 404
    public static let methodNotAllowed: Status = 405
    public static let requestTimeout: Status = 408
    public static let conflict: Status = 409
    public static let gone: Status = 410
    public static let preconditionFailed: Status = 412
    public static let contentTooLarge: Status = 413
    public static let unsupportedMediaType: Status = 415
    public static let unprocessableContent: Status = 422
    public static let tooManyRequests: Status = 429
    /// The caller gave up before there was an answer.
    public static let clientClosedRequest: Status = 499
    public static let internalServerError: Status = 500
    public static let notImplemented: Status = 501
    public static let badGateway: Status = 502
    public static let serviceUnavailable: Status = 503
    public static let gatewayTimeout: Status = 504
}
