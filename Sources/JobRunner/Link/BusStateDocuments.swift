import JSON
import SharedState

/// The state documents over the bus.
struct BusStateDocuments: StateDocuments {
    let client: StateClient

    func create(id: String?, content: JSONValue) async throws -> String {
        try await client.create(id: id, content: content).id
    }

    func read(_ id: String) async throws -> JSONValue { try await client.read(id).content }

    func replace(_ id: String, content: JSONValue) async throws {
        _ = try await client.replace(id, content: content)
    }

    func delete(_ id: String) async throws { try await client.delete(id) }
}
