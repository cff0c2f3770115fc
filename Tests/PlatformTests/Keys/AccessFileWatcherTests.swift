import Bus
import Foundation
import Logging
import Testing

@testable import Platform

@Suite(.timeLimit(.minutes(1))) struct AccessFileWatcherTests {
    private static let key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

    @Test func aChangedFileIsPutInForceAndAFaultyOneIsNot() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "access-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appending(path: "access.yaml").path
        try "".write(toFile: path, atomically: false, encoding: .utf8)

        let access = AccessControl(.none)
        let (changes, source) = AsyncStream.makeStream(of: AccessRules.self)
        let observation = access.observe { source.yield($0) }
        let (errors, log) = AsyncStream.makeStream(of: Void.self)
        let logger = Logger(label: "test") { _ in ErrorLog(seen: log) }
        let watcher = AccessFileWatcher(path, for: access, logger: logger)
        let task = Task { try await watcher.run() }
        var iterator = changes.makeAsyncIterator()
        #expect(await iterator.next()?.keys.isEmpty == true)

        // By a rename, as editors and `platform keys` do it.
        try entry("a").write(toFile: path, atomically: true, encoding: .utf8)
        #expect(await iterator.next()?.keys.map(\.name) == ["a"])
        try "keys: [".write(toFile: path, atomically: true, encoding: .utf8)
        var failures = errors.makeAsyncIterator()
        await failures.next()
        #expect(access.rules.keys.map(\.name) == ["a"])
        // In place.
        try entry("b").write(toFile: path, atomically: false, encoding: .utf8)
        #expect(await iterator.next()?.keys.map(\.name) == ["b"])

        task.cancel()
        try await task.value
        withExtendedLifetime(observation) {}
    }

    private func entry(_ name: String) -> String { "keys:\n  \(name):\n    public-key: '\(Self.key)'\n" }
}

/// Tells of every error that is logged.
private struct ErrorLog: LogHandler {
    let seen: AsyncStream<Void>.Continuation
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        if event.level == .error { seen.yield() }
    }
}
