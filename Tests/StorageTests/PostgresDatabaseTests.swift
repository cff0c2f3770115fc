import Support
import Testing

@testable import Storage

/// The writer and the readers, without the stores.
@Suite(.timeLimit(.minutes(1)))
struct PostgresDatabaseTests {
    @Test func whatWasWrittenIsRead() async throws {
        try await withNumbers { database in
            try await database.insert(1)
            #expect(try await database.numbers() == [1])
        }
    }

    @Test func allKindsOfValuesComeBackAsTheyWere() async throws {
        try await withNumbers { database in
            let sql = "SELECT $1::bigint, $2::text, $3::bytea, $4::text, ($5::text[])[1], ($5::text[])[2], $6::bigint[]"
            let texts: [String?] = [#"a "b" \c, {d}"#, nil]
            let values: [PostgresValue] = [
                .integer(Int64.min), .text("€ 😀"), .bytes([0, 255, 1]), .null, .texts(texts), .integers([]),
            ]
            let row = try await database.read { db in
                try db.first(sql, values) { row in
                    let read = [row.text(1), row.optionalText(3), row.optionalText(4), row.optionalText(5)]
                    return (row.integer(0), row.bytes(2), read)
                }
            }
            #expect(row?.0 == .min)
            #expect(row?.1 == [0, 255, 1])
            #expect(row?.2 == ["€ 😀", nil, texts[0], nil])
        }
    }

    @Test func aBatchLargerThanEveryBufferGoesThrough() async throws {
        try await withNumbers { database in
            let text = String(repeating: "x", count: 1_000_000)
            let lengths = try await database.read { db in
                let answers = (0..<40).map { _ in db.ask("SELECT $1::text", [.text(text)]) }
                return try answers.map { try $0.rows().first { $0.text(0).utf8.count } }
            }
            #expect(lengths == Array(repeating: 1_000_000, count: 40))
        }
    }

    @Test func manyWritesAtOnceAllArrive() async throws {
        try await withNumbers { database in
            try await withThrowingTaskGroup { group in
                for number in 0..<2_000 { group.addTask { try await database.insert(number) } }
                try await group.waitForAll()
            }
            #expect(try await database.numbers() == Array(0..<2_000))
        }
    }

    @Test func writesThatWaitTogetherShareOneCommit() async throws {
        try await withNumbers { database in
            let before = database.statistics.commits
            let gate = Gate()
            async let blocked: Void = database.write { _ in gate.wait() }
            await gate.whenEntered()
            try await withThrowingTaskGroup { group in
                for number in 0..<100 { group.addTask { try await database.insert(number) } }
                await database.whenQueued(100)
                gate.open()
                try await group.waitForAll()
            }
            try await blocked
            #expect(database.statistics.commits <= before + 2, "the blocked write's, and one for the hundred")
            #expect(try await database.numbers() == Array(0..<100))
        }
    }

    @Test func refusalsOfEveryKindInOneGroupHurtNobodyElse() async throws {
        try await withNumbers { database in
            let gate = Gate()
            async let blocked: Void = database.write { _ in gate.wait() }
            await gate.whenEntered()
            let writes = (0..<60).map { number in
                Task {
                    try await database.write { db in
                        if number % 6 == 1 { throw Refusal() }
                        db.run(insertion, [.integer(number)])
                        if number % 6 == 3 { throw Refusal() }
                        if number % 6 == 5 { db.run(insertion, [.integer(number)]) }
                    }
                }
            }
            await database.whenQueued(60)
            gate.open()
            try await blocked
            var succeeded: [Int] = []
            for (number, write) in writes.enumerated() {
                switch await write.result {
                case .success: succeeded.append(number)
                case .failure(let error):
                    #expect(number % 6 == 5 ? (error as? StorageError)?.code == .failed : error is Refusal)
                }
            }
            #expect(succeeded == (0..<60).filter { $0 % 2 == 0 })
            #expect(try await database.numbers() == succeeded)
        }
    }

    @Test func aRefusalOfTheSecondHalfHurtsNobodyElse() async throws {
        try await withNumbers { database in
            async let good: Void = database.insert(1)
            await #expect(throws: Refusal.self) {
                try await database.writeInHalves { db in
                    let answer = db.run("UPDATE number SET value = 9 WHERE value = 8 RETURNING value")
                    return { if try answer.rows().count == 0 { throw Refusal() } }
                }
            }
            try await good
            #expect(try await database.numbers() == [1])
        }
    }

