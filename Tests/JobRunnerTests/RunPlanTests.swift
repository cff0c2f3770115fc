import JSON
import Testing

@testable import JobRunner

@Suite struct RunPlanTests {
    private let job: JSONValue = ["steps": []]

    @Test func aJobThatNamesNoStateGetsAFreshDocument() throws {
        let plan = try RunPlan(job: job, stateFile: nil, assignments: [])
        #expect(plan.state == .init(id: nil, content: [:]))
    }

    @Test func aJobThatNamesItsStateKeepsItWhenNoValuesAreGiven() throws {
        let named: JSONValue = ["steps": [], "sharedStateURL": "http://localhost:4500/state/order-7"]
        let plan = try RunPlan(job: named, stateFile: nil, assignments: [])
        #expect(plan.state == nil)
        #expect(plan.submission(stateID: nil) == named)
    }

    @Test func theIDMemberNamesTheDocumentAndLeavesTheContent() throws {
        let plan = try RunPlan(job: job, stateFile: ["id": "order-7", "n": 1], assignments: [])
        #expect(plan.state == .init(id: "order-7", content: ["n": 1]))
    }

    @Test func initialStateIsMergedOverTheStateFileAndSetOverBoth() throws {
        let plan = try RunPlan(
            job: ["steps": [], "initialState": ["a": 2, "b": 2]],
            stateFile: ["a": 1, "b": 1, "c": 1],
            assignments: [try #require(Assignment(argument: "/b=3"))]
        )
        #expect(plan.state?.content == ["a": 2, "b": 3, "c": 1])
    }

    @Test func initialStateIsNotSubmitted() throws {
        let plan = try RunPlan(job: ["steps": [], "initialState": ["a": 1]], stateFile: nil, assignments: [])
        #expect(plan.submission(stateID: "s") == ["steps": [], "state": "s"])
    }

    @Test(arguments: [JSONValue.string(""), 7, .null])
    func anIDThatIsNoUsableStringIsRefused(id: JSONValue) {
        #expect(throws: RunnerFailure.self) {
            try RunPlan(job: job, stateFile: ["id": id], assignments: [])
        }
    }

    @Test func aJobThatIsNoObjectIsRefused() {
        #expect(throws: RunnerFailure.self) { try RunPlan(job: [], stateFile: nil, assignments: []) }
    }
}
