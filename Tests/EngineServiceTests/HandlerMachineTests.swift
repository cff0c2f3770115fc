import Bus
import JSON
import Testing

@testable import EngineService

@Suite struct HandlerMachineTests {
    private var machine = HandlerMachine(command: "score")
    private let first = HandlerMachine.Call(number: 1, line: [1])
    private let second = HandlerMachine.Call(number: 2, line: [2])
    private let done = Array(#"{"result":7}"#.utf8)

    @Test mutating func theFirstCallStartsTheProcessAndTheSecondWaitsForItsTurn() {
        #expect(machine.called(first) == [.start(life: 1), .watch(1)])
        #expect(machine.called(second) == [])
        #expect(machine.started(life: 1) == [.write([1], life: 1)])
        #expect(machine.received(done, life: 1) == [.answer(1, .success(7)), .write([2], life: 1), .watch(2)])
    }

    @Test mutating func aLineThatNobodyAskedForEndsTheProcess() {
        _ = machine.called(first)
        _ = machine.started(life: 1)
        _ = machine.received(done, life: 1)
        #expect(machine.received(done, life: 1) == [.kill(life: 1), .pause(.milliseconds(100))])
        #expect(machine.called(second) == [])
        #expect(machine.paused() == [.start(life: 2), .watch(2)])
    }

    @Test mutating func thePauseDoublesUpToTenSecondsAndAnAnswerEndsThat() {
        var pauses: [HandlerMachine.Action] = []
        for life in 1...9 {
            _ = machine.called(first)
            pauses += machine.closed(life: life, because: "ended").filter {
                if case .pause = $0 { true } else { false }
            }
            _ = machine.paused()
        }
        let times = [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]
        #expect(pauses == times.map { .pause(.milliseconds($0)) })
        _ = machine.called(first)
        _ = machine.started(life: 10)
        _ = machine.received(done, life: 10)
        #expect(machine.closed(life: 10, because: "ended") == [.pause(.milliseconds(100))])
    }

    @Test mutating func moreThanTheQueueHoldsIsRefused() {
        for number in 0...HandlerMachine.queueLimit { _ = machine.called(.init(number: number, line: [])) }
        let problem = Problem(.serviceUnavailable, "The handler of 'score' has 256 requests waiting already.")
        #expect(machine.called(.init(number: 999, line: [])) == [.answer(999, .failure(problem))])
    }

    @Test mutating func whatALateProcessSaysIsNotHeard() {
        _ = machine.called(first)
        _ = machine.started(life: 1)
        let late = Problem(.gatewayTimeout, "The handler of 'score' did not answer in time.")
        #expect(
            machine.timedOut(1) == [.kill(life: 1), .answer(1, .failure(late)), .pause(.milliseconds(100))]
        )
        #expect(machine.received(done, life: 1) == [])
        #expect(machine.closed(life: 1, because: "was killed") == [])
        #expect(machine.timedOut(1) == [])
    }

    @Test mutating func atTheEndEverybodyIsAnswered() {
        _ = machine.called(first)
        _ = machine.called(second)
        let stopped = Problem(.serviceUnavailable, "The handler of 'score' was stopped.")
        #expect(
            machine.ended() == [.answer(1, .failure(stopped)), .answer(2, .failure(stopped)), .end(life: 1)]
        )
        #expect(machine.called(first) == [.answer(1, .failure(stopped))])
    }

    @Test func linesArePutTogether() throws {
        var lines = HandlerLines(limit: 4)
        #expect(try lines.add(Array("ab".utf8)) == [])
        #expect(try lines.add(Array("c\n\nde\nf".utf8)) == ["abc", "", "de"].map { Array($0.utf8) })
        #expect(try lines.add(Array("ghi\n".utf8)) == [Array("fghi".utf8)])
        #expect(throws: HandlerLines.TooLong.self) { try lines.add(Array("abcde".utf8)) }
    }

    @Test func theLogIsBounded() {
        var log = HandlerLog()
        let long = Array((String(repeating: "x", count: 2_000) + "\n").utf8)
        let start = ContinuousClock.now
        #expect(log.lines(adding: long, at: start).first?.count == HandlerLog.lengthLimit)
        let many = Array(String(repeating: "y\n", count: 500).utf8)
        #expect(log.lines(adding: many, at: start).count == HandlerLog.lineLimit - 1)
        #expect(log.lines(adding: many, at: start + .seconds(10)).count == HandlerLog.lineLimit)
    }
}
