import Bus
import JSON

/// What a writer wants to be true of the document before its change: the way to lose no other's change.
struct StatePrecondition: Sendable, Hashable {
    var ifMatch: EntityTags?
    var ifNoneMatch: EntityTags?

    /// Nothing is wanted.
    init() {}

    /// What a request's `if-match` and `if-none-match` want.
    init(_ request: BusRequest) {
        ifMatch = request.annotations[Annotations.ifMatch].map(EntityTags.init)
        ifNoneMatch = request.annotations[Annotations.ifNoneMatch].map(EntityTags.init)
    }

    /// - Throws: a 412 problem with the version that the document has.
    func check(_ document: StateDocument?, id: String) throws(Problem) {
        if let ifMatch, !(document.map { ifMatch.contain($0.version) } ?? false) {
            throw document.map(Self.otherVersion)
                ?? Problem(.preconditionFailed, "There is no state document '\(id)' in any version.")
        }
        if let ifNoneMatch, let document, ifNoneMatch.containWeakly(document.version) {
            throw Self.otherVersion(document)
        }
    }

    private static func otherVersion(_ document: StateDocument) -> Problem {
        Problem(
            .preconditionFailed,
            "The state document '\(document.id)' has version \(document.version), which is not what the request allows.",
            members: ["version": .init(document.version)]
        )
    }
}
