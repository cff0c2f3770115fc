import CZMQ

/// Encryption and authentication by CurveZMQ: makes keys.
///
/// A server has a key pair whose public half its clients know; a client has one of its own, by which an
/// authenticator can tell who it is. Both halves are 40 characters of Z85 text.
public enum Curve {
    /// Whether this build of libzmq has CURVE. Debian's has.
    public static var isAvailable: Bool {
        zmq_has("curve") != 0
    }

    /// Makes a new key pair.
    ///
    /// - Throws: ``ZMQError/Code/notSupported`` when this build of libzmq has no CURVE.
    public static func newKeyPair() throws(ZMQError) -> CurveKeyPair {
        var publicKey = [CChar](repeating: 0, count: 41)
        var secretKey = [CChar](repeating: 0, count: 41)
        guard zmq_curve_keypair(&publicKey, &secretKey) == 0 else { throw ZMQError.last("make a CURVE key pair") }
        return CurveKeyPair(publicKey: text(publicKey), secretKey: text(secretKey))
    }

    /// The public key that belongs to a secret one.
    ///
    /// - Throws: ``ZMQError/Code/invalidArgument`` for what is not 40 characters of Z85.
    public static func publicKey(for secretKey: String) throws(ZMQError) -> String {
        var publicKey = [CChar](repeating: 0, count: 41)
        guard secretKey.utf8.count == 40, zmq_curve_public(&publicKey, secretKey) == 0 else {
            throw ZMQError(code: .invalidArgument, operation: "derive a CURVE public key")
        }
        return text(publicKey)
    }

    /// The text of a key of 32 bytes, as an authenticator gets it; nil when these are not 32 bytes.
    static func text(ofKey key: [UInt8]) -> String? {
        var characters = [CChar](repeating: 0, count: 41)
        guard key.count == 32, zmq_z85_encode(&characters, key, key.count) != nil else { return nil }
        return text(characters)
    }

    /// Whether this is the text of a key: 40 characters of Z85.
    public static func isPublicKey(_ text: String) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 32)
        return text.utf8.count == 40 && zmq_z85_decode(&bytes, text) != nil
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
