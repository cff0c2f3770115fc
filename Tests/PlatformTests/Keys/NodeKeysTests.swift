import Foundation
import Testing
import ZeroMQ

@testable import Platform

@Suite(.enabled(if: Curve.isAvailable)) struct NodeKeysTests {
    private let server = String(repeating: "-", count: 40)

    @Test func whatAProcessHasNoUseForIsRefused() throws {
        var settings = KeySettings()
        settings.keyFile = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).key").path
        settings.serverKey = server
        settings.accessFile = "access.yaml"
        #expect(try refusedKey(settings, hasBroker: true) == "serverKey")
        #expect(try refusedKey(settings, hasBroker: false) == "accessFile")
    }

    @Test func withKeysABrokerNeedsRulesAndTheOthersItsPublicKey() throws {
        var settings = KeySettings()
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).key").path
        try CurveKeyFile.write(try Curve.newKeyPair(), to: file, comment: "test")
        settings.keyFile = file
        #expect(try refusedKey(settings, hasBroker: true) == "accessFile")
        #expect(try refusedKey(settings, hasBroker: false) == "serverKey")
        settings.serverKey = server
        #expect(try NodeKeys(settings, hasBroker: false).client?.serverKey == server)
    }

    private func refusedKey(_ settings: KeySettings, hasBroker: Bool) throws -> String {
        let error = #expect(throws: ConfigurationError.self) { try NodeKeys(settings, hasBroker: hasBroker) }
        return try #require(error).key
    }
}
