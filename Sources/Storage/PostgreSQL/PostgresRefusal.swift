import CPostgreSQL

/// What the server did not do, with its five-character code. The connection goes on.
struct PostgresRefusal: Error, Sendable, CustomStringConvertible {
    /// PostgreSQL's SQLSTATE.
    let state: String
    /// The first line of what it said. Its detail may hold stored values and is left out.
    let description: String

    init(state: String, description: String) {
        self.state = state
        self.description = description
    }

    init(_ result: OpaquePointer) {
        state = Self.field("C", of: result) ?? ""
        description = Self.field("M", of: result) ?? "no reason given"
    }

    /// Whether the same may succeed at once: the server broke a deadlock, or could not put two transactions in order.
    var isWorthRepeating: Bool { state == "40001" || state == "40P01" }

    /// Whether the session is over, or of no use: the server shuts down, starts up, ended it, or is a read-only copy.
    var endsTheSession: Bool { state.hasPrefix("57P") || state.hasPrefix("08") || state == "25006" }

    /// A field by libpq's letter for it (`PG_DIAG_…`).
    private static func field(_ letter: Unicode.Scalar, of result: OpaquePointer) -> String? {
        PQresultErrorField(result, Int32(letter.value)).map { String(cString: $0) }
    }
}
