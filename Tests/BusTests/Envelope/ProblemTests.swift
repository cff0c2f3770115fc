import Bus
import JSON
import Testing

@Suite struct ProblemTests {
    @Test func itsBodySaysEverythingTwiceForOldAndNewClients() {
        let problem = Problem(.notFound, "Resource not found: 7", members: ["pointer": "/id"])
        #expect(
            problem.json == [
                "error": "Resource not found: 7", "type": "about:blank", "title": "Not Found", "status": 404,
                "detail": "Resource not found: 7", "pointer": "/id",
            ]
        )
        #expect(Problem(parsing: problem.bytes) == problem)
    }

    @Test func anyObjectWithAnErrorIsOne() {
        let body = Array(#"{"error":"No","hint":1}"#.utf8)
        #expect(Problem(parsing: body, status: .conflict) == Problem(.conflict, "No", members: ["hint": 1]))
        #expect(Problem(parsing: Array("[]".utf8)) == nil && Problem(parsing: [0xFF]) == nil)
    }

    @Test func aStatusHasAPhrase() {
        #expect(Status.notFound.description == "404 Not Found" && Status(rawValue: 299).description == "299")
        #expect(Status.noContent.isSuccess && !Status.notModified.isSuccess)
    }

    @Test func aBusErrorNamesItsCauseAndItsCode() {
        let error = BusError(.timedOut, "no reply", cause: EnvelopeError.badName)
        #expect(error.description.hasPrefix("timed_out: no reply (") && error.code.mayHaveRun)
        #expect(!BusError.Code.noWorker.mayHaveRun)
    }
}
