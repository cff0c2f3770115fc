import Bus
import JSON

/// The bodies that job-control answers with.
enum JobMessages {
    /// A row of `GET /jobs` and `GET /filter`: every member is there, null where a job has none.
    static func row(_ record: JobRecord, _ links: JobLinks) -> JSONValue {
        [
            "id": .string(record.id),
            "status": .string(record.status.rawValue),
            "name": JSONValue(record.name),
            "createdAt": .string(record.createdAt.description),
            "completedAt": JSONValue(record.completedAt?.description),
            "steps": JSONValue(record.steps),
            "error": JSONValue(record.error),
            "rel": "job",
            "href": .string(links.job(record.id)),
        ]
    }

    /// `GET /jobs/{id}`: what the job does not have yet is left out.
    static func job(_ record: JobRecord, progress: JSONValue?, _ links: JobLinks) -> JSONValue {
        var job: JSONObject = [
            "id": .string(record.id),
            "status": .string(record.status.rawValue),
            "name": JSONValue(record.name),
            "createdAt": .string(record.createdAt.description),
        ]
        if let completedAt = record.completedAt { job["completedAt"] = .string(completedAt.description) }
        job["steps"] = JSONValue(record.steps)
        if let error = record.error { job["error"] = .string(error) }
        if let failedTask = record.failedTask { job["failedTask"] = .string(failedTask) }
        if let parent = record.parent { job["parent"] = .string(parent) }
        if let progress { job["progress"] = progress }
        job["rel"] = "jobs"
        job["href"] = .string(links.jobs)
        return .object(job)
    }

    /// What `run` answers when the job has ended.
    static func outcome(of id: String, _ outcome: JobOutcome) -> BusReply {
        switch outcome {
        case .completed:
            .json(["jobId": .string(id), "status": "completed"])
        case .failed(let error):
            .json(["jobId": .string(id), "error": .object(error)], status: .internalServerError)
        }
    }

    /// What `run` answers when job-control ends before the job. Without a time to try again: the job would run twice.
    static func left(_ id: String) -> BusReply {
        Problem(
            .serviceUnavailable,
            "job-control is shutting down; job \(id) goes on when it is back",
            members: ["jobId": .string(id)]
        ).reply
    }

    /// What `submit` answers when the job is durable.
    static func accepted(_ id: String, _ status: JobStatus, _ links: JobLinks) -> BusReply {
        .json(
            ["jobId": .string(id), "status": .string(status.rawValue)],
            status: .accepted,
            annotations: [Annotations.location: links.job(id)]
        )
    }

    /// What `events` answers: a part of the journal as events, and whether there is more of it already.
    static func events(of record: JobRecord, _ entries: [JobEntry], hasMore: Bool) -> JSONValue {
        // The last entry counts where there is one: a job that has ended may be undone, and ends again then.
        let ended = !hasMore && (entries.last.map(\.type.endsTheJob) ?? record.status.hasEnded)
        return [
            "jobId": .string(record.id),
            "status": .string(record.status.rawValue),
            "ended": .bool(ended),
            "more": .bool(hasMore),
            "events": .array(entries.map { $0.event(of: record.id).json }),
        ]
    }
}
