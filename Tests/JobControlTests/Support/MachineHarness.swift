import Bus
import JSON

@testable import JobControl

/// A machine, all the entries it made, and the actions it waits for: what a driver is, without time and bus.
struct MachineHarness {
    var machine: JobMachine
    private(set) var entries: [JobEntry] = []
    private(set) var actions: [JobAction] = []
    var now: Int64 = 0

    /// A job that was submitted and started.
    init(_ document: String, tasksAtOnce: Int = 256) throws {
        machine = JobMachine(id: "job-1", document: try JobDocument(document), at: .at(0), tasksAtOnce: tasksAtOnce)
        entries = machine.submit()
        take(machine.resume(at: .at(0)))
    }

    /// A job that goes on after a restart.
    init(_ document: String, replaying entries: [JobEntry]) throws {
        machine = JobMachine(id: "job-1", document: try JobDocument(document), replaying: entries)
        self.entries = entries
        take(machine.resume(at: .at(1_000)))
    }

    /// The types of all entries, in order.
    var types: [String] { entries.map(\.type.rawValue) }

    func entries(_ type: JobEntryType) -> [JobEntry] { entries.filter { $0.type == type } }

    /// The calls that wait to be made, by their tasks.
    var calls: [TaskCall] {
        actions.compactMap { if case .call(let call) = $0 { call } else { nil } }
    }

    var reverts: [TaskCall] {
        actions.compactMap { if case .revert(let call) = $0 { call } else { nil } }
    }

    var outcome: JobOutcome? {
        if case .end(let outcome)? = actions.last { outcome } else { nil }
    }

    mutating func tell(_ inputs: JobInput...) {
        take(machine.handle(inputs, at: .at(now)))
    }

    /// Prepares the state document and begins whatever is to begin, with a service for every tag but those in
    /// `missing`.
    mutating func settle(state: JSONValue = [:], missing: Set<String> = []) {
        while let action = actions.first(where: { !$0.isCallOrEnd }) {
            actions.removeAll { $0 == action }
            switch action {
            case .prepareState: tell(.statePrepared(content: state))
            case .begin(let tasks, let readsState):
                tell(.begun(tasks.map { begin($0, missing) }, state: readsState ? .success(state) : nil))
            default: return
            }
        }
    }

    /// Ends a task with a success, and begins what comes after it.
    mutating func complete(_ step: Int, _ task: Int, storing paths: [JSONPointer] = []) {
        end(TaskID(step, task), .completed(status: 200, stored: paths))
    }

    /// Ends a task with a failure.
    mutating func fail(_ step: Int, _ task: Int, _ message: String = "broken", _ effect: TaskEffect = .none) {
        end(TaskID(step, task), .failed(TaskFailure(message, status: effect == .none ? 400 : 500, effect: effect)))
    }

    mutating func end(_ task: TaskID, _ end: TaskEnd) {
        actions.removeAll { if case .call(let call) = $0 { call.task == task } else { false } }
        tell(.ended(task, end))
        settle()
    }

    /// Ends the revert that waits.
    mutating func revert(_ result: Result<Int, TaskFailure> = .success(200)) {
        guard let call = reverts.first else { return }
        actions.removeAll { $0 == .revert(call) }
        tell(.reverted(call.task, result))
    }

    private func begin(_ task: TaskID, _ missing: Set<String>) -> TaskBeginning {
        let tag = machine.document[task].tag ?? ""
        let target: Result<ServiceTarget, TaskFailure> =
            missing.contains(tag)
            ? .failure(TaskFailure("No service found for tag \(tag)", effect: .none))
            : .success(ServiceTarget(name: "service-\(tag)"))
        return TaskBeginning(task: task, requestID: "request-\(task.step)-\(task.task)", target: target)
    }

    private mutating func take(_ transition: JobTransition) {
        entries += transition.entries
        actions += transition.actions
    }
}

extension JobAction {
    fileprivate var isCallOrEnd: Bool {
        switch self {
        case .call, .revert, .end: true
        case .begin, .prepareState: false
        }
    }
}
