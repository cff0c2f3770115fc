import Bus
import JSON
import Testing

@testable import JobControl

@Suite struct JobDocumentTests {
    @Test func theDocumentOfTheContractIsValid() throws {
        let document = try JobDocument(
            """
            { "name": "order-intake", "sharedStateURL": "http://localhost:4500/state/order-7",
              "sharedState": { "order": { "id": 7 } },
              "steps": [ { "name": "check", "tasks": [ { "tag": "person",
                "input": { "command": "read", "resource": "person",
                           "id": { "$fromState": "/order/customer", "default": "guest" } },
                "storeResultAt": [ { "targetPath": "/customer", "sourcePath": "/result", "onlyOnStatus": [200] } ]
              } ] } ] }
            """
        )
        #expect(document.name == "order-intake")
        #expect(document.state == .document("order-7"))
        #expect(document.sharedState == ["order": ["id": 7]])
        let task = document[TaskID(0, 0)]
        #expect(task.tag == "person")
        #expect(task.usesState)
        let mapping = ResultMapping(targetPath: ["customer"], sourcePath: ["result"], onlyOnStatus: [200])
        #expect(task.storage == [mapping])
    }

    @Test func whatIsNoJSONIsNamedWithOnePeriod() {
        #expect {
            try JobDocument(parsing: Array(#"{"steps":"#.utf8))
        } throws: { error in
            "\(error)"
                == "The job document is not valid: the document is not JSON: Expected a value, found the end of the text at byte 9."
        }
    }

    @Test func stepsAreRequiredAndAnArray() throws {
        #expect(try JobDocument.faults(of: "{}") == ["/steps: is required and must be an array"])
        #expect(try JobDocument.faults(of: #"{"steps": {}}"#) == ["/steps: must be an array"])
        #expect(try JobDocument.faults(of: "[]") == ["the document must be a JSON object"])
    }

    @Test func everyFaultIsNamedByItsPointer() throws {
        let faults = try JobDocument.faults(
            of: """
                { "sharedState": 1, "steps": [ 7, { "enabled": "no", "tasks": [
                  {}, { "tag": 5 }, { "tag": "a", "input": [] },
                  { "tag": "a", "input": { "x": [ { "$fromState": "y" } ] } },
                  { "tag": "a", "storeResultAt": [ {}, "x", { "targetPath": "/a", "onlyOnStatus": ["200"] } ] } ] },
                  {} ] }
                """
        )
        #expect(
            faults.map { String($0.prefix { $0 != ":" }) } == [
                "/sharedState", "/steps/0", "/steps/1/enabled", "/steps/1/tasks/0/tag", "/steps/1/tasks/1/tag",
                "/steps/1/tasks/2/input", "/steps/1/tasks/3/input/x/0/$fromState",
                "/steps/1/tasks/4/storeResultAt/0/targetPath", "/steps/1/tasks/4/storeResultAt/1",
                "/steps/1/tasks/4/storeResultAt/2/onlyOnStatus/0", "/steps/2/tasks",
            ]
        )
    }

    @Test func theProblemHasEveryFaultAndASentence() throws {
        let error = #expect(throws: JobDocumentError.self) {
            try JobDocument(parsing: Array(#"{"steps":[{"tasks":[{}]},{}]}"#.utf8))
        }
        let problem = try #require(error?.problem)
        #expect(problem.status == 400)
        #expect(problem.sentence.hasPrefix("The job document is not valid: /steps/0/tasks/0/tag: is required"))
        #expect(problem.sentence.hasSuffix("(and 1 more)."))
        #expect(problem.json["errors"]?[1]?["pointer"] == "/steps/1/tasks")
    }

    @Test func aBodyThatIsNoJSONIsRefused() {
        #expect(throws: JobDocumentError.self) { try JobDocument(parsing: Array("{".utf8)) }
        #expect(throws: JobDocumentError.self) { try JobDocument(parsing: [UInt8]()) }
    }

    @Test func membersThatAreNotKnownAreIgnored() throws {
        let faults = try JobDocument.faults(
            of: #"{"x": 1, "description": [], "name": 5, "steps": [{"y": 2, "tasks": [{"tag": "a", "z": 3}]}]}"#
        )
        #expect(faults == [])
    }

    @Test func aMemberThatIsNullIsNotThere() throws {
        let document = try JobDocument(
            """
            { "name": null, "sharedState": null, "sharedStateURL": null, "steps": [ { "mode": null, "enabled": null,
              "tasks": [ { "tag": "a", "input": null, "storeResultAt": null, "enabled": null } ] } ] }
            """
        )
        #expect(document.state == .fresh)
        #expect(document.steps[0].mode == .parallel)
        #expect(document[TaskID(0, 0)].storage == [])
    }

    @Test(arguments: [
        ("http://localhost:4500/state/order-7", "order-7"), ("https://elsewhere/state/a%20b?x#y", "a b"),
        ("http://host:8080/services/shared-state/state/7", "7"), ("/state/7", "7"), ("HTTP://h/state/7/", "7"),
    ])
    func anyStateURLNamesADocument(_ url: String, _ id: String) {
        #expect(StateReference(["sharedStateURL": .string(url)]) == .document(id))
    }

    @Test(arguments: [
        "", "{{stateURL}}", "http://host", "http://host/state", "http://host/other/7", "ftp://host/state/7", "state/7",
        "http:///state/7", "http://h/state/%zz", "$STATE",
    ])
    func whatIsNoStateURLIsAPlaceholder(_ text: String) {
        #expect(StateReference(["sharedStateURL": .string(text)]) == .placeholder(text))
    }

    @Test func aStateIDWinsOverAURL() {
        #expect(StateReference(["state": "a", "sharedStateURL": "http://h/state/b"]) == .document("a"))
        #expect(StateReference(["sharedStateURL": 7]) == .placeholder("7"))
        #expect(StateReference([:]) == .fresh)
    }

    @Test(arguments: [
        ("null", StepMode.parallel), (#""execute""#, .parallel), (#""parallel""#, .parallel),
        (#""sequential""#, .sequential), (#""repeat""#, .repeat), (#""revert""#, .revert),
        (#""later""#, .unknown("later")), ("3", .unknown("3")),
    ])
    func aModeIsOneOfFiveOrSkipsTheStep(_ text: String, _ mode: StepMode) throws {
        #expect(StepMode(try .text(text)) == mode)
        #expect(StepMode(nil) == .parallel)
    }

    @Test func aServiceMayBeNamedByEitherMember() throws {
        let document = try JobDocument(
            #"{"steps":[{"tasks":[{"tag":"a","service":"x"},{"tag":"a","serviceName":"y"},{"serviceName":"z"}]}]}"#
        )
        #expect(document.steps[0].tasks.map(\.serviceName) == ["x", "y", "z"])
        #expect(document.steps[0].tasks.map(\.label) == ["a", "a", "z"])
    }

    @Test func theOutlineNamesStepsAndTasks() throws {
        let document = try JobDocument(
            """
            { "steps": [ { "name": "one", "mode": "sequential", "enabled": false, "tasks": [
              { "name": "t", "tag": "a" }, { "tag": "b", "enabled": false } ] } ] }
            """
        )
        let expected = try JSONValue.text(
            """
            [ { "name": "one", "mode": "sequential", "enabled": false,
                "tasks": [ { "name": "t", "tag": "a" }, { "tag": "b", "enabled": false } ] } ]
            """
        )
        #expect(document.outline == expected)
    }
}
