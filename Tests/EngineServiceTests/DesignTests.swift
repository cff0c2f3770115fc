import Bus
import JSON
import Testing

@testable import EngineService

@Suite struct DesignTests {
    @Test func aWholeDesignIsRead() throws {
        let design = try Design(personDesign)
        #expect(design.title == "Persons")
        #expect(design.resourceType == "person")
        #expect(design.commands.map(\.name) == ["create", "read", "update", "delete", "list", "filter", "status"])
        #expect(design.service.tags == ["person"])
        #expect(design.service.semanticProfile == "https://schema.org/Person")
        #expect(design.unknownMembers.isEmpty)
        let create = try #require(design.command("create"))
        #expect(create.inputs.required == ["name"])
        #expect(create.inputs.generated == ["id"])
        #expect(create.output.statusCode == 201)
        #expect(create.isReversible && !create.isSafe && !create.isIdempotent)
    }

    @Test(
        arguments: [
            (JSONValue?.none, Duration.seconds(30)), (1_500, .milliseconds(1_500)), ("PT2.5S", .milliseconds(2_500)),
            ("PT1M30S", .seconds(90)), ("P1D", .seconds(86_400)),
        ] as [(JSONValue?, Duration)]
    )
    func aHandlerHasItsTime(_ timeout: JSONValue?, _ time: Duration) throws {
        var handler: JSONValue = ["exec": ["./score.py", "fast"]]
        handler["timeout"] = timeout
        let design = try Design(changing(personDesign, at: ["commands", "create", "x-handler"], to: handler))
        #expect(design.command("create")?.handler == DesignHandler(exec: ["./score.py", "fast"], timeout: time))
    }

