import Bus
import JSON

/// What engine and handler say to each other: one line of JSON there, one back.
enum HandlerLine {
    /// The longest line that a handler may answer, in bytes.
    static let limit = 8 << 20

    /// An answer is wrapped before it travels on, and must stay below the limit of the JSON reader.
    private static let depthLimit = JSONValue.depthLimit - 16

    /// `{ requestId, command, resource, id, payload, metadata }`, null where there is nothing, and the end of the line.
    static func request(_ context: CommandContext, resource: String) -> [UInt8] {
        let request: JSONValue = [
            "requestId": context.requestID.map(JSONValue.string) ?? .null,
            "command": .string(context.command),
            "resource": .string(resource),
            "id": context.id.map(JSONValue.string) ?? .null,
            "payload": .object(context.inputs),
            "metadata": context.metadata.map(JSONValue.object) ?? .null,
        ]
        return request.serialized() + [UInt8(ascii: "\n")]
    }

    /// What a line says: `{ result }`, or `{ error, statusCode }`, whose status is 500 where it is not 400 to 599.
    ///
    /// - Returns: Nil when it says neither: the handler does not keep to the rules.
    static func answer(_ line: [UInt8]) -> Result<JSONValue, Problem>? {
        guard let answer = try? JSONValue(parsing: line), answer.depth <= depthLimit else { return nil }
        if let sentence = answer["error"]?.stringValue, !sentence.isEmpty {
            let code = answer["statusCode"]?.intValue.flatMap(UInt16.init(exactly:)) ?? 500
            return .failure(Problem(400...599 ~= code ? Status(rawValue: code) : .internalServerError, sentence))
        }
        return answer["result"].map { .success($0) }
    }
}

/// Puts lines together from what a pipe delivers.
struct HandlerLines {
    struct TooLong: Error {}

    let limit: Int
    private var rest: [UInt8] = []

    init(limit: Int) { self.limit = limit }

    /// The lines that are whole now, without their ends.
    ///
    /// - Throws: ``TooLong`` when a line, whole or not, has more bytes than the limit.
    mutating func add(_ bytes: [UInt8]) throws(TooLong) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var parts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
        while let part = parts.popFirst() {
            guard rest.count + part.count <= limit else { throw TooLong() }
            rest += part
            if parts.isEmpty { break }
            lines.append(rest)
            rest = []
        }
        return lines
    }
}
