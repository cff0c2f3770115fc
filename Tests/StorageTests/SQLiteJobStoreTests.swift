import Bus
import JobControl
import Testing

@testable import Storage

/// What job-control is told when SQLite cannot take a job now.
@Suite(.timeLimit(.minutes(1))) struct SQLiteJobStoreTests {
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
                try await store.create(record, document: [], entries: [])
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
}
