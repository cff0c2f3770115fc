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

    @Test func postgreSQLIsToldApartFromAMistake() {
        #expect { try StoreURL("postgres://host/db") } throws: {
            "\($0)" == "PostgreSQL is not available in this build yet: use sqlite:PATH or memory."
        }
    }

    @Test(arguments: ["memory", "sqlite:/var/p.db"])
    func anAddressIsPrintedAsItIsRead(_ text: String) throws {
        #expect(try StoreURL(text).description == text)
    }
}
