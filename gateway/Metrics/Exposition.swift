/// Metrics in the text format of Prometheus, version 0.0.4: families of samples, each with its meaning and its kind.
struct Exposition {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String {
        /// Only goes up, and starts at 0 with its process; its name ends in `_total`.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts by upper bounds (`le`), with `_sum` and `_count`.
        case histogram
    }

    typealias Labels = KeyValuePairs<String, String>

    private(set) var text = ""
    private var family = ""

    /// Begins a family: the samples that follow belong to it.
    mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        family = name
        text += "# HELP \(name) \(Self.escaped(help, quote: false))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Adds a sample to the family.
    mutating func add(_ value: Int, _ labels: Labels = [:], suffix: String = "") {
        add(text: String(value), labels, suffix)
    }

    /// Adds a sample to the family.
    mutating func add(_ value: Double, _ labels: Labels = [:], suffix: String = "") {
        add(text: Self.number(value), labels, suffix)
    }

    /// A family of one sample.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
        begin(name, kind, help)
        add(value)
    }

    /// A family of one sample.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        begin(name, kind, help)
        add(value)
    }

    private mutating func add(text value: String, _ labels: Labels, _ suffix: String) {
        text += family + suffix
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.key)=\"\(Self.escaped($0.value, quote: true))\"" }
            text += "{" + pairs.joined(separator: ",") + "}"
        }
        text += " " + value + "\n"
    }

    static func number(_ value: Double) -> String {
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value.isNaN ? "NaN" : "\(value)"
    }

    /// Backslash and line feed are escaped everywhere, the quotation mark in label values only.
    private static func escaped(_ text: String, quote: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quote: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
