import Bus
import JSON

@testable import JobControl

extension JobDocument {
    /// A document from its JSON text.
    init(_ text: String) throws {
        try self.init(parsing: try JSONValue(parsing: text))
    }

    /// What is wrong with a document, as `pointer: message` lines.
    static func faults(of text: String) throws -> [String] {
        let json = try JSONValue(parsing: text)
        do {
            _ = try JobDocument(parsing: json)
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }
}

extension Timestamp {
    /// So many milliseconds after the start of a test's time.
    static func at(_ milliseconds: Int64) -> Timestamp {
        Timestamp(millisecondsSinceEpoch: 1_000_000 + milliseconds)
    }
}

extension JSONValue {
    /// A value from its JSON text.
    static func text(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }
}

extension TaskID {
    init(_ step: Int, _ task: Int) { self.init(step: step, task: task) }
}
