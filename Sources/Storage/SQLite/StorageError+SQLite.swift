import GRDB

extension StorageError {
    /// SQLite's own errors as ours; everything else (what a transaction's body threw) as it is.
    static func translating(_ error: any Error, at path: String) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        return StorageError(code(of: error), "\(sentence(of: error, at: path))", cause: error)
    }

    private static func code(of error: DatabaseError) -> Code {
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
        case .SQLITE_FULL: .full
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY: .cannotOpen
        case .SQLITE_MISUSE, .SQLITE_INTERRUPT, .SQLITE_ABORT: .closed
        default: .failed
        }
    }

    private static func sentence(of error: DatabaseError, at path: String) -> String {
        let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return "The database \(path) is locked by another process: \(reason)."
        case .SQLITE_FULL: return "The disk that holds the database \(path) is full."
        case .SQLITE_CANTOPEN: return "Cannot open the database \(path): \(reason). Does its folder exist?"
        default: return "The database \(path) failed: \(reason)."
        }
    }
}
