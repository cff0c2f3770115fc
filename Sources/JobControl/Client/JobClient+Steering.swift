import Bus
public import JSON

/// Stopping, holding and repeating a job.
extension JobClient {
    /// Stops a job and reverts what it did.
    ///
    /// Returns when the wish is durable; the job's events tell when it is done.
    ///
    /// - Parameter keepingEffects: leaves what the job did as it is.
    /// - Throws: `Problem` 409 when the job has ended.
    public func cancel(
        _ id: String,
        keepingEffects: Bool = false,
        because reason: String? = nil,
        within timeout: Duration = .seconds(30)
    ) async throws -> JobStanding {
        var annotations: Annotations = [Annotations.id: id]
        if keepingEffects { annotations["revert"] = "false" }
        return try await steer("cancel", annotations, body: Self.body(reason: reason), within: timeout)
    }

    /// Holds a job: it sends nothing until it is resumed. Calls that are under way end.
    public func pause(
        _ id: String,
        because reason: String? = nil,
        within timeout: Duration = .seconds(30)
    ) async throws -> JobStanding {
        try await steer("pause", [Annotations.id: id], body: Self.body(reason: reason), within: timeout)
    }

    /// Lets a paused job go on.
    public func resume(
        _ id: String,
        because reason: String? = nil,
        within timeout: Duration = .seconds(30)
    ) async throws -> JobStanding {
        try await steer("resume", [Annotations.id: id], body: Self.body(reason: reason), within: timeout)
    }

    /// Runs a job's document again, as a new job that names its parent.
    ///
    /// - Parameters:
    ///   - step: the name or index of the step to go on from with the recorded results; nil for the first.
    ///   - patch: changes the new job's state document before it goes on.
    public func replay(
        _ id: String,
        from step: String? = nil,
        patching patch: JSONPatch? = nil,
        within timeout: Duration = .seconds(30)
    ) async throws -> JobStanding {
        var annotations: Annotations = [Annotations.id: id]
        annotations["from"] = step
        return try await steer("replay", annotations, body: patch?.json.serialized() ?? [], within: timeout)
    }

    func steer(
        _ operation: String,
        _ annotations: Annotations,
        body: [UInt8] = [],
        within timeout: Duration
    ) async throws -> JobStanding {
        let json = try await ask(JobQuestion(operation, annotations, body: body, patience: timeout)).json()
        guard let standing = JobStanding(json) else { throw Self.unreadable("job id") }
        return standing
    }

    private static func body(reason: String?) -> [UInt8] {
        reason.map { JSONValue.object(["reason": .string($0)]).serialized() } ?? []
    }
}
