/// A job that waits for nothing and has not ended: its journal does not fit its document.
struct JobStalled: Error, CustomStringConvertible {
    let jobID: String

    var description: String {
        "job \(jobID) cannot go on: its journal does not fit its document, so nothing says what comes next"
    }
}
