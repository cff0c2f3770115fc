import Bus
import JSON

/// Partners of a job that goes on after a restart: services that are not there yet get some time to come back.
///
/// When everything was restarted, workers announce themselves again within a few heartbeats; failing and reverting a
/// job for that would be wrong. Only what was certainly not done is asked for again.
struct PatientPartners: JobPartners {
    let partners: any JobPartners
    /// Until when something that is not there may still come.
    let deadline: ContinuousClock.Instant

    func find(_ task: JobTask) async throws -> ServiceTarget {
        try await patiently { try await partners.find(task) }
    }

    func call(_ call: TaskCall, for job: String) async throws -> TaskResult {
        try await patiently { try await partners.call(call, for: job) }
    }

    func prepare(_ preparation: StatePreparation, for job: String) async throws -> Int? {
        try await patiently(isRepeatable: true) { try await partners.prepare(preparation, for: job) }
    }

    func readState(_ id: String) async throws -> JSONValue {
        try await patiently(isRepeatable: true) { try await partners.readState(id) }
    }

    // The key makes an append one, however often it is asked for.
    func write(_ change: StateChange, to id: String, for job: String, key: String) async throws -> Int? {
        try await patiently(isRepeatable: true) { try await partners.write(change, to: id, for: job, key: key) }
    }

    func restoreState(_ id: String, to version: Int, for job: String) async throws {
        try await patiently(isRepeatable: true) { try await partners.restoreState(id, to: version, for: job) }
    }

    func inspect(_ requestID: String, at target: ServiceTarget) async throws -> RequestGrade {
        try await partners.inspect(requestID, at: target)
    }

    private func patiently<R>(isRepeatable: Bool = false, _ body: () async throws -> R) async throws -> R {
        var pause = Duration.milliseconds(50)
        while true {
            do {
                return try await body()
            } catch let failure as TaskFailure {
                // Waiting does not change a refusal.
                let isRefused = failure.status.map(Status.isRefusal) ?? false
                guard isRepeatable || failure.effect == .none, !isRefused, .now + pause < deadline else {
                    throw failure
                }
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(1))
        }
    }
}
