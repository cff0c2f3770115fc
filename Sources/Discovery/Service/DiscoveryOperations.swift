import Bus
import JSON

/// Discovery's operations on the bus: reads a request, lets the registry answer, writes the reply.
struct DiscoveryOperations: Sendable {
    let loop: RegistryLoop

    /// All of them, with those that every service has.
    func table(version: String) -> OperationTable {
        var table = OperationTable(service: DiscoveryService.name, version: version) { request in
            .array(Affordance.all.map { $0.form(baseURL: request.baseURL) })
        }
        addWrites(to: &table)
        addReads(to: &table)
        addBindings(to: &table)
        return table
    }

    private func addWrites(to table: inout OperationTable) {
        table.on("register", register)
        table.on("renew", renew)
        table.on("unregister", unregister)
        table.on("remove") { request in
            let id = try request.id
            try await loop.change { machine, moment in try machine.unregister(id, at: moment) }
            return .empty()
        }
    }

    private func addReads(to table: inout OperationTable) {
        table.on("find") { request in
            let found = loop.view.find(try RegistryQuery(body: request.body))
            return .json(.array(found.map { shown($0, to: request) }))
        }
        table.on("services") { request in
            let wantsDetail = request.annotations["detail"].map { $0 != "false" } ?? false
            let base = request.baseURL
            return .json(wantsDetail ? loop.view.details(baseURL: base) : loop.view.services(baseURL: base))
        }
        table.on("service") { request in
            let id = try request.id
            guard let entry = loop.view.entry(id) else { throw Problem.unknownService(id) }
            return .json(shown(entry, to: request))
        }
        table.on("endpoints") { request in
            .json(.array(Affordance.all.map { $0.endpoint(baseURL: request.baseURL) }))
        }
        table.on("snapshot") { _ in .json(loop.view.snapshot) }
    }

    private func addBindings(to table: inout OperationTable) {
        table.on("bind", bind)
        table.on("unbind") { request in
            let id = try RegistryMessage(parsing: request.body).required("bindingID")
            try await loop.change { machine, _ in try machine.unbind(id) }
            return .empty()
        }
        table.on("binding") { request in
            let id = try request.id
            guard let binding = loop.view.bindings[id] else { throw Problem.unknownBinding(id) }
            return .json(binding.json)
        }
        table.on("bindings") { _ in .json(.array(loop.view.bindings.values.map(\.json))) }
    }

    /// A bus service that has workers is seen all the time, by their heartbeats.
    private func shown(_ entry: RegistryEntry, to request: BusRequest) -> JSONValue {
        var entry = entry
        if entry.transport == .bus, entry.instances > 0 { entry.lastSeen = .now }
        return entry.json(baseURL: request.baseURL)
    }

    private func register(_ request: BusRequest) async throws -> BusReply {
        let registration = try Registration(json: RegistryMessage.parse(request.body))
        let (id, isNew) = try await loop.change { machine, moment in
            try machine.register(registration, at: moment)
        }
        let body: JSONValue = ["registryID": .string(id)]
        guard isNew else { return .json(body) }
        return .json(body, status: .created, annotations: [Annotations.location: "/services/\(id)"])
    }

    private func renew(_ request: BusRequest) async throws -> BusReply {
        let id = try RegistryMessage(parsing: request.body).required("registryID")
        try await loop.change { machine, moment in try machine.renew(id, at: moment) }
        return .json(["status": "renewed"])
    }

    private func unregister(_ request: BusRequest) async throws -> BusReply {
        let message = try RegistryMessage(parsing: request.body)
        if let id = try message.text("registryID") {
            try await loop.change { machine, moment in try machine.unregister(id, at: moment) }
            return .empty()
        }
        guard let url = try message.text("serviceURL") else {
            throw Problem(.badRequest, "registryID or serviceURL is required")
        }
        let tag = try message.text("tag")
        try await loop.change { machine, moment in machine.unregister(serviceURL: url, tag: tag, at: moment) }
        return .json(["status": "unregistered"])
    }

    private func bind(_ request: BusRequest) async throws -> BusReply {
        let message = try RegistryMessage(parsing: request.body)
        let source = try message.required("sourceRegistryID")
        let target = try message.required("targetRegistryID")
        let id = try await loop.change { machine, moment in
            try machine.bind(source: source, target: target, at: moment)
        }
        return .json(
            ["bindingID": .string(id)],
            status: .created,
            annotations: [Annotations.location: "/bindings/\(id)"]
        )
    }
}

extension BusRequest {
    /// What links start with; empty when the request did not come over HTTP.
    fileprivate var baseURL: String { annotations[Annotations.baseURL] ?? "" }

    /// - Throws: a 400 ``Problem`` when the request names nothing.
    fileprivate var id: String {
        get throws(Problem) {
            guard let id = annotations[Annotations.id], !id.isEmpty else {
                throw Problem(.badRequest, "The annotation id is missing")
            }
            return id
        }
    }
}
