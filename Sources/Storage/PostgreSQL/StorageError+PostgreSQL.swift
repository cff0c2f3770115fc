extension StorageError {
    /// What the server refused, as ours.
    static func refused(_ refusal: PostgresRefusal, at address: PostgresAddress) -> Self {
        Self(code(of: refusal), sentence(of: refusal, at: address), cause: refusal)
    }

    /// There is no connection, and there was none for as long as we wait. Nothing was written.
    static func unavailable(_ address: PostgresAddress, _ loss: PostgresLoss) -> Self {
        Self(.unavailable, "The database \(address) cannot be reached: \(loss).", cause: loss)
    }

    /// The connection was lost during a commit, and the server did not come back to say what became of it.
    static func unknown(_ address: PostgresAddress, _ loss: PostgresLoss) -> Self {
        Self(
            .unknownOutcome,
            "The database \(address) was lost while it committed, and what was written may be there: \(loss).",
            cause: loss
        )
    }

    private static func code(of refusal: PostgresRefusal) -> Code {
        switch refusal.state {
        case "40001", "40P01", "55P03", "57014": .busy
        case "53100": .full
        case "42501": .cannotOpen
        case "XX001", "XX002": .corrupt
        default: .failed
        }
    }

    private static func sentence(of refusal: PostgresRefusal, at address: PostgresAddress) -> String {
        switch refusal.state {
        case "40001", "40P01", "55P03":
            "The database \(address) is kept busy by others: \(refusal)."
        case "57014": "The database \(address) took too long: \(refusal)."
        case "53100": "The disk that holds the database \(address) is full."
        default: "The database \(address) failed: \(refusal)."
        }
    }
}

extension PostgresRefusal {
    /// Whether somebody else held a lock for too long, which trying again at once would not change.
    var isLockTimeout: Bool { state == "55P03" }
}
