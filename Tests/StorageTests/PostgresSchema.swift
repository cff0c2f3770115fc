import Foundation
import Support

@testable import Storage

/// Lends a schema of the tests' server that does not exist yet, and is gone afterwards.
func withSchema<T>(_ body: (PostgresAddress) async throws -> T) async throws -> T {
    let address = try PostgresAddress(try TestPostgres.freshSchema())
    let outcome: Result<T, any Error>
    do {
        outcome = .success(try await body(address))
    } catch {
        outcome = .failure(error)
    }
    if let schema = address.schema { try await administer(address, "DROP SCHEMA IF EXISTS \"\(schema)\" CASCADE") }
    return try outcome.get()
}

/// Runs statements on a connection of their own.
func administer(_ address: PostgresAddress, _ sql: String) async throws {
    try await onThread {
        let connection = try PostgresConnection.open(address, .init())
        if let refusal = try connection.script(sql, within: .seconds(30)) { throw refusal }
    }
}

/// Asks for the first column, an integer, of the first row on a connection of its own.
func ask(_ address: PostgresAddress, _ sql: String) async throws -> Int64? {
    try await onThread {
        let connection = try PostgresConnection.open(address, .init())
        switch try connection.run([PostgresCommand(sql: sql)], within: .seconds(30)).first {
        case .rows(let rows): return rows.first { $0.integer(0) }
        case .failed(let refusal): throw refusal
        case .skipped, nil: return nil
        }
    }
}

private func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
}
