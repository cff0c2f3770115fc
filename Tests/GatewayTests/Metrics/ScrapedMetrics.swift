/// A strict reader of the Prometheus text format 0.0.4, for tests.
struct ScrapedMetrics {
    struct Fault: Error {
        let line: String
        let reason: String
    }

    struct Sample {
        let name: String
        let labels: [String: String]
        let value: Double
    }

    private(set) var samples: [Sample] = []
    private(set) var kinds: [String: String] = [:]
    private(set) var helps: [String: String] = [:]

    /// Checks that every sample belongs to the family before it, that families come once, and that nothing comes twice.
    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Fault(line: "", reason: "the last line has no line feed") }
        var family = ""
        var seen: Set<String> = []
        for line in text.split(separator: "\n").map(String.init) {
            if let (name, help) = Self.comment("# HELP ", line) {
                guard helps.updateValue(help, forKey: name) == nil else { throw Fault(line: line, reason: "twice") }
            } else if let (name, kind) = Self.comment("# TYPE ", line) {
                guard kinds.updateValue(kind, forKey: name) == nil else { throw Fault(line: line, reason: "twice") }
                family = name
            } else {
                let sample = try Self.sample(line)
                let suffixes = kinds[family] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                guard suffixes.contains(where: { family + $0 == sample.name }) else {
                    throw Fault(line: line, reason: "is not of the family \(family)")
                }
                let series = String(line.prefix { $0 != " " })
                guard seen.insert(series).inserted else { throw Fault(line: line, reason: "comes twice") }
                samples.append(sample)
            }
        }
    }

    /// The value of the one series of this name whose labels include these.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        let found = samples.filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
        return found.count == 1 ? found[0].value : nil
    }

    private static func comment(_ mark: String, _ line: String) -> (String, String)? {
        guard line.hasPrefix(mark) else { return nil }
        let parts = line.dropFirst(mark.count).split(separator: " ", maxSplits: 1)
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }

    private static func sample(_ line: String) throws -> Sample {
        guard let match = line.wholeMatch(of: /([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)/),
            let value = Double(match.3 == "+Inf" ? "inf" : String(match.3))
        else { throw Fault(line: line, reason: "is no sample") }
        var labels: [String: String] = [:]
        var rest = match.2 ?? ""
        while !rest.isEmpty {
            guard let label = rest.prefixMatch(of: /([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/) else {
                throw Fault(line: line, reason: "has malformed labels")
            }
            labels[String(label.1)] = unescaped(label.2)
            rest = rest[label.range.upperBound...]
        }
        return Sample(name: String(match.1), labels: labels, value: value)
    }

    private static func unescaped(_ text: Substring) -> String {
        String(text).replacing("\\n", with: "\n").replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
    }
}
