import Bus
import JobControl
import ZeroMQ

/// The runner's connection to the platform, from the first request to the last.
struct Session: Sendable {
    let link: any PlatformLink
    let traffic: Traffic

    var jobs: JobClient { link.jobs }
    var state: any StateDocuments { link.state }

    /// Connects, lends the session to `body`, and disconnects, also when `body` throws.
    ///
    /// - Throws: ``RunnerFailure`` with ``RunnerExit/unreachable`` when the platform does not answer.
    static func open<R: Sendable>(
        _ settings: Settings,
        _ body: @escaping @Sendable (Session) async throws -> R
    ) async throws -> R {
        let traffic = Traffic(isPrinted: settings.verbose)
        if let http = settings.http {
            return try await HTTPLink.open(http, traffic: traffic) { link in
                try await Session(link: link, traffic: traffic).whileConnected(body)
            }
        }
        let context = Context()
        defer { context.close() }
        let link = try BusLink(settings, in: context, traffic: traffic)
        return try await Session(link: link, traffic: traffic).whileConnected(body)
    }

    private func whileConnected<R: Sendable>(_ body: @escaping @Sendable (Session) async throws -> R) async throws -> R
    {
        defer { traffic.report(link) }
        return try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask {
                try await link.run()
                return nil
            }
            group.addTask {
                try await connect()
                return try await naming { try await body(self) }
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw RunnerFailure.unreachable("the connection to \(link.name) ended")
        }
    }

    /// How long the platform may take to answer the first time.
    private static let patience = Duration.seconds(5)

    /// Waits until the platform has answered, so that one that is not there is told at once and not after the
    /// deadline of a first request.
    private func connect() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await link.connect() }
            group.addTask {
                try await ContinuousClock().sleep(for: Self.patience)
                throw RunnerFailure.unreachable("no platform answers at \(link.name); \(link.advice)")
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Says which platform it was that did not answer, and whether anything may have happened.
    private func naming<R>(_ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let error as BusError {
            let doubt = error.code.mayHaveRun ? " The request may have been carried out." : ""
            throw RunnerFailure.unreachable("the platform at \(link.name) did not answer: \(error).\(doubt)")
        }
    }
}
