import Bus
import JSON
import JobControl

/// How long it takes from a task's end in its service until somebody who watches the job has `task.completed`, beside what
/// an event takes from its publisher to a subscriber of the same broker.
///
/// Between the two lie the service's answer, the journal's write to the disk, and the event's own way.
struct EventMeasurement: Sendable {
    private static let completed = "platform.task.completed"

    private let load: EventLoad
    private let client: BusClient
    private let publisher: EventPublisher
    private let subscriber: EventSubscriber
    /// Holds the tasks of the service until they may end.
    private let gate: Gate
    /// When each task ended, by its request id.
    private let marks: Marks

    init(
        _ load: EventLoad,
        _ client: BusClient,
        _ publisher: EventPublisher,
        _ subscriber: EventSubscriber,
        _ gate: Gate,
        _ marks: Marks
    ) {
        self.load = load
        self.client = client
        self.publisher = publisher
        self.subscriber = subscriber
        self.gate = gate
        self.marks = marks
    }

    /// Measures in turns: the bus alone, there and back, one long job, many short jobs.
    func lines(rounds: Int) async throws -> [String] {
        for kind in kinds { _ = try await kind.measure(load.short) }
        var measured = [[Latencies]](repeating: [], count: kinds.count)
        for _ in 0..<rounds {
            for (index, kind) in kinds.enumerated() { measured[index].append(try await kind.measure(load)) }
        }
        return zip(kinds, measured).map { kind, latencies in line(kind.name, latencies, beside: measured[0]) }
    }

    /// The first is the reference of all.
    private var kinds: [(name: String, measure: (EventLoad) async throws -> Latencies)] {
        [("one-way", oneWay), ("answer", answers), ("one-job", oneJob), ("many-jobs", manyJobs)]
    }

    private func line(_ name: String, _ ours: [Latencies], beside reference: [Latencies]) -> String {
        let (p50, p99) = (ours.median { $0.percentile(0.5) }, ours.median { $0.percentile(0.99) })
        let ratio = p99 / reference.median { $0.percentile(0.99) }
        let rate = Int(ours.median(\.eventsPerSecond))
        let figures = "p50=\(p50.hundredths) p99=\(p99.hundredths) p99-ratio=\(ratio.hundredths)"
        return "events \(name) events/s=\(rate) \(figures)"
    }
}

// MARK: The bus alone

extension EventMeasurement {
    private func oneWay(_ load: EventLoad) async throws -> Latencies {
        let topic = "bench." + UUIDv7.make()
        let subscription = try await subscriber.subscribe(to: topic)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await load.pace(eventsPerCall: 1) { publish($0 + 1, to: topic) } }
            var latencies = Latencies()
            for await delivery in subscription {
                try add(delivery, to: &latencies)
                if latencies.count == load.calls(eventsPerCall: 1) { break }
            }
            try await group.waitForAll()
            return latencies
        }
    }

    /// An event that looks like those of jobs.
    private func publish(_ number: Int, to topic: String) {
        let id = UUIDv7.make()
        let event = Event(
            topic: topic,
            sequence: UInt64(number),
            type: Self.completed,
            source: "/job-benchmark",
            data: [
                "jobId": .string(id), "step": 0, "task": JSONValue(number), "tag": .string(JobBenchmark.service),
                "service": .string(JobBenchmark.service), "attempt": 1, "requestId": .string(id), "status": 200,
                "durationMs": 0,
            ]
        )
        marks.note(id)
        publisher.publish([event])
    }
}

// MARK: There and back

extension EventMeasurement {
    /// Calls the service as job-control does, without a job: from the end of its handler to its answer.
    private func answers(_ load: EventLoad) async throws -> Latencies {
        gate.open()
        return try await withThrowingTaskGroup(of: (UInt64, UInt64).self) { group in
            try await load.pace(eventsPerCall: Self.eventsOfATask) { _ in
                group.addTask {
                    let id = UUIDv7.make()
                    let body = JSONValue.object(["requestId": .string(id)]).serialized()
                    _ = try await client.request(JobBenchmark.service, "execute", body: body)
                    let now = Marks.now
                    return (now - (marks.take(id) ?? now), now)
                }
            }
            var latencies = Latencies()
            for try await (latency, now) in group { latencies.add([latency], of: 1, at: now) }
            return latencies
        }
    }
}

// MARK: Jobs

extension EventMeasurement {
    /// What each task of a long job adds to what its watcher sees: `task.completed`, and the `task.started` of another.
    private static let eventsOfATask = 2
    /// What a job of one task adds: submitted, started, step started, task started, and the same four ended but for one.
    private static let eventsOfAJob = 7

    /// Follows one job the way job-runner does, while its tasks end at even intervals.
    private func oneJob(_ load: EventLoad) async throws -> Latencies {
        gate.close()
        let jobs = JobClient(client)
        let document = JobBenchmark.job(tasks: load.calls(eventsPerCall: Self.eventsOfATask))
        let id = try await jobs.submit(document).jobID
        let watched = subscriber.events(of: JobEntry.topic(of: id)) { after in
            try await jobs.events(of: id, after: after).events
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            var latencies: Latencies?
            for try await events in watched {
                let now = Marks.now
                if latencies == nil {
                    // The watcher has the past: what happens from here on comes as it happens.
                    group.addTask {
                        try await load.pace(eventsPerCall: Self.eventsOfATask) { _ in gate.letOneThrough() }
                    }
                    latencies = Latencies()
                } else {
                    try add(events, at: now, to: &latencies)
                }
                if events.contains(where: { $0.type == "platform.job.completed" }) { break }
            }
            try await group.waitForAll()
            return latencies ?? Latencies()
        }
    }

    /// Watches all jobs, while jobs of one task come at even intervals.
    private func manyJobs(_ load: EventLoad) async throws -> Latencies {
        gate.open()
        let jobs = JobClient(client)
        let document = JobBenchmark.job(tasks: 1)
        let subscription = try await subscriber.subscribe(to: JobEntry.topic(of: ""))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await withThrowingTaskGroup(of: Void.self) { submissions in
                    try await load.pace(eventsPerCall: Self.eventsOfAJob) { _ in
                        submissions.addTask { _ = try await jobs.submit(document) }
                    }
                    try await submissions.waitForAll()
                }
            }
            var latencies = Latencies()
            for await delivery in subscription {
                try add(delivery, to: &latencies)
                if latencies.count == load.calls(eventsPerCall: Self.eventsOfAJob) { break }
            }
            try await group.waitForAll()
            return latencies
        }
    }
}

// MARK: What came

extension EventMeasurement {
    private struct EventsMissed: Error {}

    private func add(_ delivery: Delivery, to latencies: inout Latencies) throws {
        let now = Marks.now
        // A slow machine may lose events; then there is nothing to say about it.
        guard case .events(let events) = delivery else { throw EventsMissed() }
        latencies.add(self.latencies(of: events, at: now), of: events.count, at: now)
    }

    private func add(_ events: [Event], at now: UInt64, to latencies: inout Latencies?) throws {
        latencies?.add(self.latencies(of: events, at: now), of: events.count, at: now)
    }

    private func latencies(of events: [Event], at now: UInt64) -> [UInt64] {
        events.compactMap { event in
            guard event.type == Self.completed, let id = event.data["requestId"]?.stringValue else { return nil }
            return marks.take(id).map { now - $0 }
        }
    }
}

extension Double {
    /// With two digits after the point.
    var hundredths: String {
        guard isFinite else { return "\(self)" }
        let number = Int((self * 100).rounded())
        return "\(number / 100).\(number % 100 < 10 ? "0" : "")\(number % 100)"
    }
}
