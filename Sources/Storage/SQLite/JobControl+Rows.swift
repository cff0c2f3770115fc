import Bus
import JSON
import JobControl

extension JobEntry {
    /// Reads the columns of `SQLiteSQL.Job.entries`.
    init(row: SQLiteRow) throws {
        let sequence = row[0] as Int64
        guard let type = JobEntryType(rawValue: row[1]),
            let data = try? JSONValue(parsing: row[3] as String).objectValue
        else { throw StorageError.corrupt("journal entry \(sequence)") }
        self.init(
            sequence: UInt64(clamping: sequence),
            type: type,
            time: Timestamp(millisecondsSinceEpoch: row[2]),
            data: data,
            payload: try (row[4] as String?).map { try JSONValue(parsing: $0) }
        )
    }
}

extension JobRecord {
    /// All columns of a summary, in the order of `SQLiteSQL.Job`.
    var columns: [any SQLiteValue] { changingColumns + [parent, documentHash] }

    /// The columns that entries change.
    var changingColumns: [any SQLiteValue] {
        [
            id, status.rawValue, name?.withoutNUL, createdAt.description, completedAt?.description, steps,
            error?.withoutNUL, failedTask?.withoutNUL,
        ]
    }

    /// Reads the same columns.
    init(row: SQLiteRow) throws {
        let id = row[0] as String
        guard let status = JobStatus(rawValue: row[1]), let createdAt = Timestamp(row[3]) else {
            throw StorageError.corrupt("job \(id)")
        }
        self.init(
            id: id,
            status: status,
            name: row[2],
            createdAt: createdAt,
            completedAt: (row[4] as String?).flatMap { Timestamp($0) },
            steps: row[5],
            error: row[6],
            failedTask: row[7],
            parent: row[8],
            documentHash: row[9]
        )
    }
}

extension JobFilter {
    /// What is looked for, in the order of `SQLiteSQL.Job.matchesUp`; an empty text looks for nothing.
    var columns: [any SQLiteValue] {
        [name, status, createdAt, completedAt].map { $0?.isEmpty == true ? nil : $0?.withoutNUL }
    }
}
