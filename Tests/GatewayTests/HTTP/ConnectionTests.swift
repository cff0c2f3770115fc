import Bus
import NIOCore
import Synchronization
import Testing

@testable import Gateway

/// What clients do to a connection that no good client does, and that nobody else is harmed by it.
@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
    @Test(arguments: [
        "GET /ping HTTP/1.1\r\nHost: h\r\nX-Large: \(String(repeating: "a", count: 40_000))\r\n\r\n",
        "GET /\(String(repeating: "a", count: 40_000)) HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /ping HTTP/1.1\r\nHost: h\r\n\(String(repeating: "X-Many: 1\r\n", count: 300))\r\n",
    ])
    func aHeadThatIsTooLargeIsAnsweredAndTheConnectionEnds(_ head: String) async throws {
        try await withPlatform { platform in
            let answer = try await RawConnection.open(port: platform.ports.main) { connection in
                try await connection.send(head)
                return try await connection.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 431 "), "\(answer)")
            #expect(answer.contains("\"error\":"))
            #expect(try await platform.api.get("/ping").status == 200)
        }
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "GET /ping HTTP/1.1\r\nHost: h\r\nbad header\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "\u{0}\u{1}\u{2}\r\n\r\n",
    ])
    func bytesThatAreNoHTTPAreAnsweredAndTheConnectionEnds(_ bytes: String) async throws {
        try await withPlatform { platform in
            let answer = try await RawConnection.open(port: platform.ports.main) { connection in
                try await connection.send(bytes)
                return try await connection.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
            #expect(answer.contains("\"error\":"))
        }
    }

    @Test func aBodyThatDoesNotArriveIsGivenUp() async throws {
        try await withPlatform {
            $0.bodyTimeout = .milliseconds(200)
        } _: { platform in
            let answer = try await RawConnection.open(port: platform.ports.main) { connection in
                try await connection.send(
                    "POST /state HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
                )
                return try await connection.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 408 "), "\(answer)")
            #expect(answer.lowercased().contains("connection: close"))
        }
    }

    @Test func aMalformedChunkIsABadRequest() async throws {
        try await withPlatform { platform in
            let answer = try await RawConnection.open(port: platform.ports.main) { connection in
                try await connection.send("POST /state HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
                return try await connection.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
        }
    }

    @Test func aRefusedBodyIsReadToItsEndSoThatTheConnectionGoesOn() async throws {
        try await withPlatform {
            $0.bodyLimit = 1000
        } _: { platform in
            let answer = try await RawConnection.open(port: platform.ports.main) { connection in
                for path in ["/state", "/nowhere"] {
                    try await connection.send("POST \(path) HTTP/1.1\r\nHost: h\r\nContent-Length: 1500\r\n\r\n{")
                    try await connection.send(String(repeating: " ", count: 1499))
                }
                try await connection.send("GET /ping HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                return try await connection.readToEnd()
            }
            let statuses = answer.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            #expect(statuses == ["413", "404", "200"], "\(answer)")
        }
    }

    @Test func anAnswerThatComesBeforeTheBodyEndsTheConnection() async throws {
        try await withPlatform { platform in
            let answer = try await RawConnection.open(port: platform.ports.main) { connection in
                try await connection.send("POST /nowhere HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\nabc")
                return try await connection.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 404 "), "\(answer)")
            #expect(answer.lowercased().contains("connection: close"))
        }
    }

    @Test func whoWaitsToBeAskedForTheBodyIsAsked() async throws {
        try await withPlatform { platform in
            try await RawConnection.open(port: platform.ports.main) { connection in
                let head =
                    "POST /state HTTP/1.1\r\nHost: h\r\nContent-Type: %\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
                try await connection.send(head.replacing("%", with: "application/json"))
                #expect(try await connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 "))
                try await connection.send("{}")
                #expect(try await connection.read(until: "stateURL").hasPrefix("HTTP/1.1 201 "))
                try await connection.send(head.replacing("%", with: "text/plain"))
                #expect(try await connection.read(until: "\"error\"").hasPrefix("HTTP/1.1 415 "))
            }
        }
    }

    @Test func requestsThatAreSentTogetherAreAnsweredInTheirOrder() async throws {
        try await withPlatform { platform in
            let answer = try await RawConnection.open(port: platform.ports.main) { connection in
                try await connection.send(
                    "GET /ping HTTP/1.1\r\nHost: h\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n"
                        + "POST /state HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"
                        + "GET /services/service-a/ping HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
                )
                return try await connection.readToEnd()
            }
            let statuses = answer.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            #expect(statuses == ["200", "404", "201", "200"], "\(answer)")
        }
    }

    @Test func aClientThatLeavesCancelsWhatOnlyItWaitedFor() async throws {
        let (cancelled, report) = AsyncStream.makeStream(of: String.self)
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        try await withPlatform { platform in
            try await platform.withWorker("slow") { request in
                start.yield()
                do { try await Task.sleep(for: .seconds(50)) } catch { report.yield(request.operation) }
                return .empty()
            } _: {
                try await RawConnection.open(port: platform.ports.main) { connection in
                    try await connection.send("GET /services/slow/health HTTP/1.1\r\nHost: h\r\n\r\n")
                    for await _ in started { break }
                }
                for await operation in cancelled {
                    #expect(operation == "health")
                    break
                }
            }
        }
    }

    @Test func aClientThatLeavesDoesNotCancelWhatItStarted() async throws {
        let (ended, end) = AsyncStream.makeStream(of: Bool.self)
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let (release, let_go) = AsyncStream.makeStream(of: Void.self)
        try await withPlatform { platform in
            try await platform.withWorker("slow") { _ in
                start.yield()
                for await _ in release { break }
                end.yield(Task.isCancelled)
                return .empty()
            } _: {
                try await RawConnection.open(port: platform.ports.main) { connection in
                    try await connection.send(
                        "POST /services/slow/execute HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"
                    )
                    for await _ in started { break }
                }
                // Longer than the grace that a half-closed client has: a wrong cancellation would come by then.
                try await Task.sleep(for: .milliseconds(1300))
                let_go.yield()
                for await isCancelled in ended {
                    #expect(!isCancelled)
                    break
                }
            }
        }
    }

    @Test func aPortThatIsTakenIsNamed() async throws {
        try await withPlatform { platform in
            var configuration = GatewayConfiguration()
            configuration.port = platform.ports.main
            configuration.servicePorts = [:]
            let second = GatewayServer(
                configuration,
                client: platform.client,
                directory: platform.directory,
                logger: platform.logger
            )
            let error = await #expect(throws: GatewayError.self) { try await second.run() }
            #expect(error?.description.contains("127.0.0.1:\(platform.ports.main)") == true)
            await #expect(throws: (any Error).self) { try await second.boundPorts() }
        }
    }
}
