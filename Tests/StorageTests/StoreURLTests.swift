import Testing

@testable import Storage

struct StoreURLTests {
    @Test(arguments: [
        ("memory", StoreURL.memory), ("sqlite:data/p.db", .sqlite(path: "data/p.db")),
        ("sqlite:/var/p.db", .sqlite(path: "/var/p.db")), ("sqlite:///var/p.db", .sqlite(path: "/var/p.db")),
    ])
    func anAddressNamesAStore(_ text: String, _ expected: StoreURL) throws {
        #expect(try StoreURL(text) == expected)
    }

    @Test(arguments: ["", "sqlite", "sqlite:", "sqlite://", "sqlite::memory:", "sqlite:data/", "mysql://x", "Memory"])
    func whatNamesNoStoreIsRefused(_ text: String) {
        #expect { try StoreURL(text) } throws: { ($0 as? StorageError)?.code == .badAddress }
    }

    @Test(arguments: [
        "postgres://h/d", "postgresql://u@h:5433/d?sslmode=require", "postgres://u@h1,h2:5433/d?connect_timeout=9",
        "postgres://u@%2Fvar%2Frun/d", "postgres:///d", "postgres://[::1]:5432/d",
    ])
    func aPostgreSQLAddressIsLibpqs(_ text: String) throws {
        guard case .postgres(let address) = try StoreURL(text) else {
            Issue.record("no PostgreSQL")
            return
        }
        #expect(address.url == text)
        #expect(address.schema == nil)
        #expect(address.description == text)
    }

    @Test func theSchemaIsOursAndNotLibpqs() throws {
        let address = try PostgresAddress("postgres://h/d?schema=a_1&sslmode=require")
        #expect(address.schema == "a_1")
        #expect(address.url == "postgres://h/d?sslmode=require")
        #expect(address.description == "postgres://h/d?schema=a_1&sslmode=require")
        for wrong in ["", "1a", "a-b", "a%20b", "a\"b", String(repeating: "a", count: 64)] {
            #expect(throws: StorageError.self) { try PostgresAddress("postgres://h/d?schema=\(wrong)") }
        }
    }

    @Test(arguments: [
        "postgres://me:s3cret@h/d", "postgres://me:s3cret%40@h/d?sslpassword=s3cret&sslmode=require",
        "postgres://h/d?user=me&password=s3cret",
    ])
    func thePasswordIsNeverPrinted(_ text: String) throws {
        let url = try StoreURL(text)
        for shown in ["\(url)", String(reflecting: url)] {
            #expect(!shown.contains("s3cret"))
            #expect(shown.contains("me"))
        }
        #expect(try PostgresAddress(text).url.contains("s3cret"))
    }

    @Test(arguments: [
        "postgres://me:s3cret@x@h/d", "postgres://me:s3cret@h/d?nonsense=1", "postgres://me:s3cret@[::1/d",
        "postgres:me:s3cret@h", "postgre://me:s3cret@h/d", "postgres://me:s3cret%zz@h/d",
    ])
    func anAddressThatCannotBeReadIsRefusedWithoutItsPassword(_ text: String) {
        #expect { try StoreURL(text) } throws: {
            ($0 as? StorageError)?.code == .badAddress && !"\($0)".contains("s3cret")
        }
    }

    @Test(arguments: ["memory", "sqlite:/var/p.db"])
    func anAddressIsPrintedAsItIsRead(_ text: String) throws {
        #expect(try StoreURL(text).description == text)
    }
}
