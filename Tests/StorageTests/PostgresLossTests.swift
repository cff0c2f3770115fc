import Support
import Synchronization
import Testing

@testable import Storage

/// What is told when the server goes away in the middle: the truth, and then it goes on.
@Suite(.timeLimit(.minutes(2)))
struct PostgresLossTests {
    /// Ends every session of the address but the one that asks.
    private static func terminate(_ application: String) -> String {
        """
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE application_name = '\(application)' AND pid <> pg_backend_pid()
        """
    }

    /// Lends numbers whose sessions have a name of their own, and the address for asking beside them.
    private func withNamedNumbers(
        _ body: (_ database: PostgresDatabase, _ beside: PostgresAddress, _ name: String) async throws -> Void
    ) async throws {
        try await withSchema { beside in
            let name = beside.schema ?? ""
            let url = beside.url + (beside.url.contains("?") ? "&" : "?") + "application_name=\(name)&schema=\(name)"
            let database = try await PostgresDatabase.open(try PostgresAddress(url), migrations: counting)
            try await body(database, beside, name)
            await database.close()
        }
    }

    @Test func aWriteWhoseConnectionIsLostBeforeItsCommitIsDoneAgain() async throws {
        try await withNamedNumbers { database, beside, name in
            let gate = Gate()
            let runs = Atomic(0)
            async let writing: Void = database.write { db in
                db.run(insertion, [.integer(1)])
                _ = try db.first("SELECT 1::bigint", []) { $0.integer(0) }
                if runs.add(1, ordering: .relaxed).newValue == 1 { gate.wait() }
            }
            await gate.whenEntered()
            _ = try await ask(beside, Self.terminate(name))
            gate.open()
            try await writing
            #expect(runs.load(ordering: .relaxed) == 2)
            #expect(try await database.numbers() == [1])
        }
    }

    @Test func aReadWhoseConnectionIsLostIsDoneAgain() async throws {
        try await withNamedNumbers { database, beside, name in
            try await database.insert(1)
            let gate = Gate()
            let runs = Atomic(0)
            async let reading: Int? = database.read(isSnapshot: true) { db in
                _ = try db.first("SELECT 1::bigint", []) { $0.integer(0) }
                if runs.add(1, ordering: .relaxed).newValue == 1 { gate.wait() }
                return try db.first("SELECT count(*) FROM number", []) { Int($0.integer(0)) }
            }
            await gate.whenEntered()
            _ = try await ask(beside, Self.terminate(name))
            gate.open()
            #expect(try await reading == 1)
        }
    }

    @Test func idleConnectionsThatWereLostAreNotNoticed() async throws {
        try await withNamedNumbers { database, beside, name in
            try await database.insert(1)
            #expect(try await database.numbers() == [1])
            _ = try await ask(beside, Self.terminate(name))
            try await database.insert(2)
            #expect(try await database.numbers() == [1, 2])
        }
    }

    @Test func aCommitThatWasNotMadeIsFoundOutAndDoneAgain() async throws {
        try await withNamedNumbers { database, beside, name in
            try await administer(
                beside,
                """
                CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_advisory_xact_lock_shared(4711, hashtext('\(name)')); RETURN NULL; END $$;
                CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON number DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION hold();
                """
            )
            let holder = try await PostgresDatabase.open(beside, migrations: counting)
            let gate = Gate()
            async let holding: Void = holder.write { db in
                _ = try db.first("SELECT pg_advisory_xact_lock(4711, hashtext($1))", [.text(name)]) { _ in }
                gate.wait()
            }
            await gate.whenEntered()
            async let writing: Void = database.insert(1)
            // Its COMMIT waits, and the session that waits is ended.
            let ends = """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE application_name = '\(name)' AND wait_event = 'advisory' AND query = 'COMMIT'
                """
            while try await ask(beside, ends) == 0 {}
            gate.open()
            try await holding
            try await writing
            #expect(try await database.numbers() == [1])
            await holder.close()
        }
    }

    @Test func aCommitThatWasMadeIsFoundOutAndNotDoneAgain() async throws {
        try await OwnPostgres.with { server in
            let database = try await PostgresDatabase.open(server.address, migrations: counting)
            try await database.insert(1)
            // A commit that waits for a standby is on this server's disk already.
            try await setStandby("'none'", on: server.address)
            async let writing: Void = database.insert(2)
            let ends = """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'
                """
            while try await ask(server.address, ends) == 0 {}
            try await setStandby("''", on: server.address)
            try await writing
            #expect(try await database.numbers() == [1, 2])
            await database.close()
        }
    }

    private func setStandby(_ names: String, on address: PostgresAddress) async throws {
        try await administer(address, "ALTER SYSTEM SET synchronous_standby_names = \(names)")
        try await administer(address, "SELECT pg_reload_conf()")
        let shown = "SELECT count(*) FROM pg_settings WHERE name = 'synchronous_standby_names' AND setting = \(names)"
        while try await ask(address, shown) == 0 {}
    }

    @Test func aServerThatIsStoppedHardCostsNothingThatWasAcknowledged() async throws {
        try await OwnPostgres.with { server in
            var configuration = PostgresDatabase.Configuration()
            configuration.patience = .milliseconds(200)
            let database = try await PostgresDatabase.open(server.address, configuration, migrations: counting)
            let writers = (0..<4).map { writer in
                Task {
                    var acknowledged: [Int] = []
                    var refused: [Int] = []
                    for number in 0..<10_000_000 where !Task.isCancelled {
                        let value = number * 4 + writer
                        do {
                            try await database.insert(value)
                            acknowledged.append(value)
                        } catch let error as StorageError where error.code == .unavailable {
                            refused.append(value)
                        } catch let error as StorageError where error.code == .unknownOutcome {
                            continue
                        }
                    }
                    return (acknowledged, refused)
                }
            }
            for _ in 0..<2 {
                let before = database.statistics.commits
                while database.statistics.commits < before + 20 { await Task.yield() }
                try await server.stop("immediate")
                await #expect { try await database.numbers() } throws: {
                    ($0 as? StorageError)?.code == .unavailable
                }
                try await server.start()
            }
            let before = database.statistics.commits
            while database.statistics.commits < before + 20 { await Task.yield() }
            writers.forEach { $0.cancel() }
            var (acknowledged, refused): (Set<Int>, Set<Int>) = ([], [])
            for writer in writers {
                let (mine, others) = try await writer.value
                acknowledged.formUnion(mine)
                refused.formUnion(others)
            }
            let kept = Set(try await database.numbers())
            #expect(acknowledged.isSubset(of: kept))
            #expect(kept.isDisjoint(with: refused))
            #expect(!refused.isEmpty)
            await database.close()
        }
    }
}
