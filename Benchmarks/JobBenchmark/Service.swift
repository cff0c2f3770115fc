import Bus
import JSON
import JobControl
import Logging
import ZeroMQ

extension JobBenchmark {
    /// A service whose tasks do nothing but what `task` says.
    static func worker(
        of bus: Endpoint,
        _ context: Context,
        credits: Int,
        task: @escaping @Sendable (BusRequest) async throws -> Void
    ) -> BusWorker {
        var operations = OperationTable(service: service, version: "1") { _ in [] }
        for operation in ["execute", "repeat", "revert"] {
            operations.on(operation) { request in
                try await task(request)
                return .json([:])
            }
        }
        let table = operations
        let announcement: JSONValue = ["tags": [.string(service)], "mediaTypes": ["application/json"]]
        return BusWorker(
            .init(service: service, endpoint: bus, credits: credits, announcement: announcement),
            context: context,
            logger: logger
        ) { request in try await table.answer(request) }
    }

    /// A job of one step with so many tasks of the service.
    static func job(tasks count: Int, timeout: String = "PT1M") -> JSONValue {
        let tasks = [JSONValue](repeating: ["tag": .string(service), "timeout": .string(timeout)], count: count)
        return ["steps": [["tasks": .array(tasks)]]]
    }

    /// Returns when a job has called the service: job-control knows of it a moment later than the broker.
    static func whenServed(_ jobs: JobClient) async throws {
        let end = ContinuousClock.now + .seconds(10)
        repeat {
            let id = try await jobs.submit(job(tasks: 1)).jobID
            if try await outcome(of: id, jobs) == .completed { return }
        } while .now < end
        throw BusError(.noWorker, "no job finds the service")
    }

    private static func outcome(of id: String, _ jobs: JobClient) async throws -> JobStatus {
        while true {
            let status = try await jobs.events(of: id)
            if status.ended { return status.status }
            try await ContinuousClock().sleep(for: .milliseconds(20))
        }
    }

    /// Runs `body` beside services, which are ended when it returns or throws. A service that fails ends it.
    static func whileRunning<R: Sendable>(
        _ services: [@Sendable () async throws -> Void],
        _ body: @escaping @Sendable () async throws -> R
    ) async throws -> R {
        try await withThrowingTaskGroup(of: R?.self) { group in
            for service in services {
                group.addTask {
                    try await service()
                    return nil
                }
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let ended = try await group.next() {
                if let result = ended { return result }
            }
            throw CancellationError()
        }
    }
}

extension BusRequest {
    /// The request id that job-control gives a task, the same for all its attempts.
    func requestID() throws -> String {
        guard let id = try json()["requestId"]?.stringValue else { throw Problem(.badRequest, "no requestId") }
        return id
    }
}
