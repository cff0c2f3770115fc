import JSON

extension RetryPolicy {
    /// Reads the member `retry` of a job, a step or a task; `inherited` where there is none.
    static func read(
        _ object: JSONObject,
        at path: DocumentPath,
        inherited: RetryPolicy?,
        reader: inout DocumentReader
    ) -> RetryPolicy? {
        guard let retry = reader.object("retry", of: object, at: path) else { return inherited }
        return RetryPolicy(retry, at: path.appending("retry"), reader: &reader)
    }

    private init(_ object: JSONObject, at path: DocumentPath, reader: inout DocumentReader) {
        self.init()
        if let limit = reader.object("limit", of: object, at: path) {
            let inside = path.appending("limit")
            duration = reader.duration("duration", of: limit, at: inside, isPositive: true)
            if let attempt = reader.object("attempt", of: limit, at: inside) {
                attempts = reader.count("count", of: attempt, at: inside.appending("attempt"))
            }
        }
        delay = reader.duration("delay", of: object, at: path) ?? delay
        if let backoff = reader.object("backoff", of: object, at: path) {
            self.backoff = Backoff(backoff, at: path.appending("backoff"), reader: &reader)
        }
        if let jitter = reader.object("jitter", of: object, at: path) {
            self.jitter = Self.jitter(jitter, at: path.appending("jitter"), reader: &reader)
        }
        if let when = reader.object("when", of: object, at: path) {
            readConditions(when, at: path.appending("when"), reader: &reader)
        }
    }

    private static func jitter(
        _ object: JSONObject,
        at path: DocumentPath,
        reader: inout DocumentReader
    ) -> ClosedRange<Duration>? {
        let from = reader.duration("from", of: object, at: path) ?? .zero
        let to = reader.duration("to", of: object, at: path) ?? from
        guard from <= to else {
            reader.fault(path.appending("to"), "must not be shorter than from")
            return nil
        }
        return from...to
    }

    private mutating func readConditions(_ object: JSONObject, at path: DocumentPath, reader: inout DocumentReader) {
        statuses = reader.list("status", of: object, at: path, "must be an HTTP status of 400 to 599") { value in
            value.intValue.flatMap { (400...599).contains($0) ? $0 : nil }
        }
        let names = TaskFailure.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        errors = reader.list("errors", of: object, at: path, "must be one of \(names)") { value in
            value.stringValue.flatMap(TaskFailure.Kind.init)
        }
    }
}

extension RetryPolicy.Backoff {
    fileprivate init(_ object: JSONObject, at path: DocumentPath, reader: inout DocumentReader) {
        self = .constant
        let named = ["constant", "exponential", "linear"].filter { DocumentReader.present(object[$0]) != nil }
        guard let name = named.first, named.count == 1 else {
            reader.fault(path, "must have one member: constant, exponential or linear")
            return
        }
        guard let settings = reader.object(name, of: object, at: path) else { return }
        let inside = path.appending(name)
        switch name {
        case "exponential":
            self = .exponential(
                factor: Self.factor(settings["factor"], at: inside.appending("factor"), reader: &reader),
                max: reader.duration("max", of: settings, at: inside, isPositive: true)
            )
        case "linear":
            self = .linear(increment: reader.duration("increment", of: settings, at: inside) ?? .milliseconds(200))
        default: break
        }
    }

    private static func factor(_ json: JSONValue?, at path: DocumentPath, reader: inout DocumentReader) -> Double {
        guard let value = DocumentReader.present(json) else { return 2 }
        guard let factor = value.doubleValue, (1...1_000).contains(factor) else {
            reader.fault(path, "must be a number of 1 to 1000")
            return 2
        }
        return factor
    }
}
