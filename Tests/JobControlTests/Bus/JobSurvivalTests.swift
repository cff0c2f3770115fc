import Bus
import JSON
import SharedState
import Support
import Testing

@testable import JobControl

/// What a job lives through: the end of job-control, of a worker, of whoever waits for it.
@Suite(.timeLimit(.minutes(1))) struct JobSurvivalTests {
    /// A service that notes what it is asked, and answers `execute` only when the test says so.
    private struct SlowService {
        let asked = Recorder<String>()
        let requests = Recorder<JSONValue>()
        let gate = Promise<Void>()

        var worker: JobPlatform.Worker {
            JobPlatform.Worker("slow", tags: ["slow"]) { [asked, requests, gate] request in
                requests.record(try request.json()["requestId"] ?? nil)
                asked.record(request.operation)
                if request.operation == "execute" { try await gate.value }
                return .json(["done": true])
            }
        }
    }

    private let document = #"{"steps":[{"tasks":[{"tag":"slow","storeResultAt":"/x"}]}]}"#

    @Test func aJobGoesOnWhenJobControlIsBack() async throws {
        let slow = SlowService()
        try await JobPlatform.with([slow.worker]) { platform in
            let id = try await platform.jobs.submit(try .text(document)).jobID
            try await slow.asked.wait(forCount: 1)
            try await platform.bus.shutDown(platform.jobControl)
            try await platform.startJobControl(platform.anotherJobControl())
            let events = try await platform.follow(id)
            #expect(slow.asked.elements == ["execute", "repeat"])
            #expect(Set(slow.requests.elements).count == 1)
            #expect(events.map(\.sequence) == Array(1...UInt64(events.count)))
            #expect(events.last?.type == "platform.job.completed")
            #expect(try await platform.state.read(id).content == ["x": ["done": true]])
        }
    }

    @Test func whoWaitsForAJobIsToldItsNameWhenJobControlEnds() async throws {
        let slow = SlowService()
        try await JobPlatform.with([slow.worker]) { platform in
            async let waiting = platform.ask("run", document)
            try await slow.asked.wait(forCount: 1)
            try await platform.bus.shutDown(platform.jobControl)
            let (status, answer, annotations) = try await waiting
            let id = try #require(answer["jobId"]?.stringValue)
            #expect(status == 503)
            #expect(annotations["retry-after"] == nil)
            #expect(answer["error"] == .string("job-control is shutting down; job \(id) goes on when it is back"))
            try await platform.startJobControl(platform.anotherJobControl())
            #expect(try await platform.follow(id).last?.type == "platform.job.completed")
        }
    }

    @Test func aJobOfADeadJobControlGoesOnToo() async throws {
        let slow = SlowService()
        try await JobPlatform.with([slow.worker]) { platform in
            let id = try await platform.jobs.submit(try .text(document)).jobID
            try await slow.asked.wait(forCount: 1)
            try await platform.bus.stop(platform.jobControl)
            try await platform.startJobControl(platform.anotherJobControl())
            #expect(try await platform.follow(id).last?.type == "platform.job.completed")
        }
    }

    @Test func aWatcherLearnsOfAnEndThatWasWrittenAndNeverTold() async throws {
        let slow = SlowService()
        let store = MemoryJobStore()
        try await JobPlatform.with([slow.worker], store: store) { platform in
            let id = try await platform.jobs.submit(try .text(document)).jobID
            try await slow.asked.wait(forCount: 1)
            var watched = platform.watch(id).makeAsyncIterator()
            let last = try #require(try await watched.next()?.last)
            try await platform.bus.stop(platform.jobControl)
            var record = try #require(try await store.record(id))
            (record.status, record.completedAt) = (.failed, .now)
            let end = JobEntry(sequence: last.sequence + 1, type: .jobFailed, time: .now, data: [:])
            try await store.append([end], to: record)
            try await platform.startJobControl(platform.anotherJobControl())
            #expect(try await watched.next() == [end.event(of: id)])
        }
    }

    @Test func aSubmitterWhoLeavesDoesNotEndTheJob() async throws {
        let slow = SlowService()
        try await JobPlatform.with([slow.worker]) { platform in
            let submitter = Task { try await platform.ask("run", document) }
            try await slow.asked.wait(forCount: 1)
            submitter.cancel()
            _ = await submitter.result
            slow.gate.fulfil(.success(()))
            let id = try #require(try await platform.ask("list").json[0]?["id"]?.stringValue)
            #expect(try await platform.follow(id).last?.type == "platform.job.completed")
            #expect(slow.asked.elements == ["execute"])
        }
    }

    @Test func aWorkerThatDiesFailsTheTaskAtOnceAndItIsReverted() async throws {
        let slow = SlowService()
        try await JobPlatform.with { platform in
            let worker = try await platform.add(slow.worker)
            let id = try await platform.jobs.submit(try .text(document)).jobID
            try await slow.asked.wait(forCount: 1)
            try await platform.bus.worker("slow", handler: slow.worker.handle)
            try await platform.bus.stop(worker)
            let events = try await platform.follow(id)
            #expect(slow.asked.elements == ["execute", "revert"])
            #expect(
                events.map(\.type).suffix(3) == [
                    "platform.revert.started", "platform.task.reverted", "platform.job.failed",
                ]
            )
        }
    }

    @Test func aFullHouseAnswers429() async throws {
        let slow = SlowService()
        var configuration = JobController.Configuration()
        configuration.runningLimit = 1
        configuration.waitingLimit = 1
        try await JobPlatform.with(configuration: configuration) { platform in
            try await platform.add(slow.worker)
            #expect(try await platform.ask("submit", document).json["status"] == "running")
            #expect(try await platform.ask("submit", document).json["status"] == "queued")
            let (status, answer, annotations) = try await platform.ask("run", document)
            #expect(status == 429)
            #expect(annotations["retry-after"] == "1")
            #expect(answer["error"] == "job-control has 1 jobs waiting, and takes no more for now")
            slow.gate.fulfil(.success(()))
            for row in try await platform.jobs.jobs() {
                let id = try #require(row["id"]?.stringValue)
                #expect(try await platform.follow(id).last?.type == "platform.job.completed")
            }
        }
    }
}
