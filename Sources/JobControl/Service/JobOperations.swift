import Bus
import JSON

/// job-control's operations on the bus: reads a request, lets the controller or the store answer, writes the reply.
struct JobOperations: Sendable {
    /// Documents above this size are read on Swift's shared threads: the socket's thread has other work.
    private static let largeDocument = 64 * 1_024

    let controller: JobController
    let store: any JobStore
    let intake: JobIntake
    let secrets: ServiceSecrets
    let states: StateTimeline

    init(
        controller: JobController,
        store: any JobStore,
        secrets: ServiceSecrets,
        states: StateTimeline
    ) {
        self.controller = controller
        self.store = store
        self.secrets = secrets
        self.states = states
        intake = JobIntake(controller: controller, store: store)
    }

    /// All of them, with those that every service has.
    ///
    /// - Parameter holders: where what another job-control holds is asked for.
    func table(version: String, holders: JobHolders?) -> OperationTable {
        var table = OperationTable(service: JobService.name, version: version) { JobForms.all(JobLinks($0)) }
        table.on("run", run)
        table.on("submit", submit)
        table.on("replay", replay)
        addQueries(to: &table)
        SteeringOperations(controller: controller, holders: holders).add(to: &table)
        return table
    }

    /// Answers with the job's end: also when it had ended before, or was submitted in an earlier life.
    private func run(_ request: BusRequest) async throws -> BusReply {
        let patience = try request.jobPatience
        return try await answer(request) { job in
            switch job {
            case .inHand(let handle): try await end(of: handle, within: patience, for: request)
            case .kept(let record): try await standing(of: record, for: request)
            }
        }
    }

    /// How a job ended that is not in hand. While it has not, another job-control has it: whoever asked can follow its
    /// events.
    private func standing(of record: JobRecord, for request: BusRequest) async throws -> BusReply {
        guard record.status.hasEnded else {
            return JobMessages.accepted(record.id, record.status, JobLinks(request))
        }
        return JobMessages.outcome(of: record.id, try await controller.outcome(of: record.id))
    }

    /// - Parameter patience: after how long the job's id is the answer; nil waits for the end.
    private func end(of handle: JobHandle, within patience: Duration?, for request: BusRequest) async throws -> BusReply
    {
        do {
            guard let outcome = try await handle.outcome(within: patience) else {
                return JobMessages.accepted(handle.id, try await handle.whenAccepted, JobLinks(request))
            }
            return JobMessages.outcome(of: handle.id, outcome)
        } catch is JobElsewhere {
            return try await standing(of: try await controller.record(handle.id), for: request)
        } catch {
            guard handle.isAccepted, Self.isLeft(error) else { throw error }
            return JobMessages.left(handle.id)
        }
    }

    /// Whether only the waiting has ended: this process goes down, or the submitter has left.
    private static func isLeft(_ error: any Error) -> Bool {
        error is CancellationError || error as? JobRefusal == .shuttingDown
    }

    private func submit(_ request: BusRequest) async throws -> BusReply {
        try await answer(request) { job in
            switch job {
            case .inHand(let handle):
                JobMessages.accepted(handle.id, try await handle.whenAccepted, JobLinks(request))
            case .kept(let record): JobMessages.accepted(record.id, record.status, JobLinks(request))
            }
        }
    }

    private func answer(
        _ request: BusRequest,
        _ body: (SubmittedJob) async throws -> BusReply
    ) async throws -> BusReply {
        if request.body.count > Self.largeDocument { await Task.yield() }
        do {
            return try await body(try await intake.submit(try NewJob(request)))
        } catch let error as JobDocumentError {
            return error.problem.reply
        } catch let refusal as JobRefusal {
            return refusal.reply
        }
    }
}
