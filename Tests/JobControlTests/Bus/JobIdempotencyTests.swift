import Bus
import JSON
import Support
import Testing

@testable import JobControl

/// What a submission is answered that names a job which was submitted before.
@Suite(.timeLimit(.minutes(1))) struct JobIdempotencyTests {
    /// A service that notes its calls, and answers when the test says so.
    private struct Service {
        let calls = Recorder<String>()
        let gate = Promise<Void>()

        var worker: JobPlatform.Worker {
            JobPlatform.Worker("slow", tags: ["slow"]) { [calls, gate] request in
                calls.record(request.operation)
                try await gate.value
                return .json(["done": true])
            }
        }
    }

    private static let id = "0199D0AA-0000-7000-8000-00000000000a"
    private let document = #"{"name":"n","steps":[{"tasks":[{"tag":"slow","input":{"a":1,"b":2}}]}]}"#
    /// The same document to anybody but a text editor.
    private let reordered = """
        { "steps": [ { "tasks": [ { "input": { "b": 2, "a": 1 }, "tag": "slow" } ] } ], "name": "n" }
        """
    private let other = #"{"name":"other","steps":[{"tasks":[{"tag":"slow","input":{"a":1,"b":2}}]}]}"#

    private func withID(_ id: String, _ document: String) -> String {
        #"{"jobId":"\#(id)","# + document.dropFirst()
    }

    @Test func fiftySubmissionsAtOnceWithOneKeyAreOneJob() async throws {
        let service = Service()
        try await JobPlatform.with([service.worker]) { platform in
            let ids = try await withThrowingTaskGroup { group in
                for number in 0..<50 {
                    let operation = number.isMultiple(of: 2) ? "run" : "submit"
                    group.addTask {
                        try await platform.ask(operation, document, ["idempotency-key": "k"]).json["jobId"]?.stringValue
                    }
                }
                try await service.calls.wait(forCount: 1)
                service.gate.fulfil(.success(()))
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
            #expect(ids.first != .some(nil))
            #expect(service.calls.elements == ["execute"])
            #expect(try await platform.jobs.jobs().count == 1)
        }
    }

    @Test func whoRunsAJobAgainThatHasEndedIsAnsweredAsBefore() async throws {
        let service = Service()
        service.gate.fulfil(.success(()))
        try await JobPlatform.with([service.worker]) { platform in
            let first = try await platform.ask("run", document, ["idempotency-key": "k"])
            let again = try await platform.ask("run", reordered, ["idempotency-key": "k"])
            #expect(first.status == 200)
            #expect(again.status == 200)
            #expect(again.json == first.json)
            let submitted = try await platform.ask("submit", document, ["idempotency-key": "k"])
            #expect(submitted.status == 202)
            #expect(submitted.json == ["jobId": first.json["jobId"] ?? nil, "status": "completed"])
            #expect(service.calls.elements.count == 1)
            #expect(try await platform.ask("run", document).json["jobId"] != first.json["jobId"])
        }
    }

    @Test func aJobThatFailedIsAnsweredWithItsErrorAgain() async throws {
        try await JobPlatform.with([]) { platform in
            let document = #"{"steps":[{"tasks":[{"name":"t","tag":"nobody"}]}]}"#
            let first = try await platform.ask("run", document, ["idempotency-key": "k"])
            let again = try await platform.ask("run", document, ["idempotency-key": "k"])
            #expect(again.status == 500)
            #expect(again.json == first.json)
            #expect(again.json["error"]?["task"] == "t")
        }
    }

    @Test func aKeyWithAnotherDocumentIsRefused() async throws {
        let service = Service()
        try await JobPlatform.with([service.worker]) { platform in
            let first = try await platform.ask("submit", document, ["idempotency-key": "k"])
            let (status, answer, _) = try await platform.ask("submit", other, ["idempotency-key": "k"])
            #expect(status == 422)
            #expect(answer["jobId"] == first.json["jobId"])
            #expect(answer["error"]?.stringValue?.hasPrefix("The idempotency key is that of job ") == true)
            #expect(try await platform.jobs.jobs().count == 1)
            service.gate.fulfil(.success(()))
        }
    }

    @Test func aJobMayHaveAnIDOfItsOwn() async throws {
        let service = Service()
        service.gate.fulfil(.success(()))
        try await JobPlatform.with([service.worker]) { platform in
            let first = try await platform.ask("run", withID(Self.id, document))
            #expect(first.json == ["jobId": .string(Self.id.lowercased()), "status": "completed"])
            let again = try await platform.ask("run", withID(Self.id.lowercased(), reordered))
            #expect(again.json == first.json)
            #expect(service.calls.elements.count == 1)
            #expect(try await platform.ask("run", withID(Self.id, other)).status == 422)
            #expect(try await platform.ask("job", "", ["id": Self.id.lowercased()]).status == 200)
        }
    }

    @Test(arguments: [#""7""#, "7", #""0199d0aa00007000800000000000000a""#, #""0199d0aa-0000-7000-8000-00000000000g""#])
    func anIDThatIsNoUUIDIsRefused(_ id: String) async throws {
        try await JobPlatform.with([]) { platform in
            let (status, answer, _) = try await platform.ask("submit", #"{"jobId":\#(id),"steps":[{}]}"#)
            #expect(status == 400)
            #expect(answer["errors"]?.arrayValue?.map { $0["pointer"] } == ["/jobId", "/steps/0/tasks"])
        }
    }

    @Test func aKeyIsShortAndNotEmpty() async throws {
        try await JobPlatform.with([]) { platform in
            for key in ["", String(repeating: "k", count: 256)] {
                let status = try await platform.ask("submit", document, ["idempotency-key": key]).status
                #expect(status == 400)
            }
        }
    }

    @Test func aJobOfAnEarlierLifeIsAwaited() async throws {
        let service = Service()
        try await JobPlatform.with([service.worker]) { platform in
            let first = try await platform.ask("submit", document, ["idempotency-key": "k"])
            try await service.calls.wait(forCount: 1)
            try await platform.bus.shutDown(platform.jobControl)
            try await platform.startJobControl(platform.anotherJobControl())
            async let again = platform.ask("run", document, ["idempotency-key": "k"])
            try await service.calls.wait(forCount: 2)
            service.gate.fulfil(.success(()))
            let (status, answer, _) = try await again
            #expect(status == 200)
            #expect(answer == ["jobId": first.json["jobId"] ?? nil, "status": "completed"])
            #expect(service.calls.elements == ["execute", "repeat"])
        }
    }

    @Test func aSubmissionThatWasRefusedLeavesItsKeyFree() async throws {
        let service = Service()
        var configuration = JobController.Configuration()
        configuration.runningLimit = 1
        configuration.waitingLimit = 0
        try await JobPlatform.with(configuration: configuration) { platform in
            try await platform.add(service.worker)
            let running = try await platform.jobs.submit(try .text(other)).jobID
            #expect(try await platform.ask("submit", document, ["idempotency-key": "k"]).status == 429)
            service.gate.fulfil(.success(()))
            _ = try await platform.follow(running)
            var answer = try await platform.ask("run", document, ["idempotency-key": "k"])
            // The first job's place is free a moment after its last event.
            while answer.status == 429 { answer = try await platform.ask("run", document, ["idempotency-key": "k"]) }
            #expect(answer.status == 200)
        }
    }
}
