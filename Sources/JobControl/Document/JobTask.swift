public import JSON

/// One call of a service.
public struct JobTask: Sendable, Hashable {
    public var name: String?
    /// Finds the service by what it can do.
    public var tag: String?
    /// Picks among the services with the tag, or names the service where there is no tag.
    public var serviceName: String?
    /// False skips the task.
    public var isEnabled: Bool
    /// What is sent, before ``InputResolver`` has put values of the state document into it.
    public var input: JSONObject
    /// Whether anything in the input comes from the state document.
    public var usesState: Bool
    /// Where the result goes; empty when it is not stored.
    public var storage: [ResultMapping]
    /// When it is sent again: its own policy, or else its step's, or else the job's; nil where none has one.
    public var retry: RetryPolicy?
    /// How long each attempt may take.
    public var timeout: Duration?

    /// What is wrong with it goes to `reader`.
    init(_ json: JSONValue, at path: DocumentPath, retry: RetryPolicy?, reader: inout DocumentReader) {
        if json.objectValue == nil { reader.fault(path, "must be an object") }
        let object = json.objectValue ?? [:]
        name = object["name"]?.stringValue
        let faults = reader.faults.count
        tag = reader.text("tag", of: object, at: path)
        let named = reader.text("serviceName", of: object, at: path)
        serviceName = named ?? reader.text("service", of: object, at: path)
        if tag == nil, serviceName == nil, reader.faults.count == faults {
            reader.fault(path.appending("tag"), "is required: it says which service the task calls")
        }
        isEnabled = reader.isEnabled(object, at: path)
        let input = reader.object("input", of: object, at: path)
        self.input = input ?? [:]
        usesState =
            input.map { InputResolver.check(.object($0), at: path.appending("input"), reader: &reader) } ?? false
        storage = ResultMapping.list(object["storeResultAt"], at: path.appending("storeResultAt"), reader: &reader)
        self.retry = RetryPolicy.read(object, at: path, inherited: retry, reader: &reader)
        timeout = reader.duration("timeout", of: object, at: path, isPositive: true)
    }

    /// What people call it: its name, or else what finds its service.
    public var label: String { name ?? tag ?? serviceName ?? "" }

    var outline: JSONValue {
        var object: JSONObject = [:]
        if let name { object["name"] = .string(name) }
        object["tag"] = JSONValue(tag ?? serviceName)
        if !isEnabled { object["enabled"] = false }
        return .object(object)
    }
}
