import Bus
import Glibc

/// So many requests, with so many of them on their way at any time.
struct Load {
    /// Bytes of a request's body.
    let size: Int
    /// How many tasks ask at once; each waits for its reply before it asks again.
    let window: Int
    let count: Int

    /// A tenth of it, to warm up.
    var tenth: Load { Load(size: size, window: window, count: count / 10) }

    /// - Parameter executor: what the askers prefer to run on.
    func run(
        over client: BusClient,
        on executor: (any TaskExecutor)?,
        _ gauge: ProcessorTime
    ) async throws -> Measurement {
        let body = [UInt8](repeating: 0x78, count: size)
        let used = gauge.nanoseconds
        let start = ContinuousClock.now
        let latencies = try await withThrowingTaskGroup(of: [UInt64].self) { group in
            for number in 0..<window {
                let share = count / window + (number < count % window ? 1 : 0)
                // A preference for no executor is one, too, and makes every hop of its task look it up under a lock.
                if let executor {
                    group.addTask(executorPreference: executor) { try await ask(client, body: body, times: share) }
                } else {
                    group.addTask { try await ask(client, body: body, times: share) }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let duration = start.duration(to: .now)
        return Measurement(latencies: latencies, duration: duration, processorTime: gauge.nanoseconds - used)
    }

    /// One asker: waits for each reply before it asks again.
    private func ask(_ client: BusClient, body: [UInt8], times: Int) async throws -> [UInt64] {
        var latencies: [UInt64] = []
        latencies.reserveCapacity(times)
        for _ in 0..<times {
            let start = BusBenchmark.nanoseconds(of: CLOCK_MONOTONIC)
            let reply = try await client.request(BusBenchmark.service, "execute", body: body)
            latencies.append(BusBenchmark.nanoseconds(of: CLOCK_MONOTONIC) - start)
            guard reply.status.isSuccess, reply.body.count == size else { throw WrongReply() }
        }
        return latencies
    }

    private struct WrongReply: Error {}
}

/// What a run took.
struct Measurement: CustomStringConvertible {
    /// In nanoseconds.
    let latencies: [UInt64]
    let duration: Duration
    /// In nanoseconds.
    let processorTime: UInt64

    /// Requests a second, p50 and p99 in microseconds, and microseconds of processor time a request.
    var description: String {
        let sorted = latencies.sorted()
        let rate = Double(sorted.count) / (duration / .seconds(1))
        let p50 = sorted[sorted.count / 2]
        let p99 = sorted[sorted.count - sorted.count / 100 - 1]
        let used = processorTime / UInt64(sorted.count)
        return "\(Int(rate)) \(Self.tenths(p50)) \(Self.tenths(p99)) \(Self.tenths(used))"
    }

    /// Microseconds with one digit after the point.
    private static func tenths(_ nanoseconds: UInt64) -> Double {
        (Double(nanoseconds) / 100).rounded() / 10
    }
}
