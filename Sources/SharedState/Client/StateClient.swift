public import Bus
public import JSON

/// Asks the state service over the bus.
///
/// Every method throws a ``Problem`` when the service refuses (404 no such document, 409 it exists, 412 another
/// version, 400 a bad path) and a ``BusError`` when there is no answer; `mayHaveRun` of its code says whether the change
/// may have been made all the same.
public struct StateClient: Sendable {
    private let bus: BusClient
    private let author: String?
    private let timeout: Duration

    /// - Parameters:
    ///   - author: who makes the changes, as the documents' followers read it.
    ///   - timeout: how long to wait for each answer.
    public init(_ bus: BusClient, author: String? = nil, within timeout: Duration = .seconds(30)) {
        self.bus = bus
        self.author = author
        self.timeout = timeout
    }

    /// Makes a document; with a new id when none is given.
    ///
    /// - Parameter content: an object. A member `id` of it counts as the document's id, unless one is given.
    public func create(id: String? = nil, content: JSONValue = [:]) async throws -> StateCreated {
        var body = content
        if let id { body["id"] = .string(id) }
        let reply = try await request("create", body: body)
        return try StateCreated(reply)
    }

    /// The whole content.
    public func read(_ id: String) async throws -> StateContent {
        try StateContent(try await request("read", id, isRepeatable: true))
    }

    /// The value at a place in the document; 404 when there is none.
    public func value(at path: JSONPointer, of id: String) async throws -> StateContent {
        try StateContent(try await request("read", id, annotations: ["path": path.description], isRepeatable: true))
    }

    /// The version of the document; nil when there is none.
    public func version(of id: String) async throws -> Int? {
        do {
            return try (try await request("meta", id, isRepeatable: true)).stateVersion
        } catch let problem as Problem where problem.status == .notFound {
            return nil
        }
    }

    /// Sets members of the first level; makes the document when it is missing. Returns the new version.
    ///
    /// - Parameter idempotencyKey: names the change among those of its document: it is made once, however often it is
    ///   asked for, and the version that it made is returned again.
    @discardableResult
    public func merge(
        _ members: JSONObject,
        into id: String,
        ifVersion: Int? = nil,
        idempotencyKey: String? = nil
    ) async throws -> Int {
        try await change("merge", id, .object(members), ifVersion: ifVersion, key: idempotencyKey)
    }

    /// Sets the value at a place, making the objects on the way to it. Returns the new version.
    ///
    /// - Parameter idempotencyKey: as of ``merge(_:into:ifVersion:idempotencyKey:)``.
    @discardableResult
    public func add(
        _ value: JSONValue,
        at path: JSONPointer,
        of id: String,
        ifVersion: Int? = nil,
        idempotencyKey: String? = nil
    ) async throws -> Int {
        let body: JSONValue = ["op": "add", "path": .string(path.description), "value": value]
        return try await change("patch", id, body, ifVersion: ifVersion, key: idempotencyKey)
    }

    /// Applies an RFC 6902 patch, all of it or nothing. Returns the new version.
    @discardableResult
    public func patch(_ patch: JSONPatch, of id: String, ifVersion: Int? = nil) async throws -> Int {
        try await change("patch", id, patch.json, contentType: "application/json-patch+json", ifVersion: ifVersion)
    }

    /// Sets the whole content; makes the document when it is missing. Returns the new version.
    @discardableResult
    public func replace(_ id: String, content: JSONValue, ifVersion: Int? = nil) async throws -> Int {
        try await change("replace", id, content, ifVersion: ifVersion)
    }

    /// Removes the document; no error when it is not there.
    public func delete(_ id: String, ifVersion: Int? = nil) async throws {
        _ = try await request("delete", id, annotations: Self.condition(ifVersion))
    }

    /// The changes of a document after a version, the oldest first, those of one that was removed too.
    ///
    /// At most `limit`, or less when they are long: ask again from the last one on, until none is left. Changes that
    /// were forgotten are missing.
    public func history(of id: String, since version: Int = 0, limit: Int = 1_000) async throws -> [StateRevision] {
        let annotations: Annotations = [Annotations.since: String(version), Annotations.limit: String(limit)]
        let reply = try await request("history", id, annotations: annotations, isRepeatable: true)
        return try (try reply.json().arrayValue ?? []).map(StateRevision.init(json:))
    }

    /// Puts the content back to what it was at a version, as a new change; the document goes when there was none then.
    ///
    /// Everything that was changed since is undone, whoever did it. Nothing happens when the content is that already.
    ///
    /// - Returns: the version of the last change.
    /// - Throws: a 409 ``Problem`` when the history does not reach back that far.
    @discardableResult
    public func restore(_ id: String, to version: Int, ifVersion: Int? = nil) async throws -> Int {
        let reply = try await request(
            "restore",
            id,
            body: ["version": JSONValue(version)],
            annotations: Self.condition(ifVersion),
            isRepeatable: ifVersion == nil
        )
        return try reply.stateVersion
    }
}

extension StateClient {
    private func change(
        _ operation: String,
        _ id: String,
        _ body: JSONValue,
        contentType: String = "application/json",
        ifVersion: Int?,
        key: String? = nil
    ) async throws -> Int {
        var annotations = Self.condition(ifVersion).merging([Annotations.contentType: contentType])
        annotations[StateChangeKey.annotation] = key
        let reply = try await request(
            operation,
            id,
            body: body,
            annotations: annotations,
            isRepeatable: key != nil
        )
        return try reply.stateVersion
    }

    private static func condition(_ version: Int?) -> Annotations {
        version.map { [Annotations.ifMatch: "\"\($0)\""] } ?? [:]
    }

    private func request(
        _ operation: String,
        _ id: String? = nil,
        body: JSONValue? = nil,
        annotations: Annotations = [:],
        isRepeatable: Bool = false
    ) async throws -> Reply {
        var annotations = annotations
        annotations[Annotations.id] = id
        annotations[Annotations.client] = author
        let reply = try await bus.request(
            StateService.name,
            operation,
            body: body?.serialized() ?? [],
            annotations: annotations,
            within: timeout,
            repeatable: isRepeatable
        )
        guard reply.status.isSuccess else { throw reply.stateProblem(operation) }
        return reply
    }
}
