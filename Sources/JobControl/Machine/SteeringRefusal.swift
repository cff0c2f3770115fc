/// Why a job cannot be steered like that now: one sentence.
public struct SteeringRefusal: Error, Hashable, CustomStringConvertible {
    public enum Reason: Sendable, Hashable {
        /// The job is in another state.
        case conflict
        /// There is no such thing.
        case unknown
    }

    public var reason: Reason
    public var description: String

    init(_ description: String, reason: Reason = .conflict) {
        self.reason = reason
        self.description = description
    }
}
