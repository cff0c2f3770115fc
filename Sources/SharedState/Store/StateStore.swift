/// Where documents and their history live: four verbs, which every backend passes the same tests for.
///
/// Ids are compared and ordered by their UTF-8 bytes (`"é"` in one scalar and in two are two ids).
public protocol StateStore: Sendable {
    /// The document with this id as of the last change that is durable; nil when there is none.
    func document(_ id: String) async throws -> StateDocument?

    /// The documents with ids after `id` (nil: from the first), in the order of the ids' bytes, at most `limit`.
    func summaries(after id: String?, limit: Int) async throws -> [StateSummary]

    /// The changes of a document with versions after `version`, the oldest first, at most `limit`.
    ///
    /// Those of a document that was removed are there as well. Versions of changes that were forgotten are missing.
    func changes(of id: String, after version: Int, limit: Int) async throws -> [StateChange]

    /// Reads a slot, lets `decide` say what becomes of it, and does that, as one transaction.
    ///
    /// Updates of one id happen one after another. `decide` runs inside of the transaction: it is short and pure, and
    /// may run again when the transaction is. What it throws is thrown here, and nothing is changed. A change that was
    /// begun is carried out also when the calling task is cancelled.
    ///
    /// - Parameter key: the slot says which change was made under it; nil: none is looked for.
    /// - Returns: the outcome, when the change is durable.
    func update<Outcome: Sendable>(
        _ id: String,
        key: String?,
        _ decide: @escaping @Sendable (StateSlot) throws -> StateUpdate<Outcome>
    ) async throws -> Outcome
}

extension StateStore {
    /// The same for a change without a key.
    public func update<Outcome: Sendable>(
        _ id: String,
        _ decide: @escaping @Sendable (StateSlot) throws -> StateUpdate<Outcome>
    ) async throws -> Outcome {
        try await update(id, key: nil, decide)
    }
}
