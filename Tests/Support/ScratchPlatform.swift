package import Foundation
import Subprocess
import Synchronization
import SystemPackage
import Testing

/// A platform of its own for a suite: real processes on free ports, with data in a temporary folder.
///
/// Started and ended by the scripts that users run, so that these are tested with every test.
package struct ScratchPlatform: Sendable {
    /// What a program printed and how it ended.
    package struct Result: Sendable {
        package var exitCode: Int32
        package var output: String
        package var error: String
    }

    package let data: URL
    package let httpPort: Int
    /// The first broker's.
    package let busPort: Int
    /// A port for each broker.
    package let busPorts: [UInt16]
    package let variables: [String: String]

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    package static var binaries: URL { root.appending(path: ".build/debug") }
    package static func example(_ name: String) -> String { root.appending(path: "examples/\(name)").path }

    /// - Parameter brokers: how many; more than one needs `--separate`.
    package init(brokers: Int = 1) throws {
        data = FileManager.default.temporaryDirectory.appending(path: "platform-\(UUID())")
        let ports = try FreePorts.take(4 + 3 * brokers)
        let endpoints = ports.dropFirst(4).map { "tcp://127.0.0.1:\($0)" }
        let bus = endpoints.prefix(brokers).joined(separator: ",")
        let subscribe = endpoints.suffix(brokers).joined(separator: ",")
        busPort = ports[4]
        busPorts = ports.dropFirst(4).prefix(brokers).map { UInt16($0) }
        httpPort = ports[0]
        variables = [
            "PLATFORM_BUS": bus,
            "PLATFORM_EVENTS_PUBLISH": endpoints.dropFirst(brokers).prefix(brokers).joined(separator: ","),
            "PLATFORM_EVENTS_SUBSCRIBE": subscribe,
            "PLATFORM_HTTP_PORT": "\(ports[0])",
            "PLATFORM_DISCOVERY_PORT": "\(ports[1])",
            "PLATFORM_STATE_PORT": "\(ports[2])",
            "PLATFORM_JOB_PORT": "\(ports[3])",
            "JOB_RUNNER_BUS": bus,
            "JOB_RUNNER_EVENTS": subscribe,
            "HOME": data.path,
        ]
    }

    /// Starts it, lends it to `body`, and ends every process, also when `body` throws.
    package static func with<R: Sendable>(
        _ options: String...,
        brokers: Int = 1,
        body: (ScratchPlatform, _ started: Result) async throws -> R
    ) async throws -> R {
        let platform = try ScratchPlatform(brokers: brokers)
        let started = try await platform.script("start-all.sh", ["--bin", binaries.path] + options)
        let result: Swift.Result<R, any Error>
        do {
            result = .success(try await body(platform, started))
        } catch {
            result = .failure(error)
        }
        let stopped = try await platform.script("stop-all.sh", [])
        #expect(stopped.exitCode == 0, "\(stopped.error)")
        try? FileManager.default.removeItem(at: platform.data)
        return try result.get()
    }

    /// Runs a script of the project against this platform's data folder.
    package func script(_ name: String, _ arguments: [String]) async throws -> Result {
        try await run(Self.root.appending(path: "scripts/\(name)").path, arguments + ["--data", data.path])
    }

    /// Ends one of its processes without notice, by the name that `start-all.sh` gave it: SIGKILL.
    package func kill(_ name: String) throws {
        let processes = try String(contentsOf: data.appending(path: "run/processes"), encoding: .utf8)
        let line = try #require(processes.split(separator: "\n").first { $0.hasPrefix("\(name) ") }, "no \(name)")
        let pid = try #require(Int32(line.split(separator: " ")[1]))
        #expect(Foundation.kill(pid, SIGKILL) == 0)
    }

    /// Runs `platform`, with this platform's settings.
    package func platform(_ arguments: String...) async throws -> Result {
        try await run(Self.binaries.appending(path: "platform").path, arguments)
    }

    /// Runs `job-runner`, connected to this platform, in its data folder.
    package func runner(_ arguments: String...) async throws -> Result {
        try await run(Self.binaries.appending(path: "job-runner").path, arguments)
    }

    /// Runs a program to its end, with this platform's settings in its environment.
    package func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) async throws
        -> Result
    {
        let all = variables.merging(environment) { $1 }
        let result = try await Subprocess.run(
            .path(FilePath(program)),
            arguments: Arguments(arguments),
            environment: .inherit.updating(Self.environment(all)),
            workingDirectory: FileManager.default.fileExists(atPath: data.path) ? FilePath(data.path) : nil,
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        let code: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): 128 + signal
            }
        return Result(exitCode: code, output: result.standardOutput, error: result.standardError)
    }
}

extension ScratchPlatform {
    private static func environment(_ values: [String: String]) -> [Environment.Key: String?] {
        Dictionary(uniqueKeysWithValues: values.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
    }
}

/// Ports that nobody listens on at the moment of asking.
///
/// They lie below those that Linux gives to outgoing connections (32768 to 60999), so that no connection of another test
/// takes one before it is bound; and no port is given twice by one process.
package enum FreePorts {
    private static let range = 20_000..<32_000
    /// Where to look next; processes begin at different places.
    private static let next = Mutex(range.lowerBound + Int(getpid()) * 97 % range.count)

    package static func take(_ count: Int) throws -> [Int] {
        try (0..<count).map { _ in try take() }
    }

    private static func take() throws -> Int {
        try next.withLock { next in
            for _ in range {
                let port = next
                next = next + 1 < range.upperBound ? next + 1 : range.lowerBound
                if isFree(port) { return port }
            }
            return try #require(nil, "no free port on 127.0.0.1")
        }
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
