/// Why a store could not do what it was asked: a code to act on, a sentence that names the thing, and a cause.
///
/// Errors that a store's caller raises inside its own transaction body are not wrapped: they arrive as they were thrown.
public struct StorageError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; stable text, so that it may be logged and compared.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String

        /// Other processes kept the database locked for longer than we wait. Nothing was written.
        public static let busy = Self(description: "busy")
        /// More writes were waiting than the queue may hold. Nothing was written; try again later.
        public static let overloaded = Self(description: "overloaded")
        /// The database was closed. Nothing was written.
        public static let closed = Self(description: "closed")
        /// The disk is full. Nothing was written.
        public static let full = Self(description: "full")
        /// What is stored cannot be read back: another program wrote it, or the disk lost it.
        public static let corrupt = Self(description: "corrupt")
        /// The database was made by a newer version of the platform.
        public static let tooNew = Self(description: "too_new")
        /// The store's address is not one that this build understands.
        public static let badAddress = Self(description: "bad_address")
        /// The database cannot be opened: no such folder, no permission, not a database.
        public static let cannotOpen = Self(description: "cannot_open")
        /// The database's server cannot be reached. Nothing was written; try again later.
        public static let unavailable = Self(description: "unavailable")
        /// The server was lost during a commit and did not come back to say what became of it: the write may be there.
        public static let unknownOutcome = Self(description: "unknown_outcome")
        /// Anything else that the database reports; `cause` has it.
        public static let failed = Self(description: "failed")
    }

    public let code: Code
    /// One sentence: what could not be done, to what, and where it helps what to do.
    public let message: String
    /// What the database said.
    public let cause: (any Error)?

    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String { message }
}

extension StorageError {
    /// What is stored under that name is damaged.
    static func corrupt(_ what: String, cause: (any Error)? = nil) -> Self {
        Self(.corrupt, "The stored \(what) cannot be read.", cause: cause)
    }
}
