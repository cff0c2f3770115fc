import Testing

@testable import Bus

/// What a worker remembers of repeatable requests.
@Suite struct RepeatTableTests {
    private var table = RepeatTable(limits: .init(replies: 3, bytes: 8_000, age: .seconds(60)))
    private let id = RequestID()
    private let first = CallReference(loop: 0, key: 1)
    private let second = CallReference(loop: 1, key: 1)

    private mutating func begin(
        _ id: RequestID,
        _ call: CallReference,
        operation: String = "a",
        caller: RepeatTable.Caller = .init(),
        isRepeated: Bool = false,
        at now: Moment = .start
    ) -> RepeatTable.Arrival {
        table.begin(id, operation: operation, caller: caller, isRepeated: isRepeated, as: call, at: now)
    }

    private mutating func answer(_ id: RequestID, _ body: [UInt8] = [], at now: Moment = .start) {
        _ = begin(id, first, at: now)
        _ = table.finish(id, by: first, with: BusReply(body: body), at: now)
    }

    /// The reply that a repeat of `id` gets at once; nil when its handler runs.
    private mutating func repeated(_ id: RequestID, operation: String = "a", at now: Moment = .start) -> [UInt8]? {
        guard case .answered(let reply) = begin(id, second, operation: operation, isRepeated: true, at: now) else {
            return nil
        }
        return reply.body
    }

    @Test mutating func aRepeatGetsTheReplyThatWasGiven() {
        answer(id, [7])
        #expect(repeated(id) == [7])
        #expect(repeated(id) == [7])
    }

    @Test mutating func aRepeatOfWhatRunsWaitsForItsReply() {
        guard case .run = begin(id, first) else { return #expect(Bool(false), "the first attempt should run") }
        guard case .follow = begin(id, second, isRepeated: true) else {
            return #expect(Bool(false), "its repeat should wait")
        }
        #expect(table.finish(id, by: first, with: BusReply(), at: .start) == [second])
    }

    @Test mutating func theHandlerGoesOnWhenTheConnectionIsLost() {
        _ = begin(id, first)
        table.lose(id, first)
        _ = begin(id, second, isRepeated: true)
        #expect(table.finish(id, by: first, with: BusReply(body: [1]), at: .start) == [second])
        #expect(repeated(id) == [1])
    }

    @Test mutating func theHandlerIsStoppedWhenTheLastWhoWaitedGivesUp() {
        _ = begin(id, first)
        _ = begin(id, second, isRepeated: true)
        #expect(table.cancel(id, first) == nil)
        #expect(table.cancel(id, second) == first)
    }

    @Test mutating func whatWasCancelledIsNotRemembered() {
        _ = begin(id, first)
        #expect(table.cancel(id, first) == first)
        #expect(table.finish(id, by: first, with: BusReply(), at: .start) == [])
        #expect(repeated(id) == nil)
    }

    @Test mutating func whatIsNoRepeatRunsAlsoUnderAnIdThatIsKnown() {
        answer(id, [1])
        guard case .run = begin(id, second) else { return #expect(Bool(false), "nobody said that it is a repeat") }
        guard case .runUnknown = begin(id, first) else { return #expect(Bool(false), "the id is taken") }
    }

    @Test mutating func anotherOperationUnderTheSameIdIsAnotherRequest() {
        answer(id, [1])
        #expect(repeated(id, operation: "b") == nil)
    }

    @Test(arguments: [["peer": "b", "roles": "r"], ["peer": "a", "roles": "s"], [:]] as [Annotations])
    mutating func anotherCallerUnderTheSameIdGetsNothingOfIt(_ stranger: Annotations) {
        let owner = RepeatTable.Caller(["peer": "a", "roles": "r"])
        _ = begin(id, first, caller: owner)
        guard case .runUnknown = begin(id, second, caller: .init(stranger), isRepeated: true) else {
            return #expect(Bool(false), "it should not wait for the reply to another")
        }
        #expect(table.finish(id, by: first, with: BusReply(body: [1]), at: .start) == [])
        guard case .runUnknown = begin(id, second, caller: .init(stranger), isRepeated: true) else {
            return #expect(Bool(false), "it should not get the reply to another")
        }
        guard case .answered = begin(id, second, caller: owner, isRepeated: true) else {
            return #expect(Bool(false), "the reply is still its caller's")
        }
    }

    @Test mutating func whatIsOldIsForgotten() {
        answer(id, [1])
        #expect(repeated(id, at: .start + .seconds(60)) == nil)
        table.expire(at: .start + .seconds(200))
        #expect(table.bytes == 0)
    }

    @Test mutating func onlySoManyRepliesAreRemembered() {
        let ids = (0..<4).map { _ in RequestID() }
        for id in ids { answer(id, [1]) }
        #expect(table.count == 3)
        #expect(ids.map { repeated($0) != nil } == [false, true, true, true])
    }

    @Test mutating func onlySoManyBytesAreRemembered() {
        table = RepeatTable(limits: .init(replies: 100, bytes: 8_000, age: .seconds(60)))
        let ids = (0..<20).map { _ in RequestID() }
        for id in ids { answer(id, [UInt8](repeating: 0, count: 800)) }
        #expect(table.bytes <= 8_000)
        #expect(repeated(ids[0]) == nil)
        #expect(repeated(ids[19]) != nil)
    }

    @Test mutating func aReplyThatWouldFillTheMemoryIsNotRemembered() {
        answer(id, [1])
        let large = RequestID()
        answer(large, [UInt8](repeating: 0, count: 4_000))
        #expect(repeated(large) == nil)
        #expect(repeated(id) == [1])
    }

    @Test mutating func anIdThatIsUsedAgainCountsOnce() {
        for _ in 0..<50 { answer(id, [1, 2, 3]) }
        #expect(table.count == 1)
        #expect(table.bytes == 131)
    }
}
