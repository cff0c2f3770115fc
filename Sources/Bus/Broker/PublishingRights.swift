import Synchronization
import ZeroMQ

/// Who may publish what: looked at for every event.
struct PublishingRights: Sendable {
    private var access: AccessTable
    private let gate: AccessGate
    /// Whose the last event was, and probably the next.
    private var last = AccessTable.own

    init(_ rules: AccessRules, gate: AccessGate) {
        access = AccessTable(rules)
        self.gate = gate
    }

    mutating func replace(with rules: AccessRules) { access.replace(with: rules) }

    /// Whether the sender of this first frame of an event, its topic, may publish it.
    mutating func mayPass(_ topic: borrowing Message) -> Bool {
        let number = number(of: topic)
        last = number
        if topic.withUnsafeBytes({ access[number].mayPublish($0) }) { return true }
        gate.events.add(1, ordering: .relaxed)
        gate.refuse("to publish \(topic.text() ?? "bytes")", to: access[number].name)
        return false
    }

    @inline(__always)
    private mutating func number(of topic: borrowing Message) -> Int {
        if let number = access.number(of: topic, guess: last) { return number }
        // The rules that let it in may not have arrived here yet.
        access.replace(with: gate.rules)
        return access.number(of: topic, guess: last) ?? AccessTable.stranger
    }
}
