import Bus
import Foundation
import JSON
import JobControl
import Logging
import Scratch
import SharedState
import ZeroMQ

/// One run of the job on a platform of its own, in which at most one process kills itself once.
struct ScratchRun: Sendable {
    /// How long the job may take, and how long is waited for its services.
    private static let patience = (job: Duration.seconds(60), services: Duration.seconds(10))

    private let setup: CrashTestSetup
    private let folder: String
    private let point: FailurePoint?
    private let processes: [RevivedProcess]
    private let bus: Endpoint
    private let events: Endpoint
    private let logger = Logger(label: "crashtest") { _ in SwiftLogNoOpLogHandler() }

    init(_ setup: CrashTestSetup, folder: String, point: FailurePoint?, warden: Warden) throws {
        self.setup = setup
        self.folder = folder
        self.point = point
        let ports = try FreePorts.take(4)
        let endpoints = ports.map { "tcp://127.0.0.1:\($0)" }
        bus = try Endpoint(endpoints[0])
        events = try Endpoint(endpoints[2])
        let environment = [
            "PLATFORM_BUS": endpoints[0], "PLATFORM_EVENTS_PUBLISH": endpoints[1],
            "PLATFORM_EVENTS_SUBSCRIBE": endpoints[2], "PLATFORM_HTTP_PORT": "\(ports[3])",
        ]
        /// A process that counts its writes, and kills itself in its first life when the point is one of its.
        func counting(_ name: String, _ arguments: [String]) -> RevivedProcess {
            RevivedProcess(name, under: warden) { life in
                let isVictim = point?.process == name && life == 0
                let place = isVictim ? point?.option : FailurePoint.never(name).option
                return ScratchCommand.platform(
                    name,
                    at: setup.platform,
                    arguments + ["--log-level", "notice", "--crash-at", place ?? ""],
                    environment: environment,
                    log: "\(folder)/\(name).log"
                )
            }
        }
        let noPorts = ["--discovery-port", "0", "--state-port", "0", "--job-port", "0"]
        let platform = counting(FailurePoint.platform, ["all", "--store", "sqlite:\(folder)/platform.db"] + noPorts)
        let engines = setup.engines.map { engine in
            counting(
                engine.name,
                ["engine-service", "--design", engine.design, "--store", "sqlite:\(folder)/\(engine.name)-engine.db"]
            )
        }
        let services = setup.services.enumerated().map { index, command in
            RevivedProcess("service \(index + 1)", under: warden) { _ in
                ScratchCommand(
                    "service \(index + 1)",
                    program: "/bin/sh",
                    ["-c", command],
                    environment: environment,
                    log: "\(folder)/service-\(index + 1).log"
                )
            }
        }
        processes = [platform] + engines + services
    }

    /// Runs the job to its end, and asks what is left.
    func run() async throws -> CrashTestRow {
        let context = Context()
        defer { context.close() }
        let client = BusClient(.init(endpoint: bus), context: context, logger: logger)
        let subscriber = EventSubscriber(endpoints: [events], context: context, logger: logger, security: nil)
        return try await withThrowingTaskGroup(of: CrashTestRow?.self) { group in
            group.addTask {
                try await client.run()
                return nil
            }
            group.addTask {
                try await subscriber.run()
                return nil
            }
            for process in processes {
                group.addTask {
                    try await process.live()
                    return nil
                }
            }
            group.addTask {
                for process in processes { try await process.whenUp() }
                let row = try await observed(client, subscriber)
                // In the reverse order, so that all can end what they have in hand.
                for process in processes.reversed() { try await process.end() }
                return row
            }
            defer { group.cancelAll() }
            while let row = try await group.next() {
                if let row { return row }
            }
            throw CancellationError()
        }
    }

    /// How many writes each process says that it made, once all have ended.
    func writes() throws -> [(process: String, count: Int)] {
        try ([FailurePoint.platform] + setup.engines.map(\.name)).map { name in
            let log = (try? String(contentsOfFile: "\(folder)/\(name).log", encoding: .utf8)) ?? ""
            guard let count = log.matches(of: /writes=(\d+)/).last.flatMap({ Int($0.1) }) else {
                throw ScratchError("\(name) does not say how many writes it made; its log is \(folder)/\(name).log")
            }
            return (name, count)
        }
    }
}

extension ScratchRun {
    private func observed(_ client: BusClient, _ subscriber: EventSubscriber) async throws -> CrashTestRow {
        let customer = PatientCustomer(JobClient(client), subscriber)
        try await NeededServices(client, subscriber).wait(for: setup.needs, within: Self.patience.services)
        var stateID: String?
        if let state = setup.plan.state {
            stateID = try await StateClient(client).create(id: state.id, content: .object(state.content)).id
        }
        let document = setup.document(stateID: stateID)
        let id = document["jobId"]?.stringValue ?? ""
        let status = try await ending(of: id, document, customer)
        var row = CrashTestRow(point: point, status: status, effects: [])
        row.effects = JobEffect.all(in: try await history(of: id, client, customer))
        for index in row.effects.indices where row.effects[index].canBeInspected {
            let effect = row.effects[index]
            if let grade = try await grade(of: effect, client, customer) { row.effects[index].take(grade: grade) }
        }
        if let point, let victim = processes.first(where: { $0.name == point.process }) {
            row.wasReached = await victim.deaths > 0
        }
        return row
    }

    /// The job's last status; nil when it has not ended in time.
    private func ending(of id: String, _ document: JSONValue, _ customer: PatientCustomer) async throws -> String? {
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                try await customer.submit(document)
                var status: String?
                _ = try await customer.follow(id) { events in
                    status = events.last { $0.endsAJob }.map { String($0.type.dropFirst("platform.job.".count)) }
                }
                return status
            }
            group.addTask {
                try await Task.sleep(for: Self.patience.job)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    private func history(
        of id: String,
        _ client: BusClient,
        _ customer: PatientCustomer
    ) async throws -> [JSONValue] {
        let reply = try await customer.untilAnswered {
            try await client.request(
                JobService.name,
                "history",
                annotations: [Annotations.id: id, "limit": "5000"],
                repeatable: true
            )
        }
        return try reply.json()["entries"]?.arrayValue ?? []
    }

    /// What became of the request; nil where the service cannot be asked that.
    private func grade(
        of effect: JobEffect,
        _ client: BusClient,
        _ customer: PatientCustomer
    ) async throws -> String? {
        let body = JSONValue.object(["requestId": .string(effect.requestID)]).serialized()
        let reply = try await customer.untilAnswered {
            try await client.request(effect.service, "inspect", body: body, repeatable: true)
        }
        return reply.status.isSuccess ? try reply.json()["grade"]?.stringValue : nil
    }
}
