import Bus
import HTTPTypes
import JSON
import NIOCore

extension Answer {
    /// A service's reply as HTTP says it.
    ///
    /// - Throws: ``Refusal`` 502 when the status is none that ends an HTTP exchange.
    init(_ reply: Reply, for exchange: Exchange) throws(Refusal) {
        let code = Int(reply.status.rawValue)
        guard (200...599).contains(code) else {
            throw Refusal(
                status: .badGateway,
                sentence: "The service answered with the status \(code), which is none of HTTP's"
            )
        }
        self.init(status: HTTPResponse.Status(code: code))
        copyFields(from: reply.annotations)
        guard status.mayHaveBody, !reply.body.isEmpty else { return }
        if reply.annotations[Annotations.contentType] == MediaType.problem.essence {
            setProblem(reply.body, for: exchange)
        } else {
            fields[.contentType] = reply.annotations[Annotations.contentType] ?? MediaType.json.essence
            body = .bytes(ByteBuffer(bytes: reply.body))
        }
    }

    /// A problem gets the path that met it, and the content type that the client understands.
    private mutating func setProblem(_ bytes: [UInt8], for exchange: Exchange) {
        fields[.contentType] = (exchange.acceptsProblem ? MediaType.problem : .json).essence
        var buffer = ByteBuffer()
        if bytes.last == UInt8(ascii: "}"), bytes.count > 2 {
            buffer.writeBytes(bytes.dropLast())
            buffer.writeString(",\"instance\":")
            buffer.writeBytes(JSONValue.string(String(exchange.target.path)).serialized())
            buffer.writeString("}")
        } else {
            buffer.writeBytes(bytes)
        }
        body = .bytes(buffer)
    }

    private mutating func copyFields(from annotations: Annotations) {
        // Most replies have none of them, and setting a field searches all that are there.
        guard !annotations.isEmpty else { return }
        for (name, field) in Self.copied {
            if let value = annotations[name] { fields[field] = value }
        }
        if let version = annotations[Annotations.etag] { fields[.eTag] = Self.entityTag(version) }
        if let text = annotations[Annotations.lastModified] { fields[.lastModified] = Self.date(text) }
    }

    /// A version as an entity tag; one that is quoted already stays as it is.
    private static func entityTag(_ version: String) -> String {
        version.hasSuffix("\"") ? version : "\"\(version)\""
    }

    private static func date(_ text: String) -> String? {
        Timestamp(text).map { HTTPDate(secondsSinceEpoch: Int($0.millisecondsSinceEpoch / 1000)).description }
    }

    private static let copied: [(String, HTTPField.Name)] = [
        (Annotations.location, .location), (Annotations.retryAfter, .retryAfter), ("link", .link),
    ]
}

extension HTTPResponse.Status {
    /// 204 and 304 end with their head.
    var mayHaveBody: Bool { code != 204 && code != 304 && kind != .informational }
}
