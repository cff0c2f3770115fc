import Bus
public import ZeroMQ

/// What a process has of keys, read from the files that its configuration names.
struct NodeKeys: Sendable {
    /// How it proves who it is to brokers elsewhere; nil without keys.
    let client: CurveClient?
    /// How its broker knows its peers; nil without keys.
    let broker: BrokerSecurity?

    /// - Throws: `CurveKeyFileError`, ``AccessFileError``, and ``ConfigurationError`` for what does not go together.
    init(_ settings: KeySettings, hasBroker: Bool) throws {
        guard let keyFile = settings.keyFile else {
            for (key, value) in [("serverKey", settings.serverKey), ("accessFile", settings.accessFile)]
            where value != nil {
                throw ConfigurationError(key: key, reason: "is of no use without keyFile; make one: platform keys new")
            }
            (client, broker) = (nil, nil)
            return
        }
        if hasBroker, settings.serverKey != nil {
            throw ConfigurationError(key: "serverKey", reason: "is of no use in a process with a broker of its own")
        }
        if !hasBroker, settings.accessFile != nil {
            throw ConfigurationError(key: "accessFile", reason: "is of no use in a process without a broker")
        }
        let keys = try CurveKeyFile.read(keyFile)
        broker = hasBroker ? try Self.security(of: settings, keys: keys) : nil
        client = try hasBroker ? nil : Self.client(of: settings, keys: keys)
    }

    private static func security(of settings: KeySettings, keys: CurveKeyPair) throws -> BrokerSecurity {
        guard let file = settings.accessFile else {
            throw ConfigurationError(key: "accessFile", reason: "a broker with keys needs to know who may do what")
        }
        return BrokerSecurity(keys: keys, access: AccessControl(try AccessFile.read(file)))
    }

    private static func client(of settings: KeySettings, keys: CurveKeyPair) throws -> CurveClient {
        guard let serverKey = settings.serverKey else {
            throw ConfigurationError(key: "serverKey", reason: "the public key of the brokers is needed with keyFile")
        }
        return CurveClient(serverKey: serverKey, keys: keys)
    }
}

extension PlatformConfiguration {
    /// How a process without a broker proves who it is; nil without keys. An access file is left to others.
    ///
    /// - Throws: `CurveKeyFileError`, and ``ConfigurationError`` for settings that do not go together.
    public func curveClient() throws -> CurveClient? {
        var settings = keys
        settings.accessFile = nil
        return try NodeKeys(settings, hasBroker: false).client
    }
}

/// The settings that have to do with keys, which all processes share.
public struct KeySettings: Sendable {
    /// The file with the process's own pair. Default: none, which does for a bus on one machine.
    public var keyFile: String?
    /// The public key of the brokers, for who connects to them. Default: none.
    public var serverKey: String?
    /// Who may do what, for who runs a broker. Default: none.
    public var accessFile: String?

    public init() {}
}
