public import Bus
import JSON

/// A job document that cannot be run, with every fault it has.
public struct JobDocumentError: Error, Hashable, CustomStringConvertible {
    /// In the order in which they stand in the document; at least one.
    public let faults: [JobFault]

    init(_ faults: [JobFault]) {
        self.faults = faults
    }

    /// One sentence with the first fault and the number of the others.
    public var description: String {
        let first = faults.first.map(\.description) ?? "it has no steps"
        let others = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
        return "The job document is not valid: \(first)\(others)."
    }

    /// The answer 400: the sentence, and in `errors` each fault's `pointer` and `detail`.
    public var problem: Problem {
        let errors = faults.map { fault -> JSONValue in
            ["pointer": .string(fault.pointer.description), "detail": .string(fault.message)]
        }
        return Problem(.badRequest, description, members: ["errors": .array(errors)])
    }
}
