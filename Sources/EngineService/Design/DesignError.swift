/// A design document is not valid, or the service does not fit it. Names every fault, not the first one only.
public struct DesignError: Error, Hashable, CustomStringConvertible {
    /// At least one, in the order of the document.
    public let faults: [DesignFault]

    public init(_ faults: [DesignFault]) {
        self.faults = faults
    }

    public var description: String {
        let count = faults.count == 1 ? "one fault" : "\(faults.count) faults"
        return (["the design document has \(count):"] + faults.map { "  \($0)" }).joined(separator: "\n")
    }
}
