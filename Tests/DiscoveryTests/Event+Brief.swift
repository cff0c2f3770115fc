import Bus
import JSON

extension Event {
    /// The last word of the type, the entry's name and the reason: what most tests look at.
    var brief: String {
        let name = data["entry"]?["serviceName"]?.stringValue ?? "?"
        return "\(type.split(separator: ".").last ?? "") \(name)"
            + (data["reason"]?.stringValue.map { ": \($0)" } ?? "")
    }
}
