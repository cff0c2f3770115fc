import Bus
import HTTPTypes
import HummingbirdCore
import JSON
import NIOCore

/// An HTTP answer before it is written.
struct Answer: Sendable {
    enum Body: Sendable {
        case none
        case bytes(ByteBuffer)
        case stream(@Sendable (inout any ResponseBodyWriter) async throws -> Void)
    }

    var status: HTTPResponse.Status
    var fields: HTTPFields = [:]
    var body: Body = .none

    /// An answer with a JSON body.
    init(_ json: JSONValue, status: HTTPResponse.Status = .ok) {
        self.init(status: status, contentType: MediaType.json.essence, bytes: json.serialized())
    }

    init(status: HTTPResponse.Status, contentType: String, bytes: [UInt8]) {
        self.status = status
        fields = [.contentType: contentType]
        body = .bytes(ByteBuffer(bytes: bytes))
    }

    init(status: HTTPResponse.Status, fields: HTTPFields = [:]) {
        self.status = status
        self.fields = fields
    }

    /// The error body of the contract: the sentence, with the members of RFC 9457 beside it.
    init(_ refusal: Refusal, instance: String?, acceptsProblem: Bool) {
        var body = Problem(Status(rawValue: UInt16(refusal.status.code)), refusal.sentence).json
        if let instance { body["instance"] = .string(instance) }
        self.init(
            status: refusal.status,
            contentType: (acceptsProblem ? MediaType.problem : .json).essence,
            bytes: body.serialized()
        )
        fields.append(contentsOf: refusal.fields)
    }
}
