import JSON

/// The state documents, as far as the runner needs them.
protocol StateDocuments: Sendable {
    /// Makes a document and answers its id.
    func create(id: String?, content: JSONValue) async throws -> String
    func read(_ id: String) async throws -> JSONValue
    func replace(_ id: String, content: JSONValue) async throws
    func delete(_ id: String) async throws
}
