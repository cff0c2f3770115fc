import Scratch
import Synchronization

/// Customers who submit one job after the other and follow each to its end.
final class JobLoad: Sendable {
    private let seed: UInt64
    private let customers: Int
    private let customer: PatientCustomer
    private let isOver = Atomic(false)
    private let traces = Mutex<[JobTrace]>([])

    init(seed: UInt64, customers: Int, _ customer: PatientCustomer) {
        self.seed = seed
        self.customers = customers
        self.customer = customer
    }

    /// What was seen of the jobs that are done with.
    var seen: [JobTrace] { traces.withLock { $0 } }

    /// No more jobs; those that are under way are followed to their ends.
    func stop() { isOver.store(true, ordering: .relaxed) }

    /// Returns when ``stop()`` was called and every job has ended, or was given up because the task is cancelled.
    func run() async {
        await withTaskGroup { group in
            for number in 0..<customers {
                group.addTask { [self] in await buy(from: JobMix(seed: seed &+ UInt64(number) &* 0x5851_F42D)) }
            }
        }
    }

    private func buy(from mix: JobMix) async {
        var mix = mix
        while !isOver.load(ordering: .relaxed), !Task.isCancelled {
            var trace = JobTrace(mix.next())
            do {
                try await customer.submit(trace.job.document)
                trace.isAccepted = true
                _ = try await customer.follow(trace.job.id) { trace.see($0) }
            } catch is CancellationError {
                // It has not ended, which the verdict sees.
            } catch {
                trace.faults.append("\(error)")
            }
            traces.withLock { $0.append(trace) }
        }
    }
}
