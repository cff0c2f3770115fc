public import JSON

/// One value that a task's result puts into the state document.
public struct StateChange: Sendable, Hashable {
    public var path: JSONPointer
    public var value: JSONValue

    public init(path: JSONPointer, value: JSONValue) {
        self.path = path
        self.value = value
    }
}

extension TaskResult {
    /// What `mappings` take out of this result, in their order.
    ///
    /// - Throws: ``TaskFailure`` when a `sourcePath` is not there, and when the result is not JSON and there is no
    ///   mapping at all. The service has done its work by then, so the failure's effect is ``TaskEffect/done``.
    public func changes(by mappings: [ResultMapping]) throws(TaskFailure) -> [StateChange] {
        let json = json
        if mappings.isEmpty, json == nil {
            throw TaskFailure(
                "The result is not JSON (\(contentType ?? "no content type")) and no storeResultAt says where to keep it",
                status: status,
                effect: .done
            )
        }
        let value = json ?? raw
        var changes: [StateChange] = []
        for mapping in mappings where mapping.applies(to: status) {
            guard let part = value[mapping.sourcePath] else {
                throw TaskFailure(
                    "The result has nothing at \(mapping.sourcePath) to store at \(mapping.targetPath)",
                    status: status,
                    effect: .done
                )
            }
            changes.append(StateChange(path: mapping.targetPath, value: part))
        }
        return changes
    }
}
