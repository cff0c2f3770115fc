import Bus
import JSON
import Support
import Testing

@testable import JobControl

/// Steering over a real broker: what reaches services, and what callers are answered.
@Suite(.timeLimit(.minutes(1))) struct JobSteeringBusTests {
    private let document = #"{"steps":[{"name":"one","tasks":[{"name":"t","tag":"slow"}]}]}"#

    /// A service that waits until its handler is cut off, and says so.
    private struct Endless {
        let asked = Recorder<String>()
        let cutOff = Promise<Void>()

        var worker: JobPlatform.Worker {
            JobPlatform.Worker("slow", tags: ["slow"]) { [asked, cutOff] request in
                asked.record(request.operation)
                guard request.operation == "execute" else { return .json(["status": "reverted"]) }
                do {
                    try await Promise<Void>().value
                } catch {
                    cutOff.fulfil(.success(()))
                    throw error
                }
                return .empty()
            }
        }
    }

    @Test func cancelReachesAHandler() async throws {
        let endless = Endless()
        try await JobPlatform.with([endless.worker]) { platform in
            let id = try await platform.jobs.submit(try .text(document)).jobID
            try await endless.asked.wait(forCount: 1)
            let (status, answer, _) = try await platform.ask(
                "cancel",
                #"{"reason":"enough"}"#,
                ["id": id, "client": "ada"]
            )
            #expect(status == 202)
            #expect(answer["jobId"] == .string(id))
            try await endless.cutOff.value
            let events = try await platform.follow(id)
            #expect(events.last?.type == "platform.job.cancelled")
            #expect(endless.asked.elements == ["execute", "revert"])
            let cancelling = events.first { $0.type == "platform.job.cancelling" }
            #expect(cancelling?.data["by"] == "ada")
            #expect(cancelling?.data["reason"] == "enough")
            #expect(try await platform.ask("cancel", "", ["id": id]).status == 409)
            #expect(try await platform.ask("explain", "", ["id": id]).json["waitingFor"] == "nothing")
        }
    }

    @Test func aPauseOutlivesARestart() async throws {
        let gate = Promise<Void>()
        let asked = Recorder<String>()
        let slow = JobPlatform.Worker("slow", tags: ["slow"]) { request in
            asked.record(request.operation)
            try await gate.value
            return .json([:])
        }
        let two = #"{"steps":[{"tasks":[{"tag":"slow"}]},{"tasks":[{"tag":"slow"}]}]}"#
        try await JobPlatform.with([slow]) { platform in
            let id = try await platform.jobs.submit(try .text(two)).jobID
            try await asked.wait(forCount: 1)
            #expect(try await platform.ask("pause", "", ["id": id]).json["status"] == "paused")
            gate.fulfil(.success(()))
            try await platform.watch(id, until: .taskCompleted)
            try await platform.bus.shutDown(platform.jobControl)
            try await platform.startJobControl(platform.anotherJobControl())
            #expect(try await platform.ask("explain", "", ["id": id]).json["waitingFor"] == "resume")
            #expect(try await platform.ask("resume", "", ["id": id]).status == 202)
            #expect(try await platform.follow(id).last?.type == "platform.job.completed")
            #expect(asked.elements == ["execute", "execute"])
        }
    }

    @Test func retryAfterOfAServiceIsObeyedAndTheRequestStaysTheSame() async throws {
        let attempts = Attempts()
        let requests = Recorder<JSONValue>()
        let clients = Recorder<String>()
        let busy = JobPlatform.Worker("busy", tags: ["busy"]) { request in
            requests.record(["op": .string(request.operation), "id": try request.json()["requestId"] ?? nil])
            clients.record(request.annotations["client"] ?? "")
            guard attempts.next() == 1 else { return .json([:]) }
            var reply = Problem(.serviceUnavailable, "later").reply
            reply.annotations["retry-after"] = "0.05"
            return reply
        }
        try await JobPlatform.with([busy]) { platform in
            let text = #"{"retry":{"delay":0},"steps":[{"tasks":[{"tag":"busy"}]}]}"#
            let id = try await platform.jobs.submit(try .text(text)).jobID
            let events = try await platform.follow(id)
            #expect(events.last?.type == "platform.job.completed")
            #expect(events.first { $0.type == "platform.task.retrying" }?.data["delayMs"] == 50)
            #expect(requests.elements.map { $0["op"] } == ["execute", "repeat"])
            #expect(Set(requests.elements.map { $0["id"] }).count == 1)
            #expect(clients.elements == ["job/" + id, "job/" + id])
        }
    }

    @Test func anUnknownOutcomeOfAServiceWithoutRepeatIsReverted() async throws {
        let asked = Recorder<String>()
        let forms: JSONValue = [["rel": "execute"], ["rel": "revert"]]
        let broken = JobPlatform.Worker("broken", tags: ["broken"], forms: forms) { request in
            asked.record(request.operation)
            if request.operation == "execute" { throw Problem(.badGateway, "half done") }
            return .json([:])
        }
        try await JobPlatform.with([broken]) { platform in
            let text = #"{"retry":{"delay":0},"steps":[{"tasks":[{"tag":"broken"}]}]}"#
            let (status, answer, _) = try await platform.ask("run", text)
            #expect(status == 500)
            #expect(answer["error"]?["code"] == "outcome-unknown")
            #expect(asked.elements == ["execute", "revert"])
        }
    }

    @Test func whatCouldNotBeRevertedIsSettledFromTheInbox() async throws {
        let refuses = Attempts()
        let sticky = JobPlatform.Worker("sticky", tags: ["sticky"]) { request in
            if request.operation == "revert", refuses.next() == 1 { throw Problem(.conflict, "not now") }
            return .json([:])
        }
        try await JobPlatform.with([sticky]) { platform in
            let text = #"{"steps":[{"tasks":[{"tag":"sticky"}]},{"tasks":[{"tag":"nobody"}]}]}"#
            let id = try await platform.jobs.submit(try .text(text)).jobID
            let events = try await platform.follow(id)
            #expect(events.last?.type == "platform.job.revert-incomplete")
            let inbox = try await platform.ask("inbox").json
            let item = try #require(inbox[0]?["id"]?.stringValue)
            #expect(inbox[0]?["error"] == "sticky answered 409: not now")
            #expect(try await platform.ask("settle", #"{"action":"burn"}"#, ["id": item]).status == 400)
            #expect(try await platform.ask("settle", #"{"action":"retry"}"#, ["id": id + ".7.7"]).status == 404)
            let settled = try await platform.ask("settle", #"{"action":"retry"}"#, ["id": item])
            #expect(settled.status == 200)
            #expect(settled.json["status"] == "reverting")
            try await platform.watch(id, until: .jobFailed)
            #expect(try await platform.ask("inbox").json == [])
        }
    }

    @Test func aCompletedJobIsUndoneAfterItsPlanWasSeen() async throws {
        let asked = Recorder<String>()
        let forms: JSONValue = [
            [
                "rel": "execute",
                "commands": [
                    ["name": "create", "transitionType": ["safe": false, "idempotent": false, "reversible": true]],
                    ["name": "mail", "transitionType": ["safe": false, "idempotent": false, "reversible": false]],
                ],
            ],
            ["rel": "repeat"], ["rel": "revert"],
        ]
        let engine = JobPlatform.Worker("engine", tags: ["engine"], forms: forms) { request in
            asked.record("\(request.operation) \(try request.json()["command"]?.stringValue ?? "")")
            return .json([:])
        }
        let text = """
            {"steps":[{"name":"one","tasks":[{"tag":"engine","input":{"command":"create"}}]},
                      {"name":"two","tasks":[{"tag":"engine","input":{"command":"mail"}}]}]}
            """
        try await JobPlatform.with([engine]) { platform in
            let id = try #require(try await platform.ask("run", text).json["jobId"]?.stringValue)
            let plan = try await platform.ask("undo-plan", "", ["id": id])
            #expect(plan.status == 200)
            #expect(plan.json["tasks"]?.arrayValue?.map { $0["grade"] } == ["irreversible", "reversible"])
            #expect(try await platform.ask("undo", "", ["id": id]).status == 409)
            #expect(try await platform.ask("undo", "", ["id": id, "to": "three"]).status == 400)
            let undo = try await platform.ask("undo", "", ["id": id, "force": "true"])
            #expect(undo.status == 202)
            #expect(undo.json["status"] == "reverting")
            try await asked.wait { $0.last == "revert create" }
        }
    }
}
