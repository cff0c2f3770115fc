import Bus
import JSON
import Synchronization

@testable import JobControl

/// Partners that do what a test says, and remember what they were asked for, in order.
final class ScriptedPartners: JobPartners {
    typealias Answer = @Sendable (TaskCall) async throws -> TaskResult

    private let log = Mutex<[String]>([])
    private let state = Mutex<JSONValue>([:])
    private let answer: Answer
    private let preparation: @Sendable () async throws -> Void
    private let writing: @Sendable () async throws -> Void
    private let grade: @Sendable (String) async throws -> RequestGrade
    private let forms: ServiceForms
    private let versions = Attempts()

    init(
        answer: @escaping Answer = { _ in TaskResult(status: 200, body: Array("{}".utf8)) },
        preparing preparation: @escaping @Sendable () async throws -> Void = {},
        writing: @escaping @Sendable () async throws -> Void = {},
        forms: ServiceForms = .unknown,
        grading grade: @escaping @Sendable (String) async throws -> RequestGrade = { _ in RequestGrade(.reversible) }
    ) {
        self.answer = answer
        self.preparation = preparation
        self.writing = writing
        self.grade = grade
        self.forms = forms
    }

    /// What was asked for: `execute a`, `prepare`, `write /x`.
    var asked: [String] { log.withLock { $0 } }
    /// The state document.
    var content: JSONValue { state.withLock { $0 } }

    func find(_ task: JobTask) async throws -> ServiceTarget {
        guard let tag = task.tag, tag != "nobody" else {
            throw TaskFailure("No service found for tag \(task.tag ?? "")", effect: .none)
        }
        return ServiceTarget(name: tag, forms: forms)
    }

    func call(_ call: TaskCall, for job: String) async throws -> TaskResult {
        note("\(call.operation.rawValue) \(call.target.name)")
        return try await answer(call)
    }

    func prepare(_ preparation: StatePreparation, for job: String) async throws -> Int? {
        note("prepare")
        try await self.preparation()
        switch preparation {
        case .create(_, let content), .merge(_, let content): state.withLock { $0 = .object(content) }
        }
        return nil
    }

    func readState(_ id: String) async throws -> JSONValue {
        note("read")
        return content
    }

    func write(_ change: StateChange, to id: String, for job: String, key: String) async throws -> Int? {
        note("write \(change.path)")
        try await writing()
        state.withLock { $0[change.path.tokens[0]] = change.value }
        return versions.next() + 1
    }

    func restoreState(_ id: String, to version: Int, for job: String) async throws {
        note("restore \(version)")
    }

    func inspect(_ requestID: String, at target: ServiceTarget) async throws -> RequestGrade {
        try await grade(requestID)
    }

    private func note(_ what: String) {
        log.withLock { $0.append(what) }
    }
}
