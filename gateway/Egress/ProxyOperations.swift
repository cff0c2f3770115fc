import AsyncHTTPClient
import Bus
import Discovery
import JSON
import Logging
import NIOCore
import NIOHTTP1

/// What `http-egress` does for one request of the bus: finds the entry, finds the link, calls it.
struct ProxyOperations: Sendable {
    let directory: Directory
    let forms: FormsCache
    let caller: HTTPCaller

    private let policy = EgressPolicy()

    init(directory: Directory, forms: FormsCache, caller: HTTPCaller) {
        self.directory = directory
        self.forms = forms
        self.caller = caller
    }

    /// - Throws: a ``Problem``: 404 for an entry or operation that is not there, 503 while that is not known, otherwise
    ///   as ``HTTPCaller``.
    func answer(_ request: BusRequest) async throws -> BusReply {
        let call = try await Call(request, entry: entry(named: request.annotations[Annotations.id]))
        switch request.operation {
        case "execute", "repeat", "revert": return reply(try await invoke(request.operation, call))
        case "ping": return reply(try await ping(call))
        case "forms", "health": return reply(try await fetch(call.serviceURL.appending(request.operation), call))
        case "about": return reply(try await fetch(call.serviceURL, call))
        default:
            throw Problem(.notFound, "Unknown operation of \(HTTPServiceProxy.service): \(request.operation)")
        }
    }

    private func entry(named id: String?) async throws -> RegistryEntry {
        guard let id else { throw Problem(.badRequest, "The annotation id is missing; it names the registry entry") }
        if let entry = await directory.entry(id), entry.transport == .http { return entry }
        // Discovery is in its own registry, so a copy with nothing in it is none yet.
        guard await !directory.entries().isEmpty else {
            throw Problem.notSent(.serviceUnavailable, "The registry is not known here yet, so \(id) was not called")
        }
        throw Problem.notSent(.notFound, "No HTTP service is registered as \(id)")
    }

    /// A service is not blamed for the time that a ping has waited here: it gets all of its own, or is not called.
    private func ping(_ call: Call) async throws -> HTTPCaller.Answer {
        var deadline = call.deadline
        if let timeout = call.pingTimeout {
            guard .now() + timeout < deadline else {
                throw Problem.notSent(.serviceUnavailable, "The way out was too busy to ping \(call.entry.serviceName)")
            }
            deadline = .now() + timeout
        }
        try await check(call.pingURL, for: call)
        return try await caller.call(.GET, call.pingURL, headers: call.headers, by: deadline)
    }

    private func invoke(_ rel: String, _ call: Call) async throws -> HTTPCaller.Answer {
        let url = try await links(of: call).url(for: rel, of: call.serviceURL)
        try await check(url, for: call)
        let answer = try await caller.call(
            .POST,
            url,
            body: call.request.body,
            headers: call.headers,
            by: call.deadline
        )
        if answer.status == 404 || answer.status == 410 { forms.forget(call.entry.registryID) }
        return answer
    }

    private func links(of call: Call) async throws -> ServiceForms {
        if let known = forms.forms(of: call.entry.registryID, at: call.entry.serviceURL) { return known }
        let url = call.serviceURL.appending("forms")
        let answer = try await fetch(url, call)
        // A server's error says nothing about its forms: it is asked again next time.
        guard answer.status < 500 else { return .none }
        var found = ServiceForms.none
        if answer.isSuccess, let json = try? JSONValue(parsing: answer.body) { found = ServiceForms(json, at: url) }
        forms.keep(found, of: call.entry.registryID, at: call.entry.serviceURL)
        return found
    }

    private func fetch(_ url: HTTPURL, _ call: Call) async throws -> HTTPCaller.Answer {
        try await check(url, for: call)
        return try await caller.call(.GET, url, headers: call.headers, by: call.deadline)
    }

    /// A link mostly stays with its service; only one that leads elsewhere is looked up among the others.
    private func check(_ url: HTTPURL, for call: Call) async throws {
        let own: Set<String> = [call.serviceURL.origin, call.pingURL.origin]
        if own.contains(url.origin) { return try policy.check(url, registered: own) }
        let entries = await directory.entries().filter { $0.transport == .http }
        try policy.check(url, registered: Set(entries.compactMap { HTTPURL($0.serviceURL)?.origin }))
    }

    private func reply(_ answer: HTTPCaller.Answer) -> BusReply {
        var annotations: Annotations = [:]
        annotations[Annotations.contentType] = answer.contentType
        annotations[Annotations.retryAfter] = answer.retryAfter
        return BusReply(
            status: Status(rawValue: UInt16(answer.status)),
            annotations: annotations,
            body: answer.body
        )
    }
}

extension ProxyOperations {
    /// A request with what it needs for HTTP.
    struct Call: Sendable {
        let request: BusRequest
        let entry: RegistryEntry
        let serviceURL: HTTPURL
        let pingURL: HTTPURL

        /// - Throws: a 502 ``Problem`` when the entry's URL cannot be called.
        init(_ request: BusRequest, entry: RegistryEntry) throws(Problem) {
            guard let url = HTTPURL(entry.serviceURL) else {
                throw Problem(.badGateway, "Service \(entry.serviceName) has no URL to call: \(entry.serviceURL)")
            }
            self.request = request
            self.entry = entry
            serviceURL = url
            pingURL = entry.pingURL.flatMap(HTTPURL.init) ?? url.appending("ping")
        }

        /// As long as the client waits; a request without a deadline has half a minute.
        var deadline: NIODeadline {
            let left = request.deadline.map { ContinuousClock.now.duration(to: $0) } ?? .seconds(30)
            return .now() + TimeAmount(left)
        }

        /// How long a ping may take; nil when it does not say.
        var pingTimeout: TimeAmount? {
            request.annotations[Annotations.pingTimeout].flatMap { Int64($0) }.map(TimeAmount.milliseconds)
        }

        var headers: HTTPHeaders {
            var headers: HTTPHeaders = [
                "accept": "application/json, */*;q=0.5", "user-agent": "composable-services-platform",
                "x-request-id": request.requestID.description,
            ]
            if !request.body.isEmpty {
                headers.add(
                    name: "content-type",
                    value: request.annotations[Annotations.contentType] ?? "application/json"
                )
            }
            if let trace = request.trace { headers.add(name: "traceparent", value: trace.traceparent) }
            return headers
        }
    }
}
