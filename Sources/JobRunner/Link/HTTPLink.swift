import AsyncHTTPClient
import Bus
import JSON
import JobControl
import NIOCore
import NIOHTTP1

/// The platform over HTTP: requests to the gateway, and a job's events as server-sent events.
struct HTTPLink: PlatformLink {
    let jobs: JobClient
    let state: any StateDocuments

    private let caller: HTTPCaller
    private let address: HTTPAddress
    private let traffic: Traffic

    /// Lends a link to `body`.
    static func open<R: Sendable>(
        _ address: HTTPAddress,
        traffic: Traffic,
        _ body: @escaping @Sendable (HTTPLink) async throws -> R
    ) async throws -> R {
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // A stream of events is never silent for longer than 15 s.
        settings.timeout = .init(connect: .seconds(5), read: .seconds(60))
        settings.httpVersion = .http1Only
        // A refused connection is an answer; asking again until the deadline would hide it.
        settings.connectionPool.retryConnectionEstablishment = false
        return try await HTTPClient.withHTTPClient(configuration: settings) { client in
            try await body(HTTPLink(HTTPCaller(client: client), address, traffic: traffic))
        }
    }

    private init(_ caller: HTTPCaller, _ address: HTTPAddress, traffic: Traffic) {
        self.caller = caller
        self.address = address
        self.traffic = traffic
        state = HTTPStateDocuments(caller: caller, base: address.state)
        jobs = JobClient { question in
            let route = try JobRoute(question)
            let body = route.method == .GET ? [] : question.body
            return try await caller.call(
                route.method,
                address.jobs + route.path,
                headers: route.headers,
                body: body,
                within: question.patience
            )
        }
    }

    var name: String { address.jobs }
    var advice: String { "is it started, and the URL right?" }
    var report: String { "HTTP requests sent: \(caller.requestsSent)" }

    /// Each request connects by itself.
    func run() async throws {}

    /// Any answer will do: a platform that is there may still be busy.
    func connect() async throws {
        _ = try await caller.call(.GET, address.jobs + "/ping", within: .seconds(5))
    }

    /// The stream ends with the job. One that ends or breaks off before is taken up again where it was.
    func follow(_ jobID: String, _ show: ([Event]) -> Void) async throws {
        traffic.note("stream", "/jobs/\(jobID)/events")
        var position = StreamPosition()
        while true {
            do {
                try await stream(jobID, from: &position, show)
                if position.isAtTheEnd { return }
            } catch {
                guard Self.isPassing(error), position.mayGoOn(at: .now) else { throw error }
                traffic.note("stream lost", "\(error)")
            }
            try await Task.sleep(for: position.pause)
        }
    }

    /// Whether the platform may be back soon.
    private static func isPassing(_ error: any Error) -> Bool {
        if let failure = error as? RunnerFailure { return failure.exitCode == RunnerExit.unreachable }
        return (error as? Problem).map { $0.status.rawValue >= 500 } ?? false
    }

    private func stream(_ jobID: String, from position: inout StreamPosition, _ show: ([Event]) -> Void) async throws {
        let url = "\(address.jobs)/jobs/\(jobID.percentEncoded)/events"
        let headers: HTTPHeaders = position.last > 0 ? ["Last-Event-ID": String(position.last)] : [:]
        var reader = EventStreamReader()
        try await caller.stream(url, headers: headers) { bytes in
            let events = try reader.take(bytes)
            guard let last = events.last else { return }
            position.reached(last)
            show(events)
        }
        position.ended()
    }
}
