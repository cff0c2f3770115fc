import JSON
import Testing

@testable import JobControl

@Suite struct ResultMappingTests {
    private func mappings(_ text: String) throws -> [ResultMapping] {
        let document = try JobDocument(#"{"steps":[{"tasks":[{"tag":"a","storeResultAt":\#(text)}]}]}"#)
        return document[TaskID(0, 0)].storage
    }

    private let result = TaskResult(
        status: 200,
        body: Array(#"{"result":{"name":"Ada","list":[1,2]},"a.b":1}"#.utf8)
    )

    @Test(arguments: [
        #""/a/b""#, #"["/a/b"]"#, #"{"targetPath":"/a/b"}"#, #"[{"targetPath":"/a/b"}]"#,
        #"{"targetPath":"/a/b","sourcePath":""}"#, #"{"targetPath":"/a/b","sourcePath":null,"onlyOnStatus":null}"#,
    ])
    func aPointerAnObjectAndAListAreTheSame(_ text: String) throws {
        #expect(try mappings(text) == [ResultMapping(targetPath: ["a", "b"])])
    }

    @Test(arguments: ["/result/name", "result/name", "result.name"])
    func sourcePathsAreReadLeniently(_ path: String) throws {
        let mapping = try mappings(#"{"targetPath":"/x","sourcePath":"\#(path)"}"#)
        #expect(try result.changes(by: mapping) == [StateChange(path: ["x"], value: "Ada")])
    }

    @Test func aSourcePathReachesIntoArrays() throws {
        let mapping = try mappings(#"{"targetPath":"/x","sourcePath":"result.list.1"}"#)
        #expect(try result.changes(by: mapping) == [StateChange(path: ["x"], value: 2)])
    }

    @Test func aSourcePathThatIsNotThereFailsTheTask() throws {
        let mapping = try mappings(#"{"targetPath":"/x","sourcePath":"/result/age"}"#)
        let failure = #expect(throws: TaskFailure.self) { try result.changes(by: mapping) }
        #expect(failure?.message == "The result has nothing at /result/age to store at /x")
        #expect(failure?.effect == .done)
    }

    @Test func onlyTheStatusesThatAreNamedAreStored() throws {
        let mapping = try mappings(
            #"[{"targetPath":"/x","onlyOnStatus":[201]},{"targetPath":"/y","onlyOnStatus":[200,202]}]"#
        )
        #expect(try result.changes(by: mapping).map(\.path) == [["y"]])
    }

    @Test func aSourcePathOfAnotherStatusDoesNotMatter() throws {
        let mapping = try mappings(#"{"targetPath":"/x","sourcePath":"/none","onlyOnStatus":[201]}"#)
        #expect(try result.changes(by: mapping) == [])
    }

    @Test func aResultThatIsNoJSONIsStoredRaw() throws {
        let text = TaskResult(status: 200, body: Array("hello".utf8), contentType: "text/plain; charset=utf-8")
        let stored: JSONValue = ["_raw": "hello", "_contentType": "text/plain; charset=utf-8"]
        #expect(try text.changes(by: mappings(#""/x""#)) == [StateChange(path: ["x"], value: stored)])
        let part = try text.changes(by: mappings(#"{"targetPath":"/x","sourcePath":"/_raw"}"#))
        #expect(part == [StateChange(path: ["x"], value: "hello")])
    }

    @Test func aResultThatIsNoJSONFailsATaskThatDoesNotStoreIt() {
        let text = TaskResult(status: 200, body: Array("hello".utf8), contentType: "text/plain")
        let failure = #expect(throws: TaskFailure.self) { try text.changes(by: []) }
        #expect(failure?.effect == .done)
    }

    @Test(
        arguments: [
            ("7", nil, true), ("7", "text/plain", false), ("7", "application/json", true),
            ("{", "application/json", false),
            ("7", "application/problem+json; charset=utf-8", true), ("7", "Application/JSON ;x=y", true),
            ("", nil, true),
            ("", "text/plain", true),
        ] as [(String, String?, Bool)]
    )
    func aBodyIsJSONByItsTypeAndItsText(_ body: String, _ type: String?, _ isJSON: Bool) {
        #expect((TaskResult(status: 200, body: Array(body.utf8), contentType: type).json != nil) == isJSON)
    }

    @Test func aStatusAloneIsNull() throws {
        let none = TaskResult(status: 204)
        #expect(try none.changes(by: []) == [])
        #expect(try none.changes(by: mappings(#""/x""#)) == [StateChange(path: ["x"], value: nil)])
    }

    @Test(arguments: [
        #""x""#, #""/""#, #""""#, #""/a//b""#, "7", "[[]]", #"{"targetPath":7}"#, #"{"sourcePath":"/a"}"#,
    ])
    func aTargetIsAPointerToAMember(_ text: String) {
        #expect(throws: JobDocumentError.self) { try mappings(text) }
    }
}
