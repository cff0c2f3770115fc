import JSON

/// Which affordance of the services a step uses, and whether its tasks run at the same time.
public enum StepMode: Sendable, Hashable, CustomStringConvertible {
    /// `execute`, all tasks at the same time: the default.
    case parallel
    /// `execute`, one task after the other.
    case sequential
    /// `repeat`, all tasks at the same time.
    case `repeat`
    /// `revert`, all tasks at the same time.
    case revert
    /// Any other value: the step is skipped and the job goes on.
    case unknown(String)

    init(_ json: JSONValue?) {
        guard let json = DocumentReader.present(json) else {
            self = .parallel
            return
        }
        switch json.stringValue {
        case "execute", "parallel": self = .parallel
        case "sequential": self = .sequential
        case "repeat": self = .repeat
        case "revert": self = .revert
        default: self = .unknown(json.stringValue ?? json.description)
        }
    }

    /// What a task of such a step asks its service for.
    var operation: TaskOperation {
        switch self {
        case .parallel, .sequential, .unknown: .execute
        case .repeat: .repeat
        case .revert: .revert
        }
    }

    public var description: String {
        switch self {
        case .parallel: "parallel"
        case .sequential: "sequential"
        case .repeat: "repeat"
        case .revert: "revert"
        case .unknown(let text): text
        }
    }
}