    @Test func aTransactionSeesItsOwnWritesAndNobodyElseDoesBefore() async throws {
        try await withNumbers { database in
            let gate = Gate()
            async let writing: Int? = database.write { db in
                db.run(insertion, [.integer(1)])
                let seen = try db.first("SELECT count(*) FROM number", []) { Int($0.integer(0)) }
                gate.wait()
                return seen
            }
            await gate.whenEntered()
            #expect(try await database.numbers().isEmpty)
            gate.open()
            let seen = try await writing
            #expect(seen == 1)
            #expect(try await database.numbers() == [1])
        }
    }

    @Test func moreWritesThanTheQueueHoldsAreRefused() async throws {
        var configuration = PostgresDatabase.Configuration()
        configuration.writeLimit = 1
        try await withNumbers(configuration) { database in
            let gate = Gate()
            async let running: Void = database.write { _ in gate.wait() }
            await gate.whenEntered()
            async let waiting: Void = database.insert(1)
            await database.whenQueued(1)
            await #expect { try await database.insert(2) } throws: { ($0 as? StorageError)?.code == .overloaded }
            gate.open()
            try await running
            try await waiting
            #expect(try await database.numbers() == [1])
        }
    }

    @Test func closingDoesWhatIsQueuedAndRefusesTheRest() async throws {
        try await withSchema { address in
            let database = try await PostgresDatabase.open(address, migrations: counting)
            let gate = Gate()
            async let running: Void = database.write { _ in gate.wait() }
            await gate.whenEntered()
            async let waiting: Void = database.insert(1)
            await database.whenQueued(1)
            async let closing: Void = database.close()
            gate.open()
            try await running
            try await waiting
            await closing
            await #expect { try await database.insert(2) } throws: { ($0 as? StorageError)?.code == .closed }
            await #expect { try await database.numbers() } throws: { ($0 as? StorageError)?.code == .closed }
            #expect(try await ask(address, "SELECT count(*) FROM number") == 1)
            #expect(try await ask(address, "SELECT count(*) FROM writer") == 0, "it took its leave")
        }
    }

    @Test func groupsOfTwoProcessesThatLockTheSameNamesNeverBreakEachOther() async throws {
        try await withSchema { address in
            let databases = [
                try await PostgresDatabase.open(address, migrations: counting),
                try await PostgresDatabase.open(address, migrations: counting),
            ]
            try await databases[0].insert(0)
            try await withThrowingTaskGroup { group in
                for number in 0..<400 {
                    group.addTask {
                        try await databases[number % 2].write(locking: [Int64(number % 7), 99]) { db in
                            let value = try db.first("SELECT value FROM number", []) { $0.integer(0) } ?? 0
                            db.run("UPDATE number SET value = $1", [.integer(value + 1)])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await databases[1].numbers() == [400])
            for database in databases { await database.close() }
        }
    }

    @Test func aDeadlockIsDoneAgain() async throws {
        try await withSchema { address in
            let databases = [
                try await PostgresDatabase.open(address, migrations: counting),
                try await PostgresDatabase.open(address, migrations: counting),
            ]
            for number in [1, 2] { try await databases[0].insert(number) }
            // Each has one row and wants the other's, so the server ends one of the two.
            let gates = [Gate(), Gate()]
            let writes = [[1, 2], [2, 1]].enumerated().map { index, order in
                Task {
                    try await databases[index].write { db in
                        let sql = "UPDATE number SET value = value WHERE value = $1 RETURNING value"
                        _ = try db.change(sql, [.integer(order[0])]) { $0.integer(0) }
                        gates[index].wait()
                        _ = try db.change(sql, [.integer(order[1])]) { $0.integer(0) }
                    }
                }
            }
            for gate in gates { await gate.whenEntered() }
            // Once for now, and once for when it is done again.
            for gate in gates + gates { gate.open() }
            for write in writes { try await write.value }
            for database in databases { await database.close() }
        }
    }

    @Test func whatCannotBeReachedIsNamedWithoutItsPassword() async throws {
        let address = try PostgresAddress("postgres://me:s3cret@127.0.0.1:1/d")
        await #expect { try await PostgresDatabase.open(address) } throws: {
            ($0 as? StorageError)?.code == .unavailable && "\($0)".contains("postgres://me@127.0.0.1:1/d")
                && !"\($0)".contains("s3cret")
        }
    }
}

private struct Refusal: Error {}
