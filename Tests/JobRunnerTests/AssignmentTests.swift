import JSON
import Testing

@testable import JobRunner

@Suite struct AssignmentTests {
    @Test func aValueIsReadAsJSON() throws {
        let assignment = try #require(Assignment(argument: "/order/id=7"))
        #expect(try assignment.applied(to: [:]) == ["order": ["id": 7]])
    }

    @Test func textThatIsNotJSONIsAString() throws {
        let assignment = try #require(Assignment(argument: "/name=Ada Lovelace"))
        #expect(try assignment.applied(to: [:]) == ["name": "Ada Lovelace"])
    }

    @Test func anElementOfAnArrayIsReplacedAndADashAppends() throws {
        let replaced = try #require(Assignment(argument: "/list/0=true")).applied(to: ["list": [1, 2]])
        let appended = try #require(Assignment(argument: "/list/-=3")).applied(to: ["list": [1, 2]])
        #expect(replaced == ["list": [true, 2]])
        #expect(appended == ["list": [1, 2, 3]])
    }

    @Test(arguments: ["name=1", "/", "", "=1", "/a"])
    func whatIsNoPointerAndValueIsRefused(_ argument: String) {
        #expect(Assignment(argument: argument) == nil)
    }

    @Test func aPathThroughANumberIsRefused() throws {
        let assignment = try #require(Assignment(argument: "/a/b=1"))
        #expect(throws: RunnerFailure.self) { try assignment.applied(to: ["a": 1]) }
    }
}
