import JSON
import JobControl

/// What one `run` will send, decided before anything is sent: the state document to make and the job to submit.
///
/// Pure, so that `--dry-run` prints exactly what a run would do.
struct RunPlan: Equatable {
    /// The state document to make first; nil when the job names one of its own and no values were given.
    var state: NewState?
    /// The job document as it will be submitted; ``RunPlan/submission(stateID:)`` adds the state document's id.
    var document: JSONObject

    /// A shared-state document to make before the job is submitted.
    struct NewState: Equatable {
        /// The id that the user chose; nil lets the platform choose.
        var id: String?
        var content: JSONObject
    }

    /// Merges the sources of initial state: the `--state` file, under the job file's `initialState`, under `--set`.
    ///
    /// - Throws: ``RunnerFailure`` when a part is no object, or `id` no non-empty string.
    init(job: JSONValue, stateFile: JSONValue?, assignments: [Assignment]) throws {
        guard case .object(var document) = job else {
            throw RunnerFailure.usage("the job file must hold a JSON object")
        }
        var content = try Self.object(stateFile, named: "the --state file")
        let initial = try Self.object(document["initialState"], named: "`initialState` in the job file")
        for (key, value) in initial { content[key] = value }
        let givesState = stateFile != nil || document["initialState"] != nil || !assignments.isEmpty
        for assignment in assignments { content = try assignment.applied(to: content) }

        document.removeValue(forKey: "initialState")
        self.document = document
        let namesState = document["state"] != nil || document["sharedStateURL"] != nil
        state = givesState || !namesState ? try Self.newState(from: content) : nil
    }

    /// The document to submit once the state document is there.
    func submission(stateID: String?) -> JSONValue {
        guard let stateID else { return .object(document) }
        var submitted = document
        submitted.removeValue(forKey: "sharedStateURL")
        submitted["state"] = .string(stateID)
        return .object(submitted)
    }

    /// Everything that is wrong with the job document; empty when it can be submitted.
    var faults: [JobFault] {
        do {
            _ = try JobDocument(parsing: submission(stateID: state.map { $0.id ?? "new" }))
            return []
        } catch {
            return error.faults
        }
    }

    /// What `--dry-run` prints.
    var json: JSONValue {
        var plan: JSONObject = [:]
        if let state {
            var content: JSONObject = [:]
            if let id = state.id { content["id"] = .string(id) }
            for (key, value) in state.content { content[key] = value }
            plan["state"] = .object(content)
        }
        plan["job"] = submission(stateID: state.map { $0.id ?? "<made by the platform>" })
        return .object(plan)
    }

    private static func newState(from content: JSONObject) throws -> NewState {
        var content = content
        guard let id = content.removeValue(forKey: "id") else { return NewState(id: nil, content: content) }
        guard let text = id.stringValue, !text.isEmpty else {
            throw RunnerFailure.usage("the state's `id` must be a non-empty string, not \(id)")
        }
        return NewState(id: text, content: content)
    }

    private static func object(_ value: JSONValue?, named name: String) throws -> JSONObject {
        guard let value else { return [:] }
        guard case .object(let object) = value else { throw RunnerFailure.usage("\(name) must be a JSON object") }
        return object
    }
}
