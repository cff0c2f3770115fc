import JSON

/// Partners that call each service only so often at once; calls beyond that wait in turn, whichever job they are of.
///
/// One job of many tasks then fills neither a service's queue at the broker nor the memory of its workers' machine.
struct GatedPartners: JobPartners {
    let partners: any JobPartners
    let places: PlacesByName

    /// - Parameter limit: how many tasks of one service are under way at once.
    init(_ partners: any JobPartners, tasksPerService limit: Int) {
        self.partners = partners
        places = PlacesByName(limit: limit)
    }

    func find(_ task: JobTask) async throws -> ServiceTarget {
        try await partners.find(task)
    }

    func call(_ call: TaskCall, for job: String) async throws -> TaskResult {
        try await places.withPlace(call.target.name) { try await partners.call(call, for: job) }
    }

    func prepare(_ preparation: StatePreparation, for job: String) async throws -> Int? {
        try await partners.prepare(preparation, for: job)
    }

    func readState(_ id: String) async throws -> JSONValue {
        try await partners.readState(id)
    }

    func write(_ change: StateChange, to id: String, for job: String, key: String) async throws -> Int? {
        try await partners.write(change, to: id, for: job, key: key)
    }

    func restoreState(_ id: String, to version: Int, for job: String) async throws {
        try await partners.restoreState(id, to: version, for: job)
    }

    func inspect(_ requestID: String, at target: ServiceTarget) async throws -> RequestGrade {
        try await partners.inspect(requestID, at: target)
    }
}
