import Logging

/// Runs a worker's handler for one request after another, and turns whatever comes of it into a reply.
///
/// A class, so that the task of each request takes one reference along and not each of these.
final class HandlerRunner: Sendable {
    let handler: BusWorker.Handler
    let route: ReplyRoute
    let mayBlock: Bool
    let logger: Logger

    init(handler: @escaping BusWorker.Handler, route: ReplyRoute, mayBlock: Bool, logger: Logger) {
        self.handler = handler
        self.route = route
        self.mayBlock = mayBlock
        self.logger = logger
    }

    /// Whether a request's handler must not begin on the socket's thread. Parts go by the mailbox: the reply, which ends
    /// them, must not overtake them.
    func needsOwnTask(_ request: BusRequest) -> Bool { mayBlock || request.parts != nil }

    /// Starts the handler on Swift's shared threads; its reply is posted under `key`.
    func start(_ request: BusRequest, key: UInt64) -> Task<Void, Never> {
        Task { self.route.post(await self.answer(request, at: .now), for: key) }
    }

    /// Runs the handlers of what the route says is to begin, on this thread, one after the other in one task, until one
    /// has to wait: the task then goes on with that one alone, on other threads.
    ///
    /// It comes back early when this takes long, so that the replies that are there can leave.
    func serveBegun() -> Task<Void, Never> {
        Task.immediate {
            let start = Moment.now
            var now = start
            while now < start + Self.patience, let (key, request) = self.route.next() {
                let reply = await self.answer(request, at: now)
                guard self.route.deliver(reply, for: key) else { return }
                now = .now
            }
        }
    }

    /// How long replies wait for other handlers, if those do not take that long themselves.
    private static let patience = Duration.microseconds(50)

    private func answer(_ request: BusRequest, at now: Moment) async -> BusReply {
        if request.limit <= now {
            return .problem(Problem(.gatewayTimeout, "The deadline passed before \(request.service) began."))
        }
        do {
            return try await handler(request)
        } catch let problem as Problem {
            return problem.reply
        } catch let error as BusError {
            return .problem(Problem(error.status, error.message))
        } catch {
            return failure(of: request, because: error)
        }
    }

    private func failure(of request: BusRequest, because error: any Error) -> BusReply {
        guard !Task.isCancelled else { return .problem(Problem(.clientClosedRequest, "The request was cancelled.")) }
        logger.error(
            "handler failed",
            metadata: [
                "service": "\(request.service)", "operation": "\(request.operation)",
                "request": "\(request.requestID)", "error": "\(error)",
            ]
        )
        return .problem(Problem(.internalServerError, "\(request.service) failed at \(request.operation)."))
    }
}
