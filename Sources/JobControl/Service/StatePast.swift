import Bus
import JSON

/// A state document's content on its way through its history, change by change from its making on.
struct StatePast: Sendable {
    private let id: String
    /// Nil while there is no document.
    private(set) var content: JSONValue?
    /// The version of the last change.
    private(set) var version = 0

    init(id: String) {
        self.id = id
    }

    /// Takes the next change; null for one that was too long to be kept.
    ///
    /// - Throws: a 409 ``Problem`` when a change before it is missing.
    mutating func apply(_ patch: JSONValue, version: Int) throws {
        guard version == self.version + 1, !patch.isNull else {
            throw Problem(.conflict, "The history of state document \(id) does not reach back far enough")
        }
        let patch = try JSONPatch(patch)
        // A plain nil would be JSON's null here.
        content = patch.operations == [.remove([])] ? JSONValue?.none : try patch.applied(to: content ?? nil)
        self.version = version
    }
}
