import Bus
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore

/// Answers the requests of one port: finds the route, takes the body, asks, writes.
struct GatewayResponder: Sendable {
    let routes: RouteTable
    let dispatcher: BusDispatcher
    let configuration: GatewayConfiguration
    let counters: GatewayCounters
    let date: DateField
    let logger: Logger

    /// - Throws: when the answer cannot be written; the connection ends then.
    func respond(
        to request: Request,
        with writer: consuming ResponseWriter,
        on connection: Connection
    ) async throws {
        let identity = RequestIdentity(request.headers)
        var body = IncomingBody(request, limit: configuration.bodyLimit)
        var observation = counters.begin(request.method)
        defer { counters.end() }
        var answer: Answer
        do {
            answer = try await self.answer(to: request, &body, &observation, identity, connection, writer)
        } catch {
            counters.answered(observation, status: GatewayCounters.clientLeft)
            throw error
        }
        counters.answered(observation, status: answer.status.code)
        await body.discard()
        answer.fields[.date] = date.now
        answer.fields[.xRequestID] = identity.echoed
        logger.debug(
            "request answered",
            metadata: [
                "method": "\(request.method.rawValue)", "path": "\(request.head.path ?? "")",
                "status": "\(answer.status.code)", "request-id": "\(identity.echoed)",
            ]
        )
        try await write(answer, to: request.method, with: writer)
    }

    // MARK: Answering

    /// - Throws: `CancellationError` when the client has left.
    private func answer(
        to request: Request,
        _ body: inout IncomingBody,
        _ observation: inout GatewayCounters.Observation,
        _ identity: RequestIdentity,
        _ connection: Connection,
        _ writer: borrowing ResponseWriter
    ) async throws -> Answer {
        do {
            return try await routed(request, &body, &observation, identity, connection, writer)
        } catch let refusal as Refusal {
            return answer(refusing: refusal, request)
        } catch let problem as Problem {
            return answer(refusing: Refusal(problem), request)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            logger.error("request failed", metadata: ["request-id": "\(identity.echoed)", "error": "\(error)"])
            return answer(refusing: Refusal(status: .internalServerError, sentence: "The gateway failed"), request)
        }
    }

    private func routed(
        _ request: Request,
        _ body: inout IncomingBody,
        _ observation: inout GatewayCounters.Observation,
        _ identity: RequestIdentity,
        _ connection: Connection,
        _ writer: borrowing ResponseWriter
    ) async throws -> Answer {
        let target = try RequestTarget(request.head.path ?? "")
        guard let found = routes.find(target) else { throw Refusal.notFound(target.path) }
        observation.route = found.methods.path
        if request.method == .options { return Answer(status: .noContent, fields: [.allow: found.methods.allow]) }
        guard let route = found.methods.route(for: request.method) else {
            throw Refusal.methodNotAllowed(request.method, target.path, allow: found.methods.allow)
        }
        var exchange = Exchange(
            method: request.method,
            target: target,
            variable: found.variable,
            fields: request.headers,
            origin: try origin(of: request, target, connection),
            client: ClientName.of(
                peer: connection.peer,
                forwarded: forwarded(in: request),
                trusted: configuration.trustedProxies
            ),
            identity: identity,
            connection: connection
        )
        switch route.action {
        case .local(let answer): return try await answer(exchange)
        case .call(let call):
            if let types = call.body.accepted {
                exchange.body = try await body.collect(accepting: types, writer: writer)
            }
            return try await dispatcher.answer(call, for: exchange)
        }
    }

    private func origin(of request: Request, _ target: RequestTarget, _ connection: Connection) throws -> Origin {
        try Origin(
            authority: target.authority.map(String.init) ?? request.head.authority,
            forwarded: forwarded(in: request),
            peer: connection.peer,
            trusted: configuration.trustedProxies,
            fallback: connection.localAuthority
        )
    }

    /// What proxies say of the request, where any is trusted.
    private func forwarded(in request: Request) -> String? {
        configuration.trustedProxies.isEmpty ? nil : request.headers[values: .forwarded].joined(separator: ",")
    }

    private func answer(refusing refusal: Refusal, _ request: Request) -> Answer {
        let accept = request.headers[.accept]
        return Answer(
            refusal,
            instance: request.head.path.map { String($0.prefix { $0 != "?" }) },
            acceptsProblem: accept.map(MediaType.problem.isNamed(inAccept:)) ?? false
        )
    }

    // MARK: Writing

    private func write(
        _ answer: Answer,
        to method: HTTPRequest.Method,
        with writer: consuming ResponseWriter
    ) async throws {
        var head = HTTPResponse(status: answer.status, headerFields: answer.fields)
        switch answer.body {
        case .none:
            if answer.status.mayHaveBody { head.headerFields[.contentLength] = "0" }
            try await writer.writeResponse(head)
        case .bytes(let bytes):
            head.headerFields[.contentLength] = String(bytes.readableBytes)
            if method == .head { return try await writer.writeResponse(head) }
            try await writer.write(response: head, body: ResponseBody(byteBuffer: bytes))
        case .stream(let stream):
            if method == .head { return try await writer.writeResponse(head) }
            try await writer.write(response: head, body: ResponseBody(stream))
        }
    }
}

extension BusCall.Body {
    /// The content types that the route takes; nil when it takes no body.
    fileprivate var accepted: [MediaType]? {
        switch self {
        case .none, .query: nil
        case .passed(let types): types
        case .checked: [.json]
        }
    }
}
