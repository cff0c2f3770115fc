/// What the body of a transaction works with: statements that it waits for, and statements that only leave.
///
/// Those that only leave go out with the next that is waited for, all in one round trip. Their failure is seen then, and
/// makes all that follows fail too, so a body need not look.
final class PostgresTransaction {
    /// Why nothing goes on here.
    enum Failure: Error {
        case lost(PostgresLoss)
        case refused(PostgresRefusal)
    }

    private let connection: PostgresConnection
    private let timeout: Duration
    private var leaving: [(command: PostgresCommand, answer: PostgresAnswer)] = []
    private(set) var failure: Failure?
    /// How many statements were given that change rows.
    private(set) var changes = 0

    init(on connection: PostgresConnection, within timeout: Duration) {
        self.connection = connection
        self.timeout = timeout
    }

    /// A change whose answer is wanted later, or never.
    @discardableResult
    func run(_ sql: String, _ values: [PostgresValue] = []) -> PostgresAnswer {
        changes += 1
        return ask(sql, values)
    }

    /// A question, or a command that changes no rows, whose answer is wanted later.
    @discardableResult
    func ask(_ sql: String, _ values: [PostgresValue] = []) -> PostgresAnswer {
        let answer = PostgresAnswer(of: self)
        leaving.append((PostgresCommand(sql: sql, values: values), answer))
        return answer
    }

    /// Maps the first row of a change's answer, or answers nil when there is none.
    func change<T>(_ sql: String, _ values: [PostgresValue], _ transform: (PostgresRow) throws -> T) throws -> T? {
        try run(sql, values).rows().first(transform)
    }

    /// Maps the first row, or answers nil when there is none.
    func first<T>(_ sql: String, _ values: [PostgresValue], _ transform: (PostgresRow) throws -> T) throws -> T? {
        try ask(sql, values).rows().first(transform)
    }

    /// Maps every row.
    func all<T>(_ sql: String, _ values: [PostgresValue] = [], _ transform: (PostgresRow) throws -> T) throws -> [T] {
        try ask(sql, values).rows().map(transform)
    }

    /// Sends what is to leave and waits until all of it is done.
    func flush() throws(Failure) {
        if let failure { throw failure }
        guard !leaving.isEmpty else { return }
        let sent = leaving
        leaving.removeAll()
        do throws(PostgresLoss) {
            for ((_, answer), reply) in zip(sent, try connection.run(sent.map(\.command), within: timeout)) {
                settle(answer, with: reply)
            }
        } catch {
            failure = .lost(error)
        }
        if let failure { throw failure }
    }

    /// Forgets what failed and what has not left yet; the caller goes back to a savepoint.
    func forgetFailure() {
        failure = nil
        leaving.removeAll()
    }

    private func settle(_ answer: PostgresAnswer, with reply: PostgresReply) {
        switch reply {
        case .rows(let rows): answer.received = rows
        case .failed(let refusal): failure = failure ?? .refused(refusal)
        case .skipped: break
        }
    }
}

/// What a statement that left will have answered.
final class PostgresAnswer {
    private let transaction: PostgresTransaction
    fileprivate(set) var received: PostgresRows?

    fileprivate init(of transaction: PostgresTransaction) { self.transaction = transaction }

    /// The rows; waits for them where they are not there yet.
    func rows() throws -> PostgresRows {
        if received == nil { try transaction.flush() }
        guard let received else {
            throw PostgresLoss(description: "a statement was undone before it was answered")
        }
        return received
    }
}
