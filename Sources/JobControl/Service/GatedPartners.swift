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

    func call(_ call: TaskCall) async throws -> TaskResult {
        try await places.withPlace(call.target.name) { try await partners.call(call) }
    }

    func prepare(_ preparation: StatePreparation, for job: String) async throws {
        try await partners.prepare(preparation, for: job)
    }

    func readState(_ id: String) async throws -> JSONValue {
        try await partners.readState(id)
    }

    func write(_ changes: [StateChange], to id: String, for job: String) async throws {
        try await partners.write(changes, to: id, for: job)
    }
}
