public import JSON

/// One request to the service of a task.
public struct TaskCall: Sendable, Hashable {
    public var task: TaskID
    public var target: ServiceTarget
    public var operation: TaskOperation
    /// The same for every attempt of the task, and for its revert.
    public var requestID: String
    /// With all values of the state document in it.
    public var input: JSONObject
    /// How long it may take; nil for as long as job-control gives every task.
    public var timeout: Duration?

    public init(
        task: TaskID,
        target: ServiceTarget,
        operation: TaskOperation,
        requestID: String,
        input: JSONObject,
        timeout: Duration? = nil
    ) {
        self.task = task
        self.target = target
        self.operation = operation
        self.requestID = requestID
        self.input = input
        self.timeout = timeout
    }

    /// What is sent: the input's members and the request's id.
    public var body: [UInt8] {
        var body = input
        body["requestId"] = .string(requestID)
        return JSONValue.object(body).serialized()
    }
}
