import Glibc
import Testing
import ZeroMQ

@Suite(.enabled(if: Curve.isAvailable)) struct CurveKeyFileTests {
    private let path = "/tmp/curve-key-file-tests-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"

    @Test func whatWasWrittenIsReadByItsOwnerOnly() throws {
        defer { unlink(path) }
        let keys = try Curve.newKeyPair()
        try CurveKeyFile.write(keys, to: path, comment: "of a test")
        #expect(try CurveKeyFile.read(path) == keys)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(throws: CurveKeyFileError.self) { try CurveKeyFile.write(keys, to: path, comment: "again") }
        chmod(path, 0o640)
        let error = #expect(throws: CurveKeyFileError.self) { try CurveKeyFile.read(path) }
        #expect(error?.description == "key file \(path): others than its owner can read it: chmod 600 \(path)")
    }

    @Test func aPairThatDoesNotBelongTogetherIsRefused() throws {
        defer { unlink(path) }
        let mixed = CurveKeyPair(
            publicKey: try Curve.newKeyPair().publicKey,
            secretKey: try Curve.newKeyPair().secretKey
        )
        try CurveKeyFile.write(mixed, to: path, comment: "mixed")
        let error = #expect(throws: CurveKeyFileError.self) { try CurveKeyFile.read(path) }
        #expect(error.map { "\($0)".contains(mixed.secretKey) } == false)
        #expect(throws: CurveKeyFileError.self) { try CurveKeyFile.read(path + "-missing") }
    }
}
