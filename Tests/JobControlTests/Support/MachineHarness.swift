import Bus
import JSON
import Testing

@testable import JobControl

/// A machine, all the entries it made, and the actions it waits for: what a driver is, without time and bus.
struct MachineHarness {
    var machine: JobMachine
    private(set) var entries: [JobEntry] = []
    private(set) var actions: [JobAction] = []
    var now: Int64 = 0
    /// What the services say of themselves, by their names; nothing where they are not here.
    var forms: [String: ServiceForms] = [:]

    /// A job that was submitted and started.
    init(
        _ document: String,
        tasksAtOnce: Int = 256,
        reverts: RetryPolicy = .init(attempts: 2, delay: .seconds(1)),
        forms: [String: ServiceForms] = [:]
    ) throws {
        let options = JobMachine.Options(tasksAtOnce: tasksAtOnce, reverts: reverts)
        machine = JobMachine(id: "job-1", document: try JobDocument(document), at: .at(0), options: options)
        self.forms = forms
        entries = machine.submit()
        take(machine.resume(at: .at(0)))
    }

    /// A job that goes on after a restart.
    init(_ document: String, replaying entries: [JobEntry], at now: Int64 = 1_000) throws {
        let options = JobMachine.Options(reverts: .init(attempts: 2, delay: .seconds(1)))
        machine = JobMachine(id: "job-1", document: try JobDocument(document), replaying: entries, options: options)
        self.entries = entries
        self.now = now
        take(machine.resume(at: .at(now)))
    }

    /// A job that is not in hand, and of which a person wants something.
    init(
        _ document: String,
        replaying entries: [JobEntry],
        at now: Int64 = 1_000,
        steering action: SteeringCommand.Action
    ) throws {
        machine = JobMachine(id: "job-1", document: try JobDocument(document), replaying: entries)
        self.entries = entries
        self.now = now
        try machine.steer(SteeringCommand(action, reason: "because", by: "ada"), at: .at(now))
        take(machine.resume(at: .at(now)))
    }

    /// The types of all entries, in order.
    var types: [String] { entries.map(\.type.rawValue) }

    func entries(_ type: JobEntryType) -> [JobEntry] { entries.filter { $0.type == type } }

    /// The calls that wait to be made, by their tasks.
    var calls: [TaskCall] {
        actions.compactMap { if case .call(let call) = $0 { call } else { nil } }
    }

    /// The tasks that are to be cut off.
    var interrupts: [TaskID] {
        actions.compactMap { if case .interrupt(let task) = $0 { task } else { nil } }
    }

    /// The version that the state document is to be put back to.
    var restoring: Int? {
        actions.compactMap { if case .restoreState(let version) = $0 { version } else { nil } }.last
    }

    var reverts: [TaskCall] {
        actions.compactMap { if case .revert(let call) = $0 { call } else { nil } }
    }

    var outcome: JobOutcome? {
        if case .end(let outcome)? = actions.last { outcome } else { nil }
    }

    mutating func tell(_ inputs: JobInput..., chance: Double = 0) {
        take(machine.handle(inputs, at: .at(now), chance: chance))
    }

    /// Lets a person want something of the running job.
    mutating func steer(_ action: SteeringCommand.Action) throws {
        try machine.steer(SteeringCommand(action, reason: "because", by: "ada"), at: .at(now))
        tell()
    }

    /// Lets the time come for which the machine waits.
    mutating func wake() throws {
        let time = try #require(machine.wakeUpAt)
        now = time.millisecondsSinceEpoch - Timestamp.at(0).millisecondsSinceEpoch
        tell(.woken)
    }

    /// Ends the cutting off of a task's call.
    mutating func interrupt(_ step: Int, _ task: Int) {
        let id = TaskID(step, task)
        actions.removeAll { $0 == .interrupt(id) || $0.isCall(of: id) }
        tell(.interrupted(id))
    }

    /// Ends the putting back of the state document.
    mutating func restore(_ failure: TaskFailure? = nil) {
        actions.removeAll { if case .restoreState = $0 { true } else { false } }
        tell(.stateRestored(failure))
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
    mutating func complete(_ step: Int, _ task: Int, storing paths: [JSONPointer] = [], version: Int? = nil) {
        let stored = paths.map { StoredValue(path: $0, version: version) }
        end(TaskID(step, task), .completed(status: 200, stored: stored))
    }

    /// Ends a task with a failure.
    mutating func fail(_ step: Int, _ task: Int, _ message: String = "broken", _ effect: TaskEffect = .none) {
        end(TaskID(step, task), .failed(TaskFailure(message, status: effect == .none ? 400 : 500, effect: effect)))
    }

    mutating func end(_ task: TaskID, _ end: TaskEnd) {
        actions.removeAll { $0.isCall(of: task) }
        tell(.ended(task, end))
        settle()
    }

    /// Ends the revert that waits, or that of a task.
    mutating func revert(_ task: TaskID? = nil, _ result: Result<Int, TaskFailure> = .success(200)) {
        guard let call = reverts.first(where: { task == nil || $0.task == task }) else { return }
        actions.removeAll { $0 == .revert(call) }
        tell(.reverted(call.task, result))
    }

    private func begin(_ task: TaskID, _ missing: Set<String>) -> TaskBeginning {
        let tag = machine.document[task].tag ?? ""
        let target: Result<ServiceTarget, TaskFailure> =
            missing.contains(tag)
            ? .failure(TaskFailure("No service found for tag \(tag)", effect: .none))
            : .success(ServiceTarget(name: "service-\(tag)", forms: forms[tag] ?? .unknown))
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
        case .call, .revert, .interrupt, .restoreState, .end: true
        case .begin, .prepareState: false
        }
    }

    fileprivate func isCall(of task: TaskID) -> Bool {
        if case .call(let call) = self { call.task == task } else { false }
    }
}
