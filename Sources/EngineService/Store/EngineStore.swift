public import Bus
public import JSON

/// Where an engine keeps its resources and the receipts of what it has done: the port that Storage implements.
///
/// A command is one transaction: its effect and its receipt become durable together or not at all, so a request that
/// is sent again after a crash finds either both or neither. An implementation holds the data of one service; where
/// several share a database, it is made for a service's name.
public protocol EngineStore: Sendable {
    /// Runs `body` on a consistent view of the store.
    ///
    /// Does not wait for writers. The view must not be used after `body` has returned.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any EngineReader) throws -> Result
    ) async throws -> Result

    /// Runs `body` in a transaction of its own, one at a time, and returns when what it wrote is durable.
    ///
    /// An error thrown by `body` undoes everything that it wrote and is thrown here. A transaction that was asked for
    /// is carried out also when the task is cancelled: what a command did must be recorded.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any EngineTransaction) throws -> Result
    ) async throws -> Result
}

/// What a command may look at.
public protocol EngineReader {
    /// The resource with that id, or nil.
    func resource(_ id: String) throws -> EngineResource?

    /// All resources by ascending position, those at the same position by id.
    func resources() throws -> [EngineResource]

    /// What is remembered of that request, or nil when it never came or its receipt has been removed.
    func receipt(_ requestID: String) throws -> EngineReceipt?

    /// Who wrote the resource with that id last, also when it is not there any more; nil when that is not known.
    func mark(of id: String) throws -> EngineMark?
}

/// What a command may look at and change. A read sees the transaction's own writes.
public protocol EngineTransaction: EngineReader {
    /// Stores `value` as the resource `id` and returns it with its position.
    ///
    /// A resource that is there keeps its position. A new one gets `position`, or without it a position greater than
    /// every other's.
    @discardableResult
    func put(_ value: JSONObject, id: String, position: Int64?) throws -> EngineResource

    /// Removes a resource; nothing happens when it is not there.
    func removeResource(_ id: String) throws

    /// Stores a receipt in the place of any with the same request id.
    func put(_ receipt: EngineReceipt) throws

    /// Stores who wrote a resource last; nil: nobody that is known.
    func put(_ mark: EngineMark?, of id: String) throws

    /// Removes at most `limit` of the receipts that were recorded before `time`, the oldest first, and as many marks.
    func removeReceipts(recordedBefore time: Timestamp, limit: Int) throws
}

extension EngineTransaction {
    /// Stores `value` as the resource `id`, behind all others when it is new.
    @discardableResult
    public func put(_ value: JSONObject, id: String) throws -> EngineResource {
        try put(value, id: id, position: nil)
    }
}
