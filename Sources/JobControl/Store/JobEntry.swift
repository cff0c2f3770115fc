public import Bus
public import JSON

/// One entry of a job's journal, which is also the job's event: it is durable before anybody sees its effect.
///
/// A job's state is the fold of its entries and nothing else, so a restart goes on from them. `payload` is
/// the one part that is not published: what a restart needs to repeat or revert a task.
public struct JobEntry: Sendable, Hashable {
    /// Counts up by one from 1 within a job, without holes.
    public var sequence: UInt64
    public var type: JobEntryType
    public var time: Timestamp
    /// What watchers see: ids, names, indexes, statuses, durations in milliseconds, errors.
    public var data: JSONObject
    /// What only the journal keeps, such as a task's resolved input; nil where there is nothing.
    public var payload: JSONValue?

    public init(
        sequence: UInt64,
        type: JobEntryType,
        time: Timestamp,
        data: JSONObject,
        payload: JSONValue? = nil
    ) {
        self.sequence = sequence
        self.type = type
        self.time = time
        self.data = data
        self.payload = payload
    }
}
