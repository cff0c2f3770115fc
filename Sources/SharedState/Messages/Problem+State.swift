import Bus
import JSON

extension Problem {
    /// 404: there is no such document.
    static func stateNotFound(_ id: String) -> Problem {
        Problem(.notFound, "State document not found: \(id)")
    }

    /// 409: there is one already.
    static func stateExists(_ id: String) -> Problem {
        Problem(.conflict, "A state document with the id '\(id)' already exists.")
    }
}

extension JSONPatchError {
    /// Which operation is to blame, for programs.
    var members: JSONObject { operation.map { ["operation": JSONValue($0)] } ?? [:] }
}

extension JSONValue {
    /// A value as a sentence may quote it.
    var shortened: String {
        let text = description
        return text.count <= 60 ? text : text.prefix(60) + "…"
    }
}
