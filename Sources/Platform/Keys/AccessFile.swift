public import Bus
import Foundation
import Yams

/// The file that says who may do what on a bus: `docs/security.md` describes it.
///
/// ```yaml
/// keys:
///   runner:
///     public-key: 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'
///     call: [job-control, discovery.list]
///     read: [job.]
/// ```
public enum AccessFile {
    /// Reads a file.
    ///
    /// - Throws: ``AccessFileError``, which names the line where it can.
    public static func read(_ path: String) throws(AccessFileError) -> AccessRules {
        try rules(in: try text(of: path), path: path)
    }

    static func text(of path: String) throws(AccessFileError) -> String {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw AccessFileError(path: path, reason: "it cannot be read")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads the text of a file, whose path is for errors only.
    public static func rules(in text: String, path: String) throws(AccessFileError) -> AccessRules {
        let fields = try AccessFields(text, path: path)
        do {
            return try AccessRules(keys: try fields.keys(), local: try fields.local())
        } catch let error as AccessRulesError {
            throw AccessFileError(path: path, line: fields.line(of: error.key), reason: "\(error)")
        } catch let error as AccessFileError {
            throw error
        } catch {
            throw AccessFileError(path: path, reason: "\(error)")
        }
    }
}

/// What is wrong with an access file, and in which line.
public struct AccessFileError: Error, Sendable, Hashable, CustomStringConvertible {
    public let path: String
    /// Counted from 1; nil when it is the whole file.
    public let line: Int?
    public let reason: String

    init(path: String, line: Int? = nil, reason: String) {
        self.path = path
        self.line = line
        self.reason = reason
    }

    public var description: String { "access file \(path)\(line.map { ", line \($0)" } ?? ""): \(reason)" }
}
