import Bus
import JSON
import JobControl
import NIOHTTP1

/// How a question to job-control is asked over HTTP: API §4, read from the other side.
struct JobRoute: Equatable {
    var method: HTTPMethod
    /// The path with its query.
    var path: String
    var headers: HTTPHeaders

    /// - Throws: ``RunnerFailure`` for a question that HTTP has no path for.
    init(_ question: JobQuestion) throws {
        let id = "/" + (question.annotations[Annotations.id] ?? "").percentEncoded
        let (method, path, query): (HTTPMethod, String, [String]) =
            switch question.operation {
            case "run", "submit": (.POST, "/run-job", [])
            case "job": (.GET, "/jobs\(id)", [])
            case "list": (.GET, "/jobs", Self.page)
            case "filter": (.GET, "/filter", Self.page)
            case "history": (.GET, "/jobs\(id)/history", [Annotations.since, Annotations.limit])
            case "explain": (.GET, "/jobs\(id)/explain", [])
            case "cancel": (.POST, "/jobs\(id)/cancel", ["revert"])
            case "pause", "resume": (.POST, "/jobs\(id)/\(question.operation)", [])
            case "replay": (.POST, "/jobs\(id)/replay", ["from"])
            case "undo-plan": (.GET, "/jobs\(id)/undo", ["to"])
            case "undo": (.POST, "/jobs\(id)/undo", ["to", "force"])
            case "inbox": (.GET, "/inbox", Self.page)
            case "settle": (.POST, "/inbox\(id)", [])
            default: throw RunnerFailure.usage("over HTTP there is no '\(question.operation)'; use --bus")
            }
        var items = query.compactMap { name in question.annotations[name].map { (name, $0) } }
        if question.operation == "filter" { items += try Self.filter(question.body) }
        let text = items.map { "\($0.0)=\($0.1.percentEncoded)" }.joined(separator: "&")
        self.method = method
        self.path = text.isEmpty ? path : path + "?" + text
        headers = Self.headers(of: question)
    }

    private static let page = [Annotations.limit, "cursor", "order"]

    private static func headers(of question: JobQuestion) -> HTTPHeaders {
        var headers = HTTPHeaders()
        if !question.body.isEmpty, question.operation != "filter" {
            let isPatch = question.operation == "replay"
            headers.add(name: "Content-Type", value: isPatch ? "application/json-patch+json" : "application/json")
        }
        if question.operation == "submit" { headers.add(name: "Prefer", value: "respond-async") }
        if let key = question.annotations["idempotency-key"] { headers.add(name: "Idempotency-Key", value: key) }
        return headers
    }

    /// The filter's members, which are query items over HTTP.
    private static func filter(_ body: [UInt8]) throws -> [(String, String)] {
        let members = try Reply(status: .ok, body: body).json().objectValue ?? [:]
        return members.compactMap { name, value in value.stringValue.map { (name, $0) } }
    }
}

extension String {
    /// Percent-encoded, but for the characters that RFC 3986 reserves for nothing.
    var percentEncoded: String {
        utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
