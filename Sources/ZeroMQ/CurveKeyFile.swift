import Glibc

/// A file with a key pair, for its owner's eyes only: lines `public-key: …` and `secret-key: …`, and comments after `#`.
public enum CurveKeyFile {
    /// Reads the pair.
    ///
    /// - Throws: ``CurveKeyFileError`` when it cannot be read, when others than its owner may read it, and when it is no
    ///   pair. No error quotes the file.
    public static func read(_ path: String) throws(CurveKeyFileError) -> CurveKeyPair {
        let text = try contents(of: path)
        var values: [Substring: String] = [:]
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":"), line.first != "#" else { continue }
            values[line[..<colon]] = String(line[line.index(after: colon)...].filter { !$0.isWhitespace })
        }
        guard let secret = values["secret-key"], let derived = try? Curve.publicKey(for: secret) else {
            throw CurveKeyFileError(path: path, reason: "it has no line secret-key with 40 characters of Z85")
        }
        guard values["public-key"] == derived else {
            throw CurveKeyFileError(path: path, reason: "its public-key does not belong to its secret-key")
        }
        return CurveKeyPair(publicKey: derived, secretKey: secret)
    }

    /// Writes the pair into a new file that only its owner can read (mode 0600).
    ///
    /// - Throws: ``CurveKeyFileError``, also when there is a file already: keys are not overwritten.
    public static func write(_ keys: CurveKeyPair, to path: String, comment: String) throws(CurveKeyFileError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CurveKeyFileError(path: path, errno: errno) }
        let bytes = Array("# \(comment)\npublic-key: \(keys.publicKey)\nsecret-key: \(keys.secretKey)\n".utf8)
        let written = Glibc.write(descriptor, bytes, bytes.count)
        let failure = errno
        guard close(descriptor) == 0, written == bytes.count else {
            unlink(path)
            throw CurveKeyFileError(path: path, errno: failure)
        }
    }

    private static func contents(of path: String) throws(CurveKeyFileError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CurveKeyFileError(path: path, errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw CurveKeyFileError(path: path, errno: errno) }
        guard status.st_mode & 0o077 == 0 else {
            throw CurveKeyFileError(path: path, reason: "others than its owner can read it: chmod 600 \(path)")
        }
        // A pair and a comment; whatever is longer is something else.
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw CurveKeyFileError(path: path, errno: errno) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

/// Why a key file is of no use.
public struct CurveKeyFileError: Error, Sendable, Hashable, CustomStringConvertible {
    public let path: String
    public let reason: String

    init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    init(path: String, errno code: Int32) {
        self.init(path: path, reason: String(cString: strerror(code)))
    }

    public var description: String { "key file \(path): \(reason)" }
}
