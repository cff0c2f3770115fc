import Discovery
import EngineService
import JobControl
import SharedState
import Testing

@testable import Storage

/// The stores that must all behave alike.
enum Backend: String, CaseIterable, CustomTestStringConvertible {
    case memory, sqlite

    var testDescription: String { rawValue }

    /// Lends empty stores.
    func withStores<T>(_ body: (Stores) async throws -> T) async throws -> T {
        try await withTemporaryFolder { folder in
            let stores = try await Stores.open(self == .memory ? .memory : .sqlite(path: folder + "/p.db"))
            let result = try await body(stores)
            try await stores.close()
            return result
        }
    }
}

/// Lends SQLite stores to `write`, closes them, and lends what is there after opening again to `read`.
func afterReopening(
    _ write: (Stores) async throws -> Void,
    _ read: (Stores) async throws -> Void
) async throws {
    try await withTemporaryFolder { folder in
        let first = try await Stores.open(.sqlite(path: folder + "/p.db"))
        try await write(first)
        try await first.close()
        let second = try await Stores.open(.sqlite(path: folder + "/p.db"))
        try await read(second)
        try await second.close()
    }
}
