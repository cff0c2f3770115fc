import Bus
import JSON
import Storage
import Support
import Testing

@testable import JobControl

/// Whoever is asked, the job-control that holds a job does what a person wants of it.
@Suite(.timeLimit(.minutes(1))) struct JobHolderTests {
    private let document = #"{"steps":[{"tasks":[{"tag":"slow"}]}]}"#

    /// A service that never answers `execute` by itself.
    private func slow(_ asked: Recorder<String>) -> JobPlatform.Worker {
        JobPlatform.Worker("slow", tags: ["slow"]) { request in
            asked.record(request.operation)
            if request.operation == "execute" { try await Promise<Void>().value }
            return .json(["status": "reverted"])
        }
    }

    /// Lends a platform whose one job-control on the bus holds a job, and how another on the same database answers.
    private func withHolder(
        _ body: (JobPlatform, JobService, String, (String) async throws -> BusReply) async throws -> Void
    ) async throws {
        let asked = Recorder<String>()
        try await SharedJobs.with { shared in
            try await JobPlatform.with([slow(asked)]) { platform in
                try await platform.bus.shutDown(platform.jobControl)
                let stores = try await shared.open()
                var configuration = JobController.Configuration()
                configuration.lease = .seconds(60)
                let holder = platform.jobControl(on: stores.jobs, stores.leases, configuration)
                try await platform.startJobControl(holder)
                let id = try await platform.jobs.submit(try .text(document)).jobID
                try await asked.wait(forCount: 1)
                try await shared.member(ScriptedPartners()) { other in
                    let table = other.operations(on: platform.client)
                    try await body(platform, holder, id) { operation in
                        try await table.answer(
                            BusRequest(service: JobService.name, operation: operation, annotations: ["id": id])
                        )
                    }
                }
                try await platform.bus.shutDown(holder)
                try await stores.close()
            }
        }
    }

    @Test func aJobIsCancelledByWayOfAnother() async throws {
        try await withHolder { platform, _, id, ask in
            let reply = try await ask("cancel")
            #expect(reply.status == .accepted)
            #expect(try await platform.follow(id).last?.type == "platform.job.cancelled")
            #expect(try await ask("cancel").status == .conflict)
        }
    }

    @Test func aJobIsPausedAndResumedByWayOfAnother() async throws {
        try await withHolder { _, _, _, ask in
            let paused = try JSONValue(parsing: try await ask("pause").body)
            #expect(paused["status"] == "paused")
            let resumed = try JSONValue(parsing: try await ask("resume").body)
            #expect(resumed["status"] == "running")
        }
    }

    @Test func anybodyTellsWhoHoldsAJob() async throws {
        try await withHolder { platform, holder, id, ask in
            let explanation = try JSONValue(parsing: try await ask("explain").body)
            #expect(explanation["owner"] == .string(holder.owner))
            #expect(try await platform.jobs.explain(id).owner == holder.owner)
        }
    }

    @Test func whereTheHolderIsNotThereTheTimeToTryAgainIsTold() async throws {
        try await SharedJobs.with { shared in
            try await JobPlatform.with { platform in
                let stores = try await shared.open()
                let record = JobRecord(id: "j", status: .running, createdAt: .now, steps: 1)
                try await stores.leases.renew("mute", for: .seconds(60))
                _ = try await stores.leases.create(record, document: [], entries: [], key: nil, owner: "mute")
                try await shared.member(ScriptedPartners()) { other in
                    let reply = try await other.operations(on: platform.client).answer(
                        BusRequest(service: JobService.name, operation: "cancel", annotations: ["id": "j"])
                    )
                    #expect(reply.status == .serviceUnavailable)
                    #expect(reply.annotations[Annotations.retryAfter] == "7")
                    let sentence = "Job j is passing from one job-control to another: mute is not there"
                    let problem = try JSONValue(parsing: reply.body)
                    #expect(problem["error"] == .string(sentence))
                }
                try await stores.close()
            }
        }
    }

    @Test func whoWaitsForAJobThatIsTakenOverIsToldWhereItIs() async throws {
        let (called, gate, taken) = (Promise<Void>(), Promise<Void>(), Promise<Void>())
        let ours = ScriptedPartners { _ in
            called.fulfil(.success(()))
            try await gate.value
            return TaskResult(status: 204)
        }
        let theirs = ScriptedPartners { _ in
            taken.fulfil(.success(()))
            try await Promise<Void>().value
            return TaskResult(status: 204)
        }
        try await SharedJobs.with { shared in
            try await JobPlatform.with { platform in
                try await shared.member(ours, lease: .milliseconds(300)) { first in
                    let table = first.operations(on: platform.client)
                    let request = BusRequest(service: JobService.name, operation: "run", body: Array(document.utf8))
                    let waiting = Task { try await table.answer(request) }
                    try await called.value
                    first.leases.fallSilent()
                    try await shared.member(theirs) { _ in
                        try await taken.value
                        gate.fulfil(.success(()))
                        let reply = try await waiting.value
                        let id = try #require(try await first.store.page(JobPage(limit: 1)).first?.id)
                        #expect(reply.status == .accepted)
                        #expect(reply.annotations[Annotations.location]?.hasSuffix("/jobs/\(id)") == true)
                    }
                }
            }
        }
    }
}
