/// Where documents live: three verbs, which every backend passes the same tests for.
///
/// Ids are compared and ordered by their UTF-8 bytes (`"é"` in one scalar and in two are two ids).
public protocol StateStore: Sendable {
    /// The document with this id as of the last change that is durable; nil when there is none.
    func document(_ id: String) async throws -> StateDocument?

    /// The documents with ids after `id` (nil: from the first), in the order of the ids' bytes, at most `limit`.
    func summaries(after id: String?, limit: Int) async throws -> [StateSummary]

    /// Reads a slot, lets `decide` say what becomes of it, and does that, as one transaction.
    ///
    /// Updates of one id happen one after another. `decide` runs inside of the transaction: it is short and pure, and
    /// may run again when the transaction is. What it throws is thrown here, and nothing is changed. A change that was
    /// begun is carried out also when the calling task is cancelled.
    ///
    /// - Returns: the outcome, when the change is durable.
    func update<Outcome: Sendable>(
        _ id: String,
        _ decide: @escaping @Sendable (StateSlot) throws -> StateUpdate<Outcome>
    ) async throws -> Outcome
}
