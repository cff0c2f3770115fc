public import JSON

/// What undoing a request would do now, as its service says it.
public struct RequestGrade: Sendable, Hashable {
    public enum Grade: String, Sendable, Hashable {
        /// It can be undone.
        case reversible
        /// It cannot be undone.
        case irreversible
        /// It was undone already.
        case undone
        /// A later request has changed what it made; undoing it would undo that too.
        case changed
    }

    public var grade: Grade
    /// Why, in a sentence, where it is not reversible.
    public var reason: String?
    /// Who changed it.
    public var changedBy: JSONValue?

    public init(_ grade: Grade, reason: String? = nil, changedBy: JSONValue? = nil) {
        self.grade = grade
        self.reason = reason
        self.changedBy = changedBy
    }

    /// Reads the answer of `inspect`.
    init(_ json: JSONValue) {
        let said = json["reason"]?.stringValue
        switch json["grade"]?.stringValue.flatMap(Grade.init) {
        case .changed?:
            let who = json["changedBy"]?["client"]?.stringValue ?? json["changedBy"]?["requestId"]?.stringValue
            self.init(.changed, reason: said ?? who.map { "changed since by \($0)" }, changedBy: json["changedBy"])
        case let grade?:
            self.init(grade, reason: said)
        case nil:
            self.init(.irreversible, reason: said ?? "the service does not know the request any more")
        }
    }
}
