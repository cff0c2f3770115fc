import JSON
import Testing

@testable import JobRunner

@Suite struct ValidateTests {
    private func faults(_ job: JSONValue) throws -> JSONValue {
        Validate.json(try RunPlan(job: job, stateFile: nil, assignments: []).faults)
    }

    @Test func aDocumentThatCanBeRunIsValid() throws {
        #expect(try faults(["steps": [["tasks": [["tag": "a"]]]]]) == ["valid": true, "errors": []])
    }

    @Test func everyFaultIsNamedByItsPointer() throws {
        let result = try faults(["steps": [["tasks": [["tag": 7], ["tag": "a", "input": []]]]]])
        #expect(result["valid"] == false)
        let pointers = result["errors"]?.arrayValue?.map { $0["pointer"]?.stringValue }
        #expect(pointers == ["/steps/0/tasks/0/tag", "/steps/0/tasks/1/input"])
    }
}
