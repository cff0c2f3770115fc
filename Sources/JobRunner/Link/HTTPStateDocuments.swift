import Bus
import Foundation
import JSON
import NIOHTTP1

/// The state documents over HTTP: API §3.
struct HTTPStateDocuments: StateDocuments {
    private static let patience = Duration.seconds(30)

    let caller: HTTPCaller
    let base: String

    func create(id: String?, content: JSONValue) async throws -> String {
        var body = content
        if let id { body["id"] = .string(id) }
        let answer = try await ask(.POST, "/state", body).json()
        // A shared-state of before `id` was answered says it in the URL alone.
        let last = answer["stateURL"]?.stringValue?.split(separator: "/").last
        guard let made = id ?? answer["id"]?.stringValue ?? last?.removingPercentEncoding else {
            throw RunnerFailure.unreachable("shared-state at \(base) did not say which document it made")
        }
        return made
    }

    func read(_ id: String) async throws -> JSONValue { try await ask(.GET, path(id)).json() }

    func replace(_ id: String, content: JSONValue) async throws { _ = try await ask(.PUT, path(id), content) }

    func delete(_ id: String) async throws { _ = try await ask(.DELETE, path(id)) }

    private func path(_ id: String) -> String { "/state/\(id.percentEncoded)" }

    /// - Throws: `Problem` when the answer is no success.
    private func ask(_ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil) async throws -> Reply {
        let reply = try await caller.call(
            method,
            base + path,
            headers: body == nil ? [:] : ["Content-Type": "application/json"],
            body: body?.serialized() ?? [],
            within: Self.patience
        )
        guard reply.status.isSuccess else {
            throw Problem(parsing: reply.body, status: reply.status)
                ?? Problem(reply.status, "shared-state answered \(reply.status)")
        }
        return reply
    }
}
