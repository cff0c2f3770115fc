import Bus
import ServiceLifecycle
import Synchronization

/// A client at full load: as many requests under way as its window, each written down when it is sent and when it ends.
final class Load: Service {
    let client = Mutex<BusClient?>(nil)
    private let ledger: Ledger
    private let window: Int
    private let patience: Duration
    private let seed: UInt64
    private let repeatableShare: Double
    private let operation: String
    private let isEnding = Atomic(false)

    init(ledger: Ledger, window: Int, patience: Duration, seed: UInt64, repeatableShare: Double, operation: String) {
        self.ledger = ledger
        self.window = window
        self.patience = patience
        self.seed = seed
        self.repeatableShare = repeatableShare
        self.operation = operation
    }

    /// Until it is shut down; then what is under way still gets its end.
    func run() async throws {
        guard let client = client.withLock({ $0 }) else { return }
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for number in 0..<window {
                    group.addTask { await self.ask(client, number) }
                }
            }
        } onGracefulShutdown: {
            self.isEnding.store(true, ordering: .relaxed)
        }
        ledger.write(.quit)
    }

    private func ask(_ client: BusClient, _ number: Int) async {
        var random = Dice(seed: seed &* 1000 &+ UInt64(number))
        while !isEnding.load(ordering: .relaxed) {
            let isRepeatable = Double.random(in: 0..<1, using: &random) < repeatableShare
            let outcome = await outcome(of: client, isRepeatable: isRepeatable)
            // Whoever is refused and asks again at once measures only how fast one can be refused.
            if outcome.hasPrefix("-") { try? await Task.sleep(for: .milliseconds(10)) }
        }
    }

    /// The final reply, when every part before it was the right one.
    private func stream(
        _ client: BusClient,
        _ id: RequestID,
        _ body: [UInt8],
        _ isRepeatable: Bool
    ) async throws(BusError) -> Reply? {
        let stream = client.stream(
            ChaosRole.service,
            "stream",
            body: body,
            within: patience,
            repeatable: isRepeatable,
            requestID: id,
            window: 4
        )
        var count = 0
        var isRight = true
        for try await part in stream {
            isRight = isRight && part.body == [UInt8(truncatingIfNeeded: count)]
            count += 1
        }
        let final = try await stream.final
        return isRight && count == ChaosRole.parts ? final : nil
    }

    private func outcome(of client: BusClient, isRepeatable: Bool) async -> String {
        let id = RequestID()
        let body = Array("\(id)".utf8) + Array(repeating: 0x2E, count: 64)
        ledger.write(.sent, id, isRepeatable ? "repeatable" : "once")
        let outcome: String
        do {
            let reply =
                operation == "mixed" && id.low % 8 == 1
                ? try await stream(client, id, body, isRepeatable)
                : try await client.request(
                    ChaosRole.service,
                    operation,
                    body: body,
                    within: patience,
                    repeatable: isRepeatable,
                    requestID: id
                )
            outcome = reply?.status == 200 && reply?.body == body ? "ok" : "wrong"
        } catch {
            outcome = (error.code.mayHaveRun ? "+" : "-") + error.code.description
        }
        ledger.write(.ended, id, outcome)
        return outcome
    }
}
