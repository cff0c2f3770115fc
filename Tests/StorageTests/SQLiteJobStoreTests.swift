import Bus
import GRDB
import JobControl
import Testing

@testable import Storage

/// What is special to jobs in SQLite; the contracts have what every store does.
@Suite(.timeLimit(.minutes(1))) struct SQLiteJobStoreTests: JobSamples {
    @Test func aStoreWithTooMuchWaitingIsBusyAndHasWrittenNothing() async throws {
        var configuration = SQLiteDatabase.Configuration()
        configuration.writeLimit = 1
        try await withTemporaryFolder { [configuration] folder in
            let database = try await SQLiteDatabase.open(folder + "/p.db", configuration)
            let store = SQLiteJobStore(database)
            let gate = Gate()
            async let running: Void = database.write { _ in gate.wait() }
            await gate.whenEntered()
            async let waiting: Void = database.write { _ in }
            await database.whenQueued(1)
            let record = JobRecord(id: "a", status: .running, name: nil, createdAt: .now, steps: 1)
            await #expect {
                try await store.create(record, document: [], entries: [], key: nil)
            } throws: { error in
                if case .busy = error as? JobStoreError { true } else { false }
            }
            gate.open()
            try await running
            try await waiting
            #expect(try await store.record("a") == nil)
            try await database.close()
        }
    }

    @Test(arguments: Backend.durable)
    func jobsOutliveTheProcess(_ backend: Backend) async throws {
        try await afterReopening(backend) { stores in
            try await stores.jobs.create(record("a"), document: [1, 2], entries: [entry(1)], key: nil)
            try await stores.jobs.append([entry(2)], to: record("a", .running))
        } _: { stores in
            #expect(try await stores.jobs.unfinished() == [record("a", .running)])
            #expect(try await stores.jobs.entries(of: "a", after: 0, limit: 9) == [entry(1), entry(2)])
            #expect(try await stores.jobs.document("a") == [1, 2])
            try await stores.jobs.append([entry(3)], to: record("a", .completed))
        }
    }

    @Test(
        arguments: [
            (SQLiteSQL.Job.unfinished, "USING INDEX job_unfinished"),
            (SQLiteSQL.Job.incomplete, "USING INDEX job_incomplete"),
            (SQLiteSQL.Job.endedBefore, "USING INDEX job_forgettable"),
            (SQLiteSQL.Job.endedBeyond, "USING INTEGER PRIMARY KEY"),
            (SQLiteSQL.Job.pageUp, "USING INTEGER PRIMARY KEY"),
            (SQLiteSQL.Job.pageDown, "USING INTEGER PRIMARY KEY"),
            (SQLiteSQL.Job.idForKey, "USING INDEX job_key"),
        ]
    )
    func whatIsAskedOftenAsksAnIndex(_ sql: String, _ index: String) async throws {
        try await withTemporaryFolder { folder in
            let database = try await SQLiteDatabase.open(folder + "/p.db")
            let plan = try await database.plan(of: sql)
            #expect(plan.contains(index))
            #expect(!plan.contains("TEMP B-TREE"))
            try await database.close()
        }
    }

    @Test func aDatabaseOfAnEarlierVersionKeepsItsJobs() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/p.db"
            let old = try await SQLiteDatabase.open(path, migrations: Array(Migration.all.prefix(4)))
            try await old.write { db in
                try db.run(
                    """
                    INSERT INTO job (id, status, created_at, steps, last_sequence)
                    VALUES ('a', 'running', ?, 2, 0)
                    """,
                    [Self.start.description]
                )
            }
            try await old.close()
            let database = try await SQLiteDatabase.open(path)
            let store = SQLiteJobStore(database)
            #expect(try await store.record("a") == record("a", .running))
            try await store.append([entry(1)], to: record("a", .completed))
            #expect(try await store.record("a")?.status == .completed)
            try await database.close()
        }
    }
}

extension SQLiteDatabase {
    /// What SQLite says of how it runs a statement.
    fileprivate func plan(of sql: String) async throws -> String {
        try await read { db in
            let values = Array(repeating: 0, count: sql.count { $0 == "?" })
            return try db.all("EXPLAIN QUERY PLAN " + sql, values) { $0[3] as String }.joined(separator: "\n")
        }
    }
}
