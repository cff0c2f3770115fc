import Configuration
import Foundation
import Gateway
import ZeroMQ

/// The kinds of value that settings have, each with its range and a precise refusal.
extension ConfigReader {
    func text(_ key: ConfigKey) throws -> String? {
        try value(of: key, expected: "text") { try requiredString(forKey: key) }
    }

    /// `tcp://a:5550,tcp://b:5550`.
    func endpoints(_ key: ConfigKey, default value: @autoclosure () throws -> [Endpoint]) throws -> [Endpoint] {
        guard let text = try text(key) else { return try value() }
        do {
            return try Endpoint.list(text)
        } catch {
            throw ConfigurationError(key: "\(key)", reason: "\(error)")
        }
    }

    func keySettings() throws -> KeySettings {
        var settings = KeySettings()
        settings.keyFile = try text("keyFile")
        settings.serverKey = try text("serverKey")
        settings.accessFile = try text("accessFile")
        if let key = settings.serverKey, !Curve.isPublicKey(key) {
            throw ConfigurationError(key: "serverKey", reason: "a public key is 40 characters of Z85")
        }
        return settings
    }

    func port(_ key: ConfigKey, default value: Int) throws -> Int {
        try integer(key, in: 0...65_535, default: value)
    }

    func milliseconds(_ key: ConfigKey, default value: Duration) throws -> Duration {
        let whole = Int(value / .milliseconds(1))
        return .milliseconds(try integer(key, in: 1...86_400_000, default: whole))
    }

    func integer(_ key: ConfigKey, in range: ClosedRange<Int>, default value: Int) throws -> Int {
        let number = try self.value(of: key, expected: "a whole number") { try requiredInt(forKey: key) }
        guard let number else { return value }
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
        guard let text = try text(key), !text.isEmpty else { return value }
        var ports: [Int: String] = [:]
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let port = Int(parts[0]), (0...65_535).contains(port), !parts[1].isEmpty else {
                throw ConfigurationError(key: "\(key)", reason: "'\(pair)' is not PORT=SERVICE")
            }
            guard ports.updateValue(parts[1], forKey: port) == nil else {
                throw ConfigurationError(key: "\(key)", reason: "port \(port) is given twice")
            }
        }
        return ports
    }

    /// `127.0.0.1,10.0.0.0/8`.
    func addressRanges(_ key: ConfigKey, default value: [AddressRange]) throws -> [AddressRange] {
        guard let text = try text(key) else { return value }
        return try text.split(separator: ",").map { part in
            guard let range = AddressRange(part.trimmingCharacters(in: .whitespaces)) else {
                throw ConfigurationError(key: "\(key)", reason: "'\(part)' is neither an address nor a CIDR range")
            }
            return range
        }
    }

    /// A key's value, or nil when no place has the key.
    ///
    /// The reader's optional look-ups give nil for a value of the wrong kind as well, and its required ones throw the
    /// same error in both cases; a setting that somebody wrote must not be ignored.
    private func value<Value>(of key: ConfigKey, expected: String, read: () throws -> Value) throws -> Value? {
        do {
            return try read()
        } catch {
            if let text = string(forKey: key) {
                throw ConfigurationError(key: "\(key)", reason: "expected \(expected), not the text '\(text)'")
            }
            guard hasOtherThanText(key) else { return nil }
            throw ConfigurationError(key: "\(key)", reason: "expected \(expected)")
        }
    }

    private func hasOtherThanText(_ key: ConfigKey) -> Bool {
        int(forKey: key) != nil || double(forKey: key) != nil || bool(forKey: key) != nil
            || stringArray(forKey: key) != nil || doubleArray(forKey: key) != nil
    }
}
