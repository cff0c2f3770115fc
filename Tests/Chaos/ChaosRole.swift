import Bus
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals
import ZeroMQ

/// What the processes of a chaos run do. Each prints `ready`, ends well on SIGTERM, and with its parent.
package enum ChaosRole {
    static let service = "chaos"
    /// How many parts a stream has.
    static let parts = 20
    private static let logger = Logger(label: "chaos") { _ in SwiftLogNoOpLogHandler() }

    /// `broker BUS PUBLISH SUBSCRIBE`, `worker LEDGER BUSES`,
    /// `client LEDGER BUSES WINDOW PATIENCE-MS SEED REPEATABLE-SHARE OPERATION`.
    package static func run(_ words: [String]) async throws {
        endWithParent()
        switch words[0] {
        case "broker": try await serveAsBroker(try words[1...3].map { try Endpoint($0) })
        case "worker": try await serveAsWorker(try Ledger(path: words[1]), at: try Endpoint.list(words[2]))
        default:
            let load = Load(
                ledger: try Ledger(path: words[1]),
                window: Int(words[3]) ?? 1,
                patience: .milliseconds(Int(words[4]) ?? 5000),
                seed: UInt64(words[5]) ?? 0,
                repeatableShare: Double(words[6]) ?? 0.5,
                operation: words[7]
            )
            try await ask(load, at: try Endpoint.list(words[2]))
        }
    }

    /// Standard input is a pipe of the parent's: its end is the parent's end.
    private static func endWithParent() {
        var thread = pthread_t()
        pthread_create(
            &thread,
            nil,
            { _ in
                var byte: UInt8 = 0
                while read(0, &byte, 1) > 0 {}
                exit(9)
            },
            nil
        )
    }

    private static func announce() {
        print("ready")
        fflush(nil)
    }

    private static func serveAsBroker(_ endpoints: [Endpoint]) async throws {
        let configuration = Broker.Configuration(
            endpoints: [endpoints[0]],
            publish: [endpoints[1]],
            subscribe: [endpoints[2]]
        )
        let broker = Broker(configuration, context: Context(), logger: logger)
        try await run([broker]) { _ = try await broker.boundEndpoints() }
    }

    private static func serveAsWorker(_ ledger: Ledger, at endpoints: [Endpoint]) async throws {
        let configuration = BusWorker.Configuration(service: service, endpoints: endpoints, credits: 64)
        let worker = BusWorker(configuration, context: Context(), logger: logger) { request in
            ledger.write(.ran, request.requestID)
            // One in sixteen takes a while, so that there is something in hand whenever somebody is killed.
            if request.operation == "mixed", request.requestID.low % 16 == 0 {
                try await Task.sleep(for: .milliseconds(Int(request.requestID.low >> 4 % 20) + 1))
            }
            if request.operation == "stream" {
                for number in 0..<parts { try await request.parts?.send([UInt8(number)]) }
            }
            return BusReply(body: request.body)
        }
        try await run([worker]) { try await worker.whenReady }
    }

    private static func ask(_ load: Load, at endpoints: [Endpoint]) async throws {
        let client = BusClient(.init(endpoints: endpoints), context: Context(), logger: logger)
        load.client.withLock { $0 = client }
        // Groups end their services from the last to the first: the load has all its answers before the client goes.
        try await run([client, load]) {}
    }

    private static func run(_ services: [any Service], whenUp: @escaping @Sendable () async throws -> Void) async throws
    {
        let group = ServiceGroup(services: services, gracefulShutdownSignals: [.sigterm], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await whenUp()
            announce()
            try await tasks.waitForAll()
        }
    }
}
