import Bus
import JSON

/// The way to the job-control that holds a job, for what only the holder can do or tell.
///
/// Where several share a store, each serves `job-control@<owner>` beside `job-control`, and hands on what comes for a job
/// of another. The bus carries questions with their deadlines and brings answers already; through the store there would
/// have to be tables, notices and a clean-up for the same. A wish that is lost with its holder was not answered, and is
/// in no journal: whoever wished asks again.
struct JobHolders: Sendable {
    private static let patience: Duration = .seconds(30)

    let bus: BusClient
    /// After how long others take up the jobs of a holder that is gone.
    let lease: Duration

    /// The name on the bus of the job-control that is called so.
    static func service(of owner: String) -> String { "\(JobService.name)@\(owner)" }

    /// Asks the holder of a job what was asked here.
    ///
    /// - Throws: a 503 ``Problem`` with the time to try again when it is not there; another one when it does not answer.
    func answer(_ request: BusRequest, of job: JobElsewhere) async throws -> BusReply {
        guard let owner = job.owner else { return Self.changing(job, after: .seconds(1)) }
        do {
            let reply = try await bus.request(
                Self.service(of: owner),
                request.operation,
                body: request.body,
                annotations: request.annotations,
                within: request.deadline.map { $0 - .now } ?? Self.patience,
                priority: request.priority,
                trace: request.trace
            )
            return BusReply(status: reply.status, annotations: reply.annotations, body: reply.body)
        } catch {
            if error.code == .noWorker { return Self.changing(job, after: lease) }
            throw Problem(error.status, "\(owner), which holds job \(job.jobID), does not answer: \(error.message)")
        }
    }

    /// What is answered of a job that nobody holds at this moment.
    static func changing(_ job: JobElsewhere, after pause: Duration) -> BusReply {
        let holder = job.owner.map { ": \($0) is not there" } ?? ""
        let sentence = "Job \(job.jobID) is passing from one job-control to another\(holder)"
        var reply = Problem(.serviceUnavailable, sentence, members: ["jobId": .string(job.jobID)]).reply
        reply.annotations[Annotations.retryAfter] = String(max(Int((pause / .seconds(1)).rounded(.up)), 1))
        return reply
    }
}
