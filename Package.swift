// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]
/// For code that many small waits go through: what is not isolated runs where its caller does (SE-0461), which saves a
/// look at the executor for every call. Not for targets that hand what is not `Sendable` to libraries without it.
let hotPathSettings = settings + [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncAlgorithms: Target.Dependency = .product(name: "AsyncAlgorithms", package: "swift-async-algorithms")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1: Target.Dependency = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

/// A module's unit tests; `Support` holds what several of them share.
func tests(of module: String, and others: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(module)Tests",
        dependencies: [.target(name: module), "Support"] + others,
        swiftSettings: settings
    )
}

let package = Package(
    name: "composable-services-platform",
    products: [
        .library(name: "JSON", targets: ["JSON"]),
        .library(name: "ZeroMQ", targets: ["ZeroMQ"]),
        .library(name: "Bus", targets: ["Bus"]),
        .library(name: "EngineService", targets: ["EngineService"]),
        .executable(name: "platform", targets: ["PlatformCommand"]),
        .executable(name: "job-runner", targets: ["JobRunner"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    // Lowest first: a target imports only from the lines above it (Tests/PlatformTests checks the imports).
    targets: [
        // A JSON value that loses nothing, and the standard ways to point into it and change it.
        .target(name: "JSON", swiftSettings: settings),
        // libzmq's C API.
        .systemLibrary(name: "CZMQ", path: "CZMQ", providers: [.apt(["libzmq3-dev"])]),
        // A socket that cannot be misused: one owner, whole messages, named errors.
        .target(name: "ZeroMQ", dependencies: ["CZMQ"], swiftSettings: settings),
        // Moves envelopes: a request to one worker with a credit, an event to every subscriber.
        .target(
            name: "Bus",
            dependencies: ["JSON", "ZeroMQ", deque, lifecycle, logging],
            swiftSettings: hotPathSettings
        ),
        // Says which services are alive, what they can do and how to call them.
        .target(
            name: "Discovery",
            dependencies: ["Bus", "JSON", "ZeroMQ", lifecycle, logging],
            swiftSettings: settings
        ),
        // Keeps documents and their versions, and streams their changes.
        .target(
            name: "SharedState",
            dependencies: ["Bus", "JSON", "ZeroMQ", lifecycle, logging],
            swiftSettings: settings
        ),
        // Serves what a design document says: execute, repeat, revert.
        .target(
            name: "EngineService",
            dependencies: ["Bus", "JSON", "ZeroMQ", lifecycle, logging, subprocess, system],
            swiftSettings: settings
        ),
        // Owns a job's life: validates, journals, runs, reverts.
        .target(
            name: "JobControl",
            dependencies: ["Bus", "Discovery", "JSON", "SharedState", "ZeroMQ", crypto, deque, lifecycle, logging],
            swiftSettings: settings
        ),
        // libpq's C API.
        .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        // Implements the services' stores on SQLite and PostgreSQL, with one list of migrations.
        .target(
            name: "Storage",
            dependencies: [
                "Bus", "CPostgreSQL", "Discovery", "EngineService", "JSON", "JobControl", "SharedState", grdb,
                grdbSQLite, logging,
            ],
            swiftSettings: settings
        ),
        // HTTP in front of the bus, and the bus's way out to HTTP services.
        .target(
            name: "Gateway",
            dependencies: [
                "Bus", "Discovery", "JSON", "JobControl", "SharedState", "ZeroMQ", asyncAlgorithms, asyncHTTPClient,
                httpTypes, hummingbirdCore, lifecycle, logging, nioCore, nioHTTP1, nioHTTPTypes, nioHTTPTypesHTTP1,
                nioPosix,
            ],
            path: "gateway",
            swiftSettings: settings
        ),
        // Real processes that live for a while and are killed, and customers that outlast them.
        .target(name: "Scratch", dependencies: ["Bus", "JSON", "JobControl"], swiftSettings: settings),
        // Submits a job, follows its events, exits with its outcome.
        .executableTarget(
            name: "JobRunner",
            dependencies: [
                "Bus", "Discovery", "JSON", "JobControl", "Scratch", "SharedState", "ZeroMQ", argumentParser,
                asyncHTTPClient, configuration, logging, nioCore, nioHTTP1, nioPosix, signals, system,
            ],
            swiftSettings: settings
        ),
        // Turns one configuration into the services one process runs.
        .target(
            name: "Platform",
            dependencies: [
                "Bus", "Discovery", "EngineService", "Gateway", "JSON", "JobControl", "SharedState", "Storage",
                "ZeroMQ", configuration, lifecycle, logging, yams,
            ],
            swiftSettings: settings
        ),
        // glibc's mallopt.
        .systemLibrary(name: "CMemory"),
        // Arguments -> PlatformConfiguration -> PlatformNode.run(); and what shows a running platform.
        .executableTarget(
            name: "PlatformCommand",
            dependencies: [
                "Bus", "CMemory", "JSON", "Platform", "ZeroMQ", argumentParser, configuration, lifecycle, logging,
                signals, system,
            ],
            swiftSettings: settings
        ),

        // Examples: services of a few lines each.
        .executableTarget(
            name: "service-a",
            dependencies: ["Bus", "JSON", "ZeroMQ", lifecycle, logging, signals],
            path: "examples/service-a",
            exclude: ["README.md"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "service-b",
            dependencies: ["Bus", "JSON", "ZeroMQ", lifecycle, logging, signals],
            path: "examples/service-b",
            exclude: ["README.md"],
            swiftSettings: settings
        ),

        // The bus against its C reference: scripts/bench-bus.sh.
        .executableTarget(
            name: "bus-benchmark",
            dependencies: ["Bus", "JSON", "ZeroMQ", logging],
            path: "Benchmarks/BusBenchmark",
            swiftSettings: settings
        ),
        // Watching jobs, and going on with them after a kill: scripts/bench-events.sh and bench-recovery.sh.
        .executableTarget(
            name: "job-benchmark",
            dependencies: ["Bus", "JSON", "JobControl", "Scratch", "ZeroMQ", deque, logging],
            path: "Benchmarks/JobBenchmark",
            swiftSettings: settings
        ),
        // The HTTP server that the gateway is measured against: scripts/bench-http.sh.
        .executableTarget(
            name: "hello-http",
            dependencies: [hummingbird, logging],
            path: "Benchmarks/HelloHTTP",
            swiftSettings: settings
        ),

        // What several test targets share.
        .target(
            name: "Support",
            dependencies: ["Bus", "JSON", "ZeroMQ", lifecycle, logging, subprocess, system],
            path: "Tests/Support",
            swiftSettings: settings
        ),
        // Kills brokers, workers and clients under load, and judges what they wrote down: scripts/chaos-bus.sh.
        .target(
            name: "Chaos",
            dependencies: ["Bus", "JSON", "JobControl", "Scratch", "ZeroMQ", lifecycle, logging, signals],
            path: "Tests/Chaos",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "chaos-bus",
            dependencies: ["Chaos"],
            path: "Tests/ChaosCommand",
            swiftSettings: settings
        ),
        // Kills job-control, engines, the broker and the database while jobs run, and judges what is left:
        // scripts/crash-test.sh.
        .executableTarget(
            name: "chaos-jobs",
            dependencies: ["Chaos"],
            path: "Tests/ChaosJobsCommand",
            swiftSettings: settings
        ),
        tests(of: "JSON"),
        tests(of: "ZeroMQ"),
        tests(of: "Bus", and: ["JSON", "ZeroMQ", lifecycle, logging]),
        tests(of: "Discovery", and: ["Bus", "JSON", logging]),
        tests(of: "SharedState", and: ["Bus", "JSON"]),
        tests(of: "EngineService", and: ["Bus", "JSON", "ZeroMQ", logging]),
        tests(of: "JobControl", and: ["Bus", "Discovery", "JSON", "SharedState", "Storage", logging]),
        tests(of: "Storage", and: ["Bus", "Discovery", "EngineService", "JSON", "JobControl", "SharedState", grdb]),
        tests(
            of: "Gateway",
            and: [
                "Bus", "Discovery", "EngineService", "JSON", "JobControl", "SharedState", "ZeroMQ", asyncHTTPClient,
                httpTypes, hummingbird, lifecycle, logging, nioCore, nioHTTP1, nioPosix,
            ]
        ),
        tests(of: "JobRunner", and: ["Bus", "JSON", "JobControl", argumentParser, configuration, nioHTTP1]),
        tests(
            of: "Platform",
            and: [
                "Bus", "Discovery", "EngineService", "Gateway", "JSON", "JobControl", "ZeroMQ", configuration, logging,
                system,
            ]
        ),
        tests(of: "PlatformCommand", and: ["Bus", "JSON"]),
        .testTarget(
            name: "IntegrationTests",
            dependencies: ["Support", "Bus", "JSON", "ZeroMQ", logging],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ChaosTests",
            dependencies: ["Chaos", "Support", "Bus", "JSON", "JobControl", "Scratch", "ZeroMQ", logging],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
