/// A job is in another job-control's hands: it goes on there.
struct JobElsewhere: Error, Hashable {
    let jobID: String
    /// Who has it, where that is known.
    var owner: String?
}
