public import Bus
import JSON

extension JobEntry {
    /// Who says so, in every job event.
    static let source = "/job-control"

    /// The topic of a job's events.
    public static func topic(of jobID: String) -> String { "job." + jobID }

    /// The event that is published for this entry: the same bytes whenever it is asked for, so that a subscriber
    /// who sees it twice can tell.
    public func event(of jobID: String) -> Event {
        Event(
            topic: Self.topic(of: jobID),
            sequence: sequence,
            type: "platform." + type.rawValue,
            source: Self.source,
            id: "\(jobID)/\(sequence)",
            time: time,
            data: .object(data)
        )
    }
}
