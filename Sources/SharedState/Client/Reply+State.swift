import Bus
import JSON

extension Reply {
    /// What the service said against it.
    func stateProblem(_ operation: String) -> Problem {
        Problem(parsing: body, status: status)
            ?? Problem(status, "shared-state answered '\(operation)' with the status \(status).")
    }

    /// The version that the entity tag names.
    var stateVersion: Int {
        get throws(BusError) {
            guard let tag = annotations[Annotations.etag], let version = Int(tag.filter { $0 != "\"" }) else {
                throw .notFromState("the version is missing")
            }
            return version
        }
    }
}

extension BusError {
    /// The service that is called shared-state does not answer as it must.
    static func notFromState(_ fault: String) -> BusError {
        BusError(.protocolViolation, "the answer of shared-state cannot be read: \(fault)")
    }
}

extension StateContent {
    init(_ reply: Reply) throws {
        guard let time = reply.annotations[Annotations.lastModified].flatMap(Timestamp.init) else {
            throw BusError.notFromState("the time is missing")
        }
        self.init(content: try reply.json(), version: try reply.stateVersion, lastModified: time)
    }
}

extension StateCreated {
    init(_ reply: Reply) throws {
        let answer = try reply.json()
        guard let id = answer["id"]?.stringValue, let url = answer["stateURL"]?.stringValue else {
            throw BusError.notFromState("the id is missing")
        }
        self.init(id: id, version: try reply.stateVersion, stateURL: url)
    }
}
