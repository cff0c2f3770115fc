import Foundation
import Support
import Testing

@testable import Storage

/// A server that one test has for itself, to stop it hard and start it again.
struct OwnPostgres {
    let folder: String
    let address: PostgresAddress

    /// Lends a server; skips or fails the test where the others have none either.
    static func with<T>(_ body: (OwnPostgres) async throws -> T) async throws -> T {
        _ = try TestPostgres.freshSchema()
        return try await withTemporaryFolder { folder in
            let url = try await script("start", folder)
            let server = OwnPostgres(folder: folder, address: try PostgresAddress(url))
            let outcome: Result<T, any Error>
            do {
                outcome = .success(try await body(server))
            } catch {
                outcome = .failure(error)
            }
            try? await server.stop("immediate")
            return try outcome.get()
        }
    }

    func stop(_ mode: String) async throws { _ = try await Self.script("stop", folder, mode) }

    func start() async throws { _ = try await Self.script("start", folder) }

    private struct Failure: Error {
        var arguments: [String]
        var status: Int32
    }

    private static func script(_ arguments: String...) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try run(arguments) }) }
        }
    }

    private static func run(_ arguments: [String]) throws -> String {
        let process = Process()
        let output = Pipe()
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        process.executableURL = root.deletingLastPathComponent().appending(path: "scripts/postgres.sh")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        try withoutBlockedSignals { try process.run() }
        let text = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(arguments: arguments, status: process.terminationStatus)
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
