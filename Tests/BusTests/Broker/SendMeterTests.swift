import Testing

@testable import Bus

@Suite struct SendMeterTests {
    private typealias Limits = SendMeter.Limits

    private static func id(_ number: UInt64) -> RoutingID { RoutingID(word: number, count: 5) }

    /// Sends as the broker's loop does; returns the token if there is one, and nil for what is refused.
    private func send(
        _ count: Int,
        to peer: Int,
        _ meter: inout SendMeter,
        isOwn: Bool = false
    ) -> (verdict: SendMeter.Verdict, token: BytesOnTheirWay?) {
        let verdict = meter.judge(count, to: peer, id: Self.id(UInt64(peer)), isOwn: isOwn)
        guard case .sendWithToken(let bytes) = verdict else { return (verdict, nil) }
        return (verdict, meter.token(for: bytes, to: peer))
    }

    @Test func smallMessagesAreCountedTogether() {
        var meter = SendMeter()
        for _ in 0..<399 { #expect(send(100, to: 0, &meter).verdict == .send) }
        #expect(meter.bytes == 0)
        let token = send(100, to: 0, &meter).token
        #expect(token != nil && meter.bytes == 400 * 164)

    }

    @Test func whoDoesNotReadGetsNoMore() {
        var meter = SendMeter(Limits(peer: 1 << 20, all: 1 << 30))
        var tokens: [BytesOnTheirWay] = []
        while let token = send(100_000, to: 7, &meter).token { tokens.append(token) }
        #expect(meter.bytes > 1 << 20 && meter.bytes <= (1 << 20) + 100_064)
        #expect(send(100, to: 7, &meter).verdict == .refuse)
        #expect(send(100, to: 7, &meter, isOwn: true).verdict == .sendCopy, "a short message of the broker's own")
        #expect(send(100, to: 8, &meter).verdict == .send)
        tokens.removeAll()
        #expect(meter.bytes == 0 && send(100, to: 7, &meter).verdict == .send)
    }

    @Test func manyWhoDoNotReadLeaveRoomForOthers() {
        var meter = SendMeter(Limits(peer: 8 << 20, all: 16 << 20))
        var tokens: [BytesOnTheirWay] = []
        for peer in 0..<20 {
            while let token = send(100_000, to: peer, &meter).token { tokens.append(token) }
        }
        #expect(meter.bytes < 16 << 20 + 20 * (SendMeter.guaranteed + 100_064))
        #expect(send(200_000, to: 99, &meter).token != nil)
    }

    @Test func theNextPeerOfARowBeginsAnew() {
        var meter = SendMeter(Limits(peer: 100, all: 1 << 30))
        var tokens: [BytesOnTheirWay] = []
        while let token = send(100_000, to: 0, &meter).token { tokens.append(token) }
        #expect(meter.judge(100_000, to: 0, id: Self.id(1), isOwn: false) == .sendWithToken(100_064))
        #expect(tokens.count == 3)
    }
}
