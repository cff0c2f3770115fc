/// A connection that is of no use any more, and why. What was not committed on it is undone by the server.
struct PostgresLoss: Error, CustomStringConvertible {
    let description: String
}
