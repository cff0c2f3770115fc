/// Names what only one transaction at a time may decide on, in all processes that share the database: a number of
/// PostgreSQL's advisory locks.
///
/// Two names may have one number. Then they wait for each other without need, which is rare and does no harm.
struct PostgresLock {
    private let schema: String

    init(in address: PostgresAddress) { schema = address.schema ?? "" }

    /// The number of `name` among the things of one kind.
    func number(_ kind: String, _ name: String = "") -> Int64 {
        // FNV-1a: the same in every process, whatever built it, which Swift's own hashes are not.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in [schema, kind, name] {
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x100_0000_01b3  // no UTF-8 text has this byte: it ends a part
        }
        return Int64(bitPattern: hash)
    }
}
