import JSON
import Testing

@testable import JobControl

@Suite(.timeLimit(.minutes(1))) struct PatientPartnersTests {
    /// Writes as often as it takes until `failures` are used up; answers how often it was asked.
    private func attempts(_ path: JSONPointer, failing failures: TaskFailure...) async -> (attempts: Int, isDone: Bool)
    {
        let attempts = Attempts()
        let partners = ScriptedPartners(writing: {
            let attempt = attempts.next()
            if attempt <= failures.count { throw failures[attempt - 1] }
        })
        let patient = PatientPartners(partners: partners, deadline: .now + .seconds(10))
        do {
            _ = try await patient.write(StateChange(path: path, value: 1), to: "s", for: "j", key: "k")
            return (attempts.next() - 1, true)
        } catch {
            return (attempts.next() - 1, false)
        }
    }

    private let notThere = TaskFailure("nobody offers shared-state", status: 503, effect: .none)
    private let lost = TaskFailure("no answer", status: 504, effect: .unknown)
    private let refused = TaskFailure("a bad path", status: 400, effect: .none)

    @Test func aWriteWaitsForSharedState() async {
        #expect(await attempts(["x"], failing: notThere, notThere) == (3, true))
        #expect(await attempts(["x"], failing: notThere, lost) == (3, true))
    }

    @Test func whatMayHaveBeenAppendedIsAskedForAgainByItsKey() async {
        #expect(await attempts(["list", "-"], failing: notThere) == (2, true))
        #expect(await attempts(["list", "-"], failing: lost) == (2, true))
    }

    @Test func aRefusalIsFinal() async {
        #expect(await attempts(["x"], failing: refused) == (1, false))
    }
}
