import Bus
import JSON
import JobControl

extension JobEntry {
    /// Reads the columns of `PostgresSQL.Job.entries`.
    init(row: PostgresRow) throws {
        let sequence = row.integer(0)
        guard let type = JobEntryType(rawValue: row.text(1)),
            let data = try? JSONValue(parsing: row.text(3)).objectValue
        else { throw StorageError.corrupt("journal entry \(sequence)") }
        self.init(
            sequence: UInt64(clamping: sequence),
            type: type,
            time: Timestamp(millisecondsSinceEpoch: row.integer(2)),
            data: data,
            payload: try row.optionalText(4).map { try JSONValue(parsing: $0) }
        )
    }
}

extension LastEntry {
    /// Reads the columns of `PostgresSQL.Job.lastEntries`.
    init(row: PostgresRow) throws {
        self.init(job: row.text(5), try JobEntry(row: row))
    }
}

extension [JobEntryRow] {
    /// An array a column.
    var postgresColumns: [PostgresValue] {
        [
            .integers(map(\.sequence)), .texts(map(\.type)), .integers(map(\.time)), .texts(map(\.data)),
            .texts(map(\.payload)),
        ]
    }
}

extension JobRecord {
    /// All columns of a summary, in the order of `PostgresSQL.Job`.
    var postgresColumns: [PostgresValue] {
        changingPostgresColumns + [.optionalKey(parent), .text(documentHash)]
    }

    /// The columns that entries change.
    var changingPostgresColumns: [PostgresValue] {
        [
            .key(id), .text(status.rawValue), .optional(name?.withoutNUL), .text(createdAt.description),
            .optional(completedAt?.description), .integer(steps), .optional(error?.withoutNUL),
            .optional(failedTask?.withoutNUL),
        ]
    }

    /// Reads the same columns.
    init(row: PostgresRow) throws {
        let id = row.text(0)
        guard let status = JobStatus(rawValue: row.text(1)), let createdAt = Timestamp(row.text(3)) else {
            throw StorageError.corrupt("job \(id)")
        }
        self.init(
            id: id,
            status: status,
            name: row.optionalText(2),
            createdAt: createdAt,
            completedAt: row.optionalText(4).flatMap { Timestamp($0) },
            steps: Int(row.integer(5)),
            error: row.optionalText(6),
            failedTask: row.optionalText(7),
            parent: row.optionalText(8),
            documentHash: row.text(9)
        )
    }
}

extension JobFilter {
    /// What is looked for, in the order of `PostgresSQL.Job.matchesUp`; an empty text looks for nothing.
    var postgresColumns: [PostgresValue] {
        [name, status, createdAt, completedAt].map { .optional($0?.isEmpty == true ? nil : $0?.withoutNUL) }
    }
}
