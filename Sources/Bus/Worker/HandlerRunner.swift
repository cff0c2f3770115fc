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

    /// Starts the handler; its reply goes to the route under `key`, perhaps before this returns.
    func start(_ request: BusRequest, key: UInt64) -> Task<Void, Never> {
        // Parts go by the mailbox: the reply, which ends them, must not overtake them.
        if request.parts != nil { return Task { self.route.post(await self.answer(request), for: key) } }
        guard mayBlock else {
            return Task.immediate { self.route.deliver(await self.answer(request), for: key) }
        }
        return Task { self.route.deliver(await self.answer(request), for: key) }
    }

    private func answer(_ request: BusRequest) async -> BusReply {
        if request.limit <= .now {
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
