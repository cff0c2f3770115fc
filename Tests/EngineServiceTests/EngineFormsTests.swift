import Bus
import JSON
import Testing

@testable import EngineService

@Suite struct EngineFormsTests {
    private func forms(_ design: JSONValue = personDesign, baseURL: String? = nil) throws -> [JSONValue] {
        var request = BusRequest(service: "person", operation: "forms")
        request.annotations[Annotations.baseURL] = baseURL
        return try #require(EngineForms(design: try Design(design)).json(for: request).arrayValue)
    }

    @Test func thereIsAFormForEachAffordance() throws {
        let forms = try forms(baseURL: "http://example.org:8080")
        #expect(forms.map { $0["rel"] } == ["execute", "repeat", "revert", "inspect"])
        #expect(forms.map { $0["method"] } == ["POST", "POST", "POST", "POST"])
        #expect(forms.map { $0["href"] }.first == "http://example.org:8080/services/person/execute")
        #expect(forms.allSatisfy { $0["input"]?.objectValue != nil && $0["output"]?.objectValue != nil })
    }

    @Test func withoutAnOriginALinkIsAPath() throws {
        let design = changing(personDesign, at: ["serviceInfo", "serviceName"], to: "per son/ü")
        #expect(try forms(design)[1]["href"] == "/services/per%20son%2F%C3%BC/repeat")
    }

    @Test func aFormListsTheCommandsWithTheirInputsAndOutputs() throws {
        let forms = try forms()
        let commands = try #require(forms[0]["commands"]?.arrayValue)
        #expect(commands.map { $0["name"] } == ["create", "read", "update", "delete", "list", "filter", "status"])
        #expect(commands[0]["inputs"] == personDesign["commands"]?["create"]?["inputs"])
        #expect(commands[0]["output"]?["statusCode"] == 201)
        #expect(commands[1]["transitionType"] == ["safe": true, "idempotent": true, "reversible": false])
        #expect(commands[0]["errors"]?.arrayValue?.count == 1)
    }

    @Test func revertListsWhatIsReversible() throws {
        let names = try forms()[2]["commands"]?.arrayValue?.map { $0["name"] }
        #expect(names == ["create", "update", "delete", "status"])
    }

    @Test func inspectWantsTheRequestIDAndTellsTheGrade() throws {
        let form = try forms()[3]
        #expect(form["href"] == "/services/person/inspect")
        #expect(form["input"]?["required"] == ["requestId"])
        #expect(form["output"]?["properties"]?["grade"]?["enum"]?.arrayValue?.count == 5)
    }

    @Test func extensionsAreNotShown() throws {
        let design = changing(personDesign, at: ["commands", "read", "x-secret"], to: 7)
        let read = try #require(try forms(design)[0]["commands"]?[1])
        #expect(read["x-secret"] == nil)
    }
}
