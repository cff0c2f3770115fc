import Bus
import Foundation
import Testing
import ZeroMQ

@testable import Platform

@Suite struct AccessFileTests {
    private static let key = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
    private static let otherKey = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"

    @Test func everyMemberIsRead() throws {
        let text = """
            # who may do what
            keys:
              runner:
                public-key: '\(Self.key)'   # of the desk
                serve: [echo]
                call: [job-control, 'todo.*']
                publish: [todo.]
                read: [job., '*']
                roles: [clerk]
                speaks-for-others: true
            local:
              call: ['*']
            """
        let rules = try AccessFile.rules(in: text, path: "access.yaml")
        var grants = AccessGrants()
        (grants.serve, grants.call, grants.publish) = (["echo"], ["job-control", "todo.*"], ["todo."])
        (grants.read, grants.roles, grants.speaksForOthers) = (["job.", "*"], ["clerk"], true)
        #expect(rules.keys == [AccessKey(name: "runner", publicKey: Self.key, grants: grants)])
        #expect(rules.local?.call == ["*"])
    }

    @Test(arguments: ["", "# nothing\n", "keys:\n", "keys: {}\n"])
    func anEmptyFileLetsNobodyIn(text: String) throws {
        #expect(try AccessFile.rules(in: text, path: "access.yaml") == .none)
    }

    @Test(arguments: [
        (
            "keys:\n  a:\n    public-key: short\n", 2,
            "'public-key' of the key 'a': a public key is 40 characters of Z85"
        ),
        ("keys:\n  a:\n    public-key: '\(key)'\n    cal: [x]\n", 4, "unknown member 'cal'"),
        ("keys:\n  a:\n    serve: [x]\n", 2, "the key 'a' has no 'public-key'"),
        ("keys:\n  a:\n    public-key: '\(key)'\n    call: echo\n", 4, "'call' is a list of texts"),
        ("key:\n", 1, "unknown member 'key'; known are keys, local"),
        ("keys: [a]\n", 1, "'keys' has an entry for each key, by its name"),
    ])
    func aFaultIsNamedWithItsLine(text: String, line: Int, reason: String) {
        let error = #expect(throws: AccessFileError.self) { try AccessFile.rules(in: text, path: "access.yaml") }
        #expect(error?.line == line)
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
    }

    @Test func whatIsNoYAMLIsRefused() {
        #expect(throws: AccessFileError.self) { try AccessFile.rules(in: "keys: [", path: "access.yaml") }
        #expect(throws: AccessFileError.self) { try AccessFile.rules(in: "keys:\n  a: {}\n  a: {}\n", path: "x") }
        #expect(throws: AccessFileError.self) { try AccessFile.read("/nonexistent/access.yaml") }
    }

    @Test func editingKeepsEverythingElse() throws {
        let path = try temporaryFile(
            """
            # who may do what
            keys:
              runner:
                public-key: '\(Self.key)'
                call: [job-control]

              # the other machine
              worker:
                public-key: '\(Self.otherKey)'
            # the node's own
            local:
              call: ['*']

            """
        )
        var grants = AccessGrants()
        grants.call = ["it's"]
        var edit = try AccessFileEdit(path)
        try edit.allow(AccessKey(name: "runner", publicKey: Self.key, grants: grants))
        try edit.save()
        #expect(
            try String(contentsOfFile: path, encoding: .utf8) == """
                # who may do what
                keys:
                  runner:
                    public-key: '\(Self.key)'
                    call: ['it''s']

                  # the other machine
                  worker:
                    public-key: '\(Self.otherKey)'
                # the node's own
                local:
                  call: ['*']

                """
        )
        edit = try AccessFileEdit(path)
        #expect(try edit.revoke("worker"))
        #expect(try !edit.revoke("nobody"))
        try edit.save()
        let rules = try AccessFile.read(path)
        #expect(rules.keys == [AccessKey(name: "runner", publicKey: Self.key, grants: grants)])
        #expect(rules.local?.call == ["*"])
    }

    @Test func aFileThatIsNotThereIsMade() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "access-\(UUID()).yaml").path
        var edit = try AccessFileEdit(path)
        try edit.allow(AccessKey(name: "a", publicKey: Self.key, grants: AccessGrants()))
        try edit.allow(AccessKey(name: "b", publicKey: Self.otherKey, grants: AccessGrants()))
        try edit.save()
        #expect(try AccessFile.read(path).keys.map(\.name) == ["a", "b"])
    }

    @Test(arguments: ["keys: {}", "keys:", "keys: ~ # nobody yet"])
    func anEmptyListTakesItsFirstKey(_ line: String) throws {
        let path = try temporaryFile("\(line)\nlocal:\n  call: ['*']\n")
        var edit = try AccessFileEdit(path)
        try edit.allow(AccessKey(name: "a", publicKey: Self.key, grants: AccessGrants()))
        try edit.save()
        #expect(try AccessFile.read(path).keys.map(\.name) == ["a"])
    }

    @Test func anEditThatWouldSpoilTheFileChangesNothing() throws {
        let path = try temporaryFile("keys:\n  a:\n    public-key: '\(Self.key)'\n")
        var edit = try AccessFileEdit(path)
        try edit.allow(AccessKey(name: "b", publicKey: Self.key, grants: AccessGrants()))
        #expect(throws: AccessFileError.self) { try edit.save() }
        #expect(try AccessFile.read(path).keys.map(\.name) == ["a"])
    }

    private func temporaryFile(_ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.appending(path: "access-\(UUID()).yaml").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}
