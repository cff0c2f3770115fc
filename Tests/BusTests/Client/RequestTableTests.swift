import DequeModule
import Testing

@testable import Bus

/// The requests of a client, and the queue of those that wait for a broker.
@Suite struct RequestTableTests {
    private func request() -> PendingRequest {
        PendingRequest(
            RequestParameters(
                service: "text",
                operation: "a",
                body: [],
                annotations: [:],
                requestID: RequestID(),
                deadline: .never,
                priority: 4,
                isRepeatable: false,
                trace: nil,
                window: 0
            )
        )
    }

    @Test func whatIsOverDoesNotFillTheQueueWhileNoBrokerIsThere() {
        var table = RequestTable()
        var queue: Deque<UInt64> = []
        let lasting = request()
        table.add(lasting)
        queue.append(lasting.key)
        for _ in 0..<1000 {
            let request = request()
            table.add(request)
            queue.append(request.key)
            table.prune(&queue)
            _ = table.remove(request.key)
        }
        #expect(queue.count <= 70)
        #expect(queue.first == lasting.key)
    }
}
