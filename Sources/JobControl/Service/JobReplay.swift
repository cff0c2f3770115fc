import Bus
import JSON

/// Runs the document of a job that has ended again, as a new job that names it: all of it, or from a step on with what
/// the state document held when that step started.
struct JobReplay: Sendable {
    /// How many entries are read at once.
    private static let chunk = 1_000

    let store: any JobStore
    let states: StateTimeline

    /// The new job, which is not submitted yet.
    ///
    /// - Parameters:
    ///   - step: the name or the index of the first step to be run; nil runs all of them.
    ///   - patch: changes to the state document before the first step; nil changes nothing.
    /// - Throws: a ``Problem``: 409 while the parent runs, and when its state document cannot be had as it was; 400
    ///   for a step that is not there and for a patch that is none.
    func job(again parent: JobRecord, from step: String?, patch: JSONPatch?) async throws -> NewJob {
        guard parent.status.hasEnded else {
            throw Problem(.conflict, "Job \(parent.id) has not ended: it is \(parent.status.rawValue)")
        }
        guard let bytes = try await store.document(parent.id) else {
            throw Problem(.notFound, "Job not found: \(parent.id)")
        }
        var job = try NewJob(bytes)
        if step != nil || patch != nil {
            let first = try step.map { try Self.index(of: $0, in: job.document) } ?? 0
            let content = try Self.patched(try await content(at: first, of: parent, job.document), patch)
            job = try NewJob(
                ReplayDocument.goingOn(
                    from: first,
                    of: try JSONValue(parsing: bytes),
                    with: content,
                    parent: parent.id
                ).serialized()
            )
            job.origin["from"] = JSONValue(first)
        }
        (job.id, job.hasOwnID) = (UUIDv7.make(), false)
        job.parent = parent.id
        return job
    }

    private static func index(of step: String, in document: JobDocument) throws(Problem) -> Int {
        if let index = document.steps.firstIndex(where: { $0.name == step }) { return index }
        guard let index = Int(step), document.steps.indices.contains(index) else {
            throw Problem(.badRequest, "'from' must be the name or the index of a step, and there is no step '\(step)'")
        }
        return index
    }

    /// What the state document held when a step started: before the first value that was stored from then on.
    private func content(at step: Int, of parent: JobRecord, _ document: JobDocument) async throws -> JSONValue? {
        let (id, version) = try await state(at: step, of: parent, document)
        guard let version else { return try await states.content(of: id) }
        return try await states.content(of: id, at: version)
    }

    /// The state document, and its version when the step started; no version when nothing was stored since.
    private func state(
        at step: Int,
        of parent: JobRecord,
        _ document: JobDocument
    ) async throws -> (id: String, version: Int?) {
        var id = parent.id
        if case .document(let named) = document.state { id = named }
        var last: UInt64 = 0
        while case let entries = try await store.entries(of: parent.id, after: last, limit: Self.chunk),
            let end = entries.last
        {
            for entry in entries {
                if entry.type == .jobStarted { id = entry.data["state"]?.stringValue ?? id }
                guard entry.type == .stateStored, (entry.data["step"]?.intValue ?? -1) >= step else { continue }
                return (id, entry.data["version"]?.intValue.map { $0 - 1 })
            }
            last = end.sequence
        }
        return (id, nil)
    }

    private static func patched(_ content: JSONValue?, _ patch: JSONPatch?) throws(Problem) -> JSONObject {
        var content = content ?? [:]
        do throws(JSONPatchError) {
            if let patch { content = try patch.applied(to: content) }
        } catch {
            throw Problem(.conflict, "The state document cannot be changed so: \(error)")
        }
        guard let object = content.objectValue else {
            throw Problem(.badRequest, "The patch must leave an object as the state document")
        }
        return object
    }
}
