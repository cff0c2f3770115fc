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

    /// 409: what was there before that change is not known any more.
    static func historyEnds(_ id: String, at version: Int) -> Problem {
        Problem(
            .conflict,
            "The history of the state document '\(id)' does not reach back over version \(version).",
            members: ["version": JSONValue(version)]
        )
    }

    /// 409: that version is still to come.
    static func noSuchVersion(_ wanted: Int, of id: String, newest: Int) -> Problem {
        Problem(
            .conflict,
            "The state document '\(id)' has no version \(wanted): its newest is \(newest).",
            members: ["version": JSONValue(newest)]
        )
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
