import Bus
import JSON
import Synchronization

/// An ``EngineStore`` in memory, for tests and for services whose data may go when their process ends.
///
/// A failed transaction is undone by a log of inverse steps rather than from a copy, so a write costs what it changes.
public final class MemoryEngineStore: EngineStore {
    private let contents = Mutex(Contents())

    public init() {}

    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (any EngineReader) throws -> Result
    ) async throws -> Result {
        try contents.withLock { contents in
            try body(Transaction(on: contents))
        }
    }

    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (any EngineTransaction) throws -> Result
    ) async throws -> Result {
        try contents.withLock { contents in
            let transaction = Transaction(on: contents)
            contents = Contents()  // the transaction's reference must be the only one, or the first write copies all
            defer { contents = transaction.contents }
            do {
                return try body(transaction)
            } catch {
                transaction.rollBack()
                throw error
            }
        }
    }
}

extension MemoryEngineStore {
    fileprivate struct Contents {
        var resources: [String: EngineResource] = [:]
        var receipts: [String: EngineReceipt] = [:]
        var marks: [String: EngineMark] = [:]
        var nextPosition: Int64 = 1
    }

    fileprivate final class Transaction: EngineTransaction {
        private(set) var contents: Contents
        private var inverse: [(inout Contents) -> Void] = []

        init(on contents: Contents) {
            self.contents = contents
        }

        func resource(_ id: String) -> EngineResource? {
            contents.resources[id]
        }

        func resources() -> [EngineResource] {
            contents.resources.values.sorted { ($0.position, $0.id) < ($1.position, $1.id) }
        }

        func receipt(_ requestID: String) -> EngineReceipt? {
            contents.receipts[requestID]
        }

        func mark(of id: String) -> EngineMark? {
            contents.marks[id]
        }

        func put(_ value: JSONObject, id: String, position: Int64?) -> EngineResource {
            let old = contents.resources[id]
            let place = old?.position ?? position ?? contents.nextPosition
            let new = EngineResource(id: id, position: place, value: value)
            contents.resources[id] = new
            contents.nextPosition = max(contents.nextPosition, place + 1)
            inverse.append { $0.resources[id] = old }
            return new
        }

        func removeResource(_ id: String) {
            guard let old = contents.resources.removeValue(forKey: id) else { return }
            inverse.append { $0.resources[id] = old }
        }

        func put(_ receipt: EngineReceipt) {
            let old = contents.receipts.updateValue(receipt, forKey: receipt.requestID)
            inverse.append { $0.receipts[receipt.requestID] = old }
        }

        func put(_ mark: EngineMark?, of id: String) {
            let old = contents.marks[id]
            contents.marks[id] = mark
            inverse.append { $0.marks[id] = old }
        }

        func removeReceipts(recordedBefore time: Timestamp, limit: Int) {
            let marks = contents.marks.filter { $0.value.recordedAt < time }
            for (id, _) in marks.sorted(by: { $0.value.recordedAt < $1.value.recordedAt }).prefix(limit) {
                put(nil, of: id)
            }
            let old = contents.receipts.values.filter { $0.recordedAt < time }.sorted { $0.recordedAt < $1.recordedAt }
            for receipt in old.prefix(limit) {
                contents.receipts[receipt.requestID] = nil
                inverse.append { $0.receipts[receipt.requestID] = receipt }
            }
        }

        func rollBack() {
            for step in inverse.reversed() { step(&contents) }
        }
    }
}
