import Bus
import Support
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5))) struct LargeBodyTests {
    @Test func smallRequestsAreAnsweredWhileLargeOnesPass() async throws {
        let size = 64 << 20
        try await withTestBus(.tcp, heartbeat: .seconds(10)) { bus in
            try await bus.worker("large") { BusReply(body: $0.body) }
            try await bus.worker("small") { BusReply(body: $0.body) }
            let (client, other) = (bus.client(), bus.client())
            let isDone = Flag()
            let large = Task {
                defer { isDone.set() }
                for number in 1...3 {
                    let body = [UInt8](repeating: UInt8(number), count: size)
                    let reply = try await client.request("large", "execute", body: body, within: .seconds(100))
                    #expect(reply.body.count == size && reply.body.first == body.first && reply.body.last == body.last)
                }
            }
            var answered = 0
            while !isDone.isSet {
                #expect(try await other.request("small", "execute", body: [1]).body == [1])
                answered += 1
            }
            try await large.value
            // One at a time: were each made to wait for a large one, there would be three.
            #expect(answered > 4)
        }
    }

    @Test func aBodyThatIsLongerIsRefusedWithoutHarm() async throws {
        try await withTestBus(.tcp, heartbeat: .seconds(10)) { bus in
            try await bus.worker("large") { BusReply(body: [UInt8($0.body.count & 1)]) }
            let client = bus.client()
            let body = [UInt8](repeating: 1, count: (64 << 20) + 1)
            await #expect(throws: BusError.self) {
                try await client.request("large", "execute", body: body, within: .seconds(100))
            }
            #expect(try await client.request("large", "execute", body: [1]).body == [1])
        }
    }
}

private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}
