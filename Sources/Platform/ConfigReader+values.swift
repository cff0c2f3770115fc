import Configuration
import ZeroMQ

/// The kinds of value that settings have, each with its range and a precise refusal.
extension ConfigReader {
    func endpoint(_ key: ConfigKey, default value: Endpoint) throws -> Endpoint {
        guard let text = string(forKey: key) else { return value }
        do {
            return try Endpoint(text)
        } catch {
            throw ConfigurationError(key: "\(key)", reason: "\(error)")
        }
    }

    func port(_ key: ConfigKey, default value: Int) throws -> Int {
        try integer(key, in: 0...65_535, default: value)
    }

    func milliseconds(_ key: ConfigKey, default value: Duration) throws -> Duration {
        let whole = Int(value / .milliseconds(1))
        return .milliseconds(try integer(key, in: 1...86_400_000, default: whole))
    }

    /// A whole number in `range`. Text that is no number is an error, not the default.
    func integer(_ key: ConfigKey, in range: ClosedRange<Int>, default value: Int) throws -> Int {
        guard let number = int(forKey: key) else {
            guard let text = string(forKey: key) else { return value }
            throw ConfigurationError(key: "\(key)", reason: "'\(text)' is no whole number")
        }
        guard range.contains(number) else {
            throw ConfigurationError(
                key: "\(key)",
                reason: "\(number) is not between \(range.lowerBound) and \(range.upperBound)"
            )
        }
        return number
    }

    /// `4600=person,4601=todo`.
    func enginePorts(_ key: ConfigKey, default value: [Int: String]) throws -> [Int: String] {
        guard let text = string(forKey: key), !text.isEmpty else { return value }
        var ports: [Int: String] = [:]
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let port = Int(parts[0]), (0...65_535).contains(port), !parts[1].isEmpty else {
                throw ConfigurationError(key: "\(key)", reason: "'\(pair)' is not PORT=SERVICE")
            }
            ports[port] = parts[1]
        }
        return ports
    }
}
