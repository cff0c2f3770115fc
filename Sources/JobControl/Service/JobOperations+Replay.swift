import Bus
import JSON

extension JobOperations {
    /// Submits the document of the job that is named again; answers when the new job is durable.
    func replay(_ request: BusRequest) async throws -> BusReply {
        let patch = try Self.patch(in: request)
        let step = request.annotations["from"].flatMap { $0.isEmpty ? nil : $0 }
        let parent = try await record(named: request)
        var job = try await JobReplay(store: store, states: states).job(again: parent, from: step, patch: patch)
        job.key = try NewJob.key(in: request)
        job.origin.merge(request.origin)
        do {
            let id =
                switch try await intake.submit(job) {
                case .inHand(let handle): try await Self.accepted(handle)
                case .kept(let record): record.id
                }
            return .json(
                ["jobId": .string(id), "parent": .string(parent.id)],
                status: .accepted,
                annotations: [Annotations.location: JobLinks(request).job(id)]
            )
        } catch let refusal as JobRefusal {
            return refusal.reply
        }
    }

    private static func accepted(_ handle: JobHandle) async throws -> String {
        _ = try await handle.whenAccepted
        return handle.id
    }

    private static func patch(in request: BusRequest) throws(Problem) -> JSONPatch? {
        guard !request.body.isEmpty else { return nil }
        do {
            return try JSONPatch(try JSONValue(parsing: request.body))
        } catch {
            throw Problem(.badRequest, "The body must be a JSON Patch: \(error)")
        }
    }
}
