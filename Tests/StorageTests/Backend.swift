import Discovery
import EngineService
import JobControl
import SharedState
import Support
import Testing

@testable import Storage

/// The stores that must all behave alike.
enum Backend: String, CaseIterable, CustomTestStringConvertible {
    case memory, sqlite, postgres

    /// Those that outlive a process.
    static let durable: [Backend] = [.sqlite, .postgres]

    var testDescription: String { rawValue }

    /// Lends empty stores.
    func withStores<T>(_ body: (Stores) async throws -> T) async throws -> T {
        try await withURL { url in
            let stores = try await Stores.open(url)
            let result = try await body(stores)
            try await stores.close()
            return result
        }
    }

    /// Lends the address of an empty store, which is gone afterwards.
    func withURL<T>(_ body: (StoreURL) async throws -> T) async throws -> T {
        switch self {
        case .memory: try await body(.memory)
        case .sqlite: try await withTemporaryFolder { try await body(.sqlite(path: $0 + "/p.db")) }
        case .postgres: try await withSchema { try await body(.postgres($0)) }
        }
    }
}

/// Lends durable stores to `write`, closes them, and lends what is there after opening again to `read`.
func afterReopening(
    _ backend: Backend = .sqlite,
    _ write: (Stores) async throws -> Void,
    _ read: (Stores) async throws -> Void
) async throws {
    try await backend.withURL { url in
        let first = try await Stores.open(url)
        try await write(first)
        try await first.close()
        let second = try await Stores.open(url)
        try await read(second)
        try await second.close()
    }
}
