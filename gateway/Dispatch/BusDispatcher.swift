import Bus
import HTTPTypes
import JSON

/// Turns a request into a request on the bus and its reply into an answer; it looks into neither.
struct BusDispatcher: Sendable {
    let client: BusClient
    let resolver: ServiceResolver
    let configuration: GatewayConfiguration

    /// - Throws: ``Refusal`` for what the client or the bus did wrong, `CancellationError` when the client has left.
    func answer(_ call: BusCall, for exchange: Exchange) async throws -> Answer {
        let target = try await target(of: call, in: exchange)
        let operation = try call.operation(exchange)
        let body = try body(of: call, in: exchange)
        let annotations = try annotations(of: call, in: exchange, id: target.id)
        let reply = try await exchange.connection.waiting(abandonable: call.isSafe) {
            do throws(BusError) {
                return try await client.request(
                    target.service,
                    operation,
                    body: body,
                    annotations: annotations,
                    within: patience(of: call),
                    repeatable: call.isSafe || call.mayBeRepeated,
                    requestID: exchange.identity.requestID,
                    trace: exchange.identity.trace
                )
            } catch {
                throw try refusal(for: error, service: target.id == nil ? target.service : exchange.variable ?? "")
            }
        }
        var answer = try Answer(reply, for: exchange)
        if call.heedsPreferences {
            answer.fields[.preferenceApplied] = exchange.preferences.applied(to: answer.status)
        }
        return answer
    }

    private func target(of call: BusCall, in exchange: Exchange) async throws(Refusal) -> ServiceResolver.Target {
        switch call.service {
        case .named(let name): ServiceResolver.Target(service: name, id: exchange.variable)
        case .inPath: try await resolver.target(of: exchange.variable ?? "")
        }
    }

    private func patience(of call: BusCall) -> Duration {
        switch call.patience {
        case .request: configuration.requestTimeout
        case .job: configuration.jobTimeout
        }
    }

    // MARK: What is sent

    private func body(of call: BusCall, in exchange: Exchange) throws -> [UInt8] {
        switch call.body {
        case .none: return []
        case .passed: return exchange.body
        case .query(let names): return try query(names, of: exchange).serialized()
        case .checked:
            try checkJSON(exchange.body)
            return exchange.body
        }
    }

    private func query(_ names: [String], of exchange: Exchange) throws -> JSONValue {
        var object = JSONObject()
        for (name, value) in try exchange.target.items() where names.contains(name) && !value.isEmpty {
            if object[name] == nil { object[name] = .string(value) }
        }
        return .object(object)
    }

    private func checkJSON(_ body: [UInt8]) throws {
        guard !body.isEmpty else { return }
        do { _ = try JSONValue(parsing: body) } catch { throw Refusal.badRequest("The body is not JSON: \(error)") }
    }

    private func annotations(of call: BusCall, in exchange: Exchange, id: String?) throws -> Annotations {
        var annotations: Annotations = [
            Annotations.baseURL: exchange.origin.baseURL, Annotations.client: exchange.client,
        ]
        annotations[Annotations.id] = id
        for (field, name) in Self.copied {
            if let value = exchange.fields[field] { annotations[name] = value }
        }
        if call.heedsPreferences { annotations["wait"] = exchange.preferences.wait.map(String.init) }
        guard !exchange.target.query.isEmpty, !(call.query.isEmpty && call.flags.isEmpty) else { return annotations }
        for (name, value) in try exchange.target.items() {
            if call.query.contains(name) { annotations[name] = value }
            if call.flags.contains(name) { annotations[name] = try flag(value, of: name) }
        }
        return annotations
    }

    /// - Throws: ``Refusal`` 400 for anything but yes and no: taking it for one of them could undo too much.
    private func flag(_ value: String, of name: String) throws(Refusal) -> String {
        switch value {
        case "", "true": "true"
        case "false": "false"
        default: throw .badRequest("\(name) must be true or false, not '\(value)'")
        }
    }

    private static let copied: [(HTTPField.Name, String)] = [
        (.contentType, Annotations.contentType), (.ifMatch, Annotations.ifMatch),
        (.ifNoneMatch, Annotations.ifNoneMatch), (.idempotencyKey, "idempotency-key"),
    ]

    // MARK: What went wrong on the bus

    /// - Throws: `CancellationError` when nobody is there to be told.
    private func refusal(for error: BusError, service: String) throws -> Refusal {
        if error.code == .cancelled, Task.isCancelled { throw CancellationError() }
        return Refusal(error, service: service, within: configuration)
    }
}
