import Dispatch
import Synchronization

/// What waits for a lane: bounded, in order of arrival, taken by threads that sleep while there is nothing.
final class LaneQueue<Element: Sendable>: Sendable {
    private struct State {
        var waiting: [Element] = []
        /// How many threads sleep.
        var idle = 0
        var isClosed = false
    }

    enum Refusal: Error {
        case closed, full
    }

    private let state = Mutex(State())
    private let wakeUp = DispatchSemaphore(value: 0)
    let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { state.withLock { $0.waiting.count } }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    func add(_ element: Element) throws(Refusal) {
        let (refusal, wakes) = state.withLock { state -> (Refusal?, Bool) in
            if state.isClosed { return (.closed, false) }
            if state.waiting.count >= limit { return (.full, false) }
            state.waiting.append(element)
            guard state.idle > 0 else { return (nil, false) }
            state.idle -= 1
            return (nil, true)
        }
        if wakes { wakeUp.signal() }
        if let refusal { throw refusal }
    }

    /// Sleeps until there is something and takes as many of the first as `choose` says; nil when the queue is closed
    /// and empty.
    func next(_ choose: ([Element]) -> Int) -> [Element]? {
        while true {
            let (taken, isOver) = state.withLock { state -> ([Element], Bool) in
                guard state.waiting.isEmpty else {
                    let taken = Array(state.waiting.prefix(max(choose(state.waiting), 1)))
                    state.waiting.removeFirst(taken.count)
                    return (taken, false)
                }
                if !state.isClosed { state.idle += 1 }
                return ([], state.isClosed)
            }
            if !taken.isEmpty { return taken }
            if isOver { return nil }
            wakeUp.wait()
        }
    }

    /// Everything that waits now.
    func takeAll() -> [Element] {
        state.withLock { state in
            defer { state.waiting.removeAll() }
            return state.waiting
        }
    }

    /// Refuses everything from now on; what waits is still done.
    func close() {
        let sleepers = state.withLock { state in
            state.isClosed = true
            defer { state.idle = 0 }
            return state.idle
        }
        for _ in 0..<sleepers { wakeUp.signal() }
    }
}