    @Test(arguments: [0, -1, "PT", "P", "1s", "P1M", "P2D", true] as [JSONValue])
    func aTimeThatIsNoneIsAFault(_ timeout: JSONValue) throws {
        let handler: JSONValue = ["exec": ["./score.py"], "timeout": timeout]
        let error = #expect(throws: DesignError.self) {
            try Design(changing(personDesign, at: ["commands", "create", "x-handler"], to: handler))
        }
        #expect(error?.faults.map(\.pointer.description) == ["/commands/create/x-handler/timeout"])
    }

    @Test func whatIsAbsentInATransitionTypeIsFalse() throws {
        let read = try #require(try Design(personDesign).command("read"))
        #expect(read.isSafe && read.isIdempotent && !read.isReversible)
    }

    @Test(arguments: [
        "/title", "/version", "/resourceType", "/resourceSchema", "/commands", "/serviceInfo",
        "/serviceInfo/serviceName",
        "/serviceInfo/description", "/serviceInfo/tags", "/serviceInfo/mediaTypes", "/resourceSchema/person/name/type",
    ])
    func aMissingMemberIsNamedByItsPointer(_ text: String) throws {
        let pointer = try JSONPointer(text)
        let error = #expect(throws: DesignError.self) { try Design(changing(personDesign, at: pointer, to: nil)) }
        #expect(error?.faults.map(\.pointer) == [pointer])
        #expect(error?.faults.first?.sentence.hasSuffix("and is missing") == true)
    }

    @Test(
        arguments: [
            ("/title", 7, "must be a string that is not empty"),
            ("/serviceInfo/tags", [], "must be a list of at least one string"),
            ("/serviceInfo/tags", ["a", 1], "must be a string that is not empty"),
            ("/serviceInfo/mediaTypes", "text/plain", "must be a list of at least one string"),
            ("/serviceInfo/serviceName", "a\nb", "must be at most 255 bytes without control characters"),
            ("/commands", [:], "must have at least one command"),
            ("/commands/create", "x", "must be an object"),
            ("/commands/create/inputs/required", "name", "must be a list of strings"),
            ("/commands/create/inputs/rules", [["id": "sometimes"]], "must be one of [generateIfMissing]"),
            ("/commands/create/inputs/defaults/status", "gone", "must be one of [active, inactive]"),
            ("/commands/create/output/returns", "text", "must be one of [object, array, none]"),
            ("/commands/create/output/statusCode", 404, "must be a status of success, 200 to 299"),
            ("/commands/create/transitionType/safe", "no", "must be true or false"),
            ("/commands/create/errors", [[:]], "is missing"),
            ("/commands/create/authorization", ["roles": "admin"], "must be a list of strings"),
            ("/commands/create/x-handler", "score.py", "must be an object"),
            ("/commands/create/x-handler/exec", [], "must be a list of at least one string"),
            ("/commands/create/x-handler", ["exec": [""]], "must be a string that is not empty"),
            ("/resourceType", "robot", "must be a type of resourceSchema, which has no 'robot'"),
            ("/resourceSchema/person/name/type", "text", "must be one of [string, number, boolean, object, array]"),
            ("/resourceSchema/person/status/enum", [], "must be a list of at least one value"),
            ("/resourceSchema/person/status/enum", ["a", 1], "must be a string, as the field's type says"),
            ("/resourceSchema/person/email/format", "phone", "must be one of [ISO8601, email, uri, uuid]"),
            ("/resourceSchema/person/age/format", "email", "is for fields of type string only"),
        ] as [(String, JSONValue, String)]
    )
    func aWrongMemberIsNamedAndExplained(_ text: String, _ value: JSONValue, _ sentence: String) throws {
        let pointer = try JSONPointer(text)
        let error = #expect(throws: DesignError.self) { try Design(changing(personDesign, at: pointer, to: value)) }
        let fault = try #require(error?.faults.first)
        #expect(fault.pointer.description.hasPrefix(text))
        #expect(fault.sentence == sentence)
    }

    @Test func everyFaultIsListedAtOnce() throws {
        let error = #expect(throws: DesignError.self) {
            try Design(["title": "x", "commands": ["a": 1], "serviceInfo": ["serviceName": ""]])
        }
        #expect(
            error?.faults.map(\.pointer.description) == [
                "/version", "/resourceType", "/resourceSchema", "/commands/a", "/serviceInfo/serviceName",
                "/serviceInfo/description", "/serviceInfo/tags", "/serviceInfo/mediaTypes",
            ]
        )
        #expect(error?.description.hasPrefix("the design document has 8 faults:\n  /version: must be a string") == true)
    }

    @Test(arguments: ["7", "[]", "nonsense"])
    func whatIsNoObjectIsOneFault(_ text: String) {
        let error = #expect(throws: DesignError.self) { try Design(parsing: Array(text.utf8)) }
        #expect(error?.faults.count == 1)
    }

    @Test(arguments: [
        "/x-a", "/resourceSchema/x-a", "/resourceSchema/person/x-a", "/resourceSchema/person/name/x-a", "/commands/x-a",
        "/commands/create/x-a", "/commands/create/inputs/x-a", "/commands/create/inputs/defaults/x-a",
        "/commands/create/output/x-a", "/commands/create/transitionType/x-a", "/serviceInfo/x-a",
    ])
    func extensionsAreIgnoredEverywhere(_ pointer: String) throws {
        let design = try Design(changing(personDesign, at: JSONPointer(pointer), to: 7))
        #expect(design.commands.count == 7)
        #expect(design.fields.count == 8)
        #expect(design.unknownMembers.isEmpty)
    }

    @Test func otherUnknownMembersAreIgnoredAndListed() throws {
        let design = try Design(changing(personDesign, at: ["commands", "read", "inputs", "requird"], to: ["id"]))
        #expect(design.unknownMembers.map(\.description) == ["/commands/read/inputs/requird"])
    }

    @Test func aCommandsRolesWinOverTheDocuments() throws {
        var document = changing(personDesign, at: ["authorization"], to: ["roles": ["staff"]])
        document = changing(document, at: ["commands", "read", "authorization"], to: ["roles": []])
        document = changing(document, at: ["commands", "delete", "authorization"], to: ["roles": ["admin"]])
        let design = try Design(document)
        #expect(design.command("read")?.roles == [])
        #expect(design.command("delete")?.roles == ["admin"])
        #expect(design.command("list")?.roles == ["staff"])
    }
}
