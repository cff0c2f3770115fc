import JSON

/// What a service promises of one call, as far as is known: decides whether it may be sent again, and whether it can
/// be undone.
///
/// Kept in the journal with the task's start, so that going on after a restart needs no lookup.
public struct TaskContract: Sendable, Hashable {
    /// It changes nothing.
    public var isSafe = false
    /// Asking twice has the effect of asking once.
    public var isIdempotent = false
    /// Whether it can be undone; nil where nobody said.
    public var isReversible: Bool?
    /// Whether the service answers `repeat`.
    public var hasRepeat = true
    /// Whether the service answers `revert`.
    public var hasRevert = true
    /// Whether the service answers `inspect`.
    public var hasInspect = false

    public init() {}

    /// Whether `execute` may be sent twice.
    var allowsTwice: Bool { isSafe || isIdempotent }

    /// The members that differ from what is assumed of a service that says nothing; nil when none does.
    var json: JSONValue? {
        var object: JSONObject = [:]
        if isSafe { object["safe"] = true }
        if isIdempotent { object["idempotent"] = true }
        if let isReversible { object["reversible"] = .bool(isReversible) }
        if !hasRepeat { object["repeat"] = false }
        if !hasRevert { object["revert"] = false }
        if hasInspect { object["inspect"] = true }
        return object.isEmpty ? nil : .object(object)
    }

    /// Reads what ``json`` made.
    init(_ json: JSONValue?) {
        guard let json else { return }
        isSafe = json["safe"]?.boolValue ?? false
        isIdempotent = json["idempotent"]?.boolValue ?? false
        isReversible = json["reversible"]?.boolValue
        hasRepeat = json["repeat"]?.boolValue ?? true
        hasRevert = json["revert"]?.boolValue ?? true
        hasInspect = json["inspect"]?.boolValue ?? false
    }
}
