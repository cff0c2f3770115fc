extension JobStatus {
    /// Whether a job like that may be forgotten: it has ended, and left nothing that a person must settle.
    public var isForgettable: Bool { hasEnded && self != .revertIncomplete }

    /// The statuses of jobs that may be forgotten.
    public static let forgettable = allCases.filter(\.isForgettable)
}
