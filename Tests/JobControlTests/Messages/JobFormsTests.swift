import Bus
import JSON
import Testing

@testable import JobControl

/// Clients find what can be asked of jobs by the forms alone.
@Suite struct JobFormsTests {
    private let links = JobLinks(BusRequest(service: "job-control", operation: "forms"))

    @Test(arguments: [
        "cancel", "pause", "resume", "undo-plan", "undo", "explain", "inbox", "settle", "replay", "history",
    ])
    func whatCanBeDoneWithAJobHasAForm(_ rel: String) {
        let forms = JobForms.all(links).arrayValue ?? []
        #expect(forms.filter { $0["rel"] == .string(rel) }.count == 1)
    }

    @Test func everyFormHasAMethodAndALink() {
        for form in JobForms.all(links).arrayValue ?? [] {
            #expect(["GET", "POST"].contains(form["method"]?.stringValue))
            #expect(form["href"]?.stringValue?.contains("/") == true)
        }
    }
}
