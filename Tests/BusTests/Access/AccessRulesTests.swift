import Testing

@testable import Bus

@Suite struct AccessRulesTests {
    private static let key = String(repeating: "a", count: 40)
    private static let otherKey = String(repeating: "b", count: 40)

    @Test(arguments: [
        ("*", "anything", true), ("todo", "todo", true), ("todo", "todos", false), ("todo.*", "todo.read", true),
        ("todo.*", "todo", false), ("*.read", "todo.read", true), ("*.read", "todo.reads", false),
        ("a*b*c", "aXbbYc", true), ("a*b*c", "acb", false), ("**", "", true), ("", "", true), ("", "x", false),
    ])
    func aStarStandsForAnyCharacters(pattern: String, text: String, matches: Bool) {
        #expect(AccessPattern(pattern).matches(Array(text.utf8)) == matches)
    }

    @Test func aServiceMeansAllItsOperations() {
        let identity = identity { $0.call = ["echo", "todo.read", "job*.status"] }
        #expect(identity.mayCall(Array("anything".utf8), of: Array("echo".utf8)))
        #expect(identity.mayCall(Array("read".utf8), of: Array("todo".utf8)))
        #expect(!identity.mayCall(Array("delete".utf8), of: Array("todo".utf8)))
        #expect(identity.mayCall(Array("status".utf8), of: Array("job-control".utf8)))
        #expect(!identity.mayCall(Array("read".utf8), of: Array("person".utf8)))
    }

    @Test func nobodyHasRightsByDefault() {
        let identity = identity { _ in }
        #expect(!identity.mayServe(Array("echo".utf8)))
        #expect(!identity.mayCall([], of: Array("echo".utf8)))
        #expect(!identity.mayPublish(Array("job.1".utf8)))
        #expect(!identity.mayRead(Array("job.".utf8)))
        #expect(identity.mayRead(Array("~sync.1".utf8)))
    }

    @Test func readingAllNeedsARightToAll() {
        let some = identity { $0.read = ["job."] }
        #expect(some.mayRead(Array("job.".utf8)))
        #expect(some.mayRead(Array("job.17.".utf8)))
        #expect(!some.mayRead(Array("job".utf8)))
        #expect(!some.mayRead([]))
        #expect(identity { $0.read = ["*"] }.mayRead([]))
    }

    @Test(arguments: [
        ([("a", key), ("a", otherKey)], "the key 'a': there is a second entry of this name"),
        ([("a", key), ("b", key)], "'public-key' of the key 'b': it is the key of 'a', too"),
        ([("a", "short")], "'public-key' of the key 'a': a public key is 40 characters of Z85"),
        ([("local", key)], "'public-key' of the key 'local': those who are local have no key"),
        ([("a b", key)], "the key 'a b': a name has 1 to 100 letters, digits, dots, hyphens and underscores"),
    ])
    func whatIsWrongIsNamed(keys: [(String, String)], sentence: String) {
        let error = #expect(throws: AccessRulesError.self) {
            try AccessRules(keys: keys.map { AccessKey(name: $0, publicKey: $1, grants: AccessGrants()) })
        }
        #expect(error?.description == sentence)
    }

    @Test func aKeyKeepsItsNumberAndLosesItsRights() throws {
        var grants = AccessGrants()
        grants.serve = ["echo"]
        let before = try AccessRules(keys: [AccessKey(name: "a", publicKey: Self.key, grants: grants)])
        var table = AccessTable(before)
        let number = try #require(Array(Self.key.utf8).withUnsafeBytes { table.number(ofUser: $0, guess: -1) })
        #expect(table[number].mayServe(Array("echo".utf8)))
        table.replace(with: .none)
        #expect(Array(Self.key.utf8).withUnsafeBytes { table.number(ofUser: $0, guess: number) } == number)
        #expect(!table[number].mayServe(Array("echo".utf8)))
        // Another key of the same name has another number.
        table.replace(with: try AccessRules(keys: [AccessKey(name: "a", publicKey: Self.otherKey, grants: grants)]))
        #expect(!table[number].mayServe(Array("echo".utf8)))
    }

    @Test func whoIsLocalMayDoEverythingUnlessTheRulesSayOtherwise() throws {
        #expect(AccessTable(.none)[AccessTable.local].mayServe(Array("echo".utf8)))
        let restricted = try AccessRules(keys: [], local: AccessGrants())
        #expect(!AccessTable(restricted)[AccessTable.local].mayServe(Array("echo".utf8)))
    }

    private func identity(_ change: (inout AccessGrants) -> Void) -> AccessIdentity {
        var grants = AccessGrants()
        change(&grants)
        return AccessIdentity(name: "somebody", grants: grants)
    }
}
