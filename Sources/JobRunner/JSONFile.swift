import Foundation
import JSON

/// JSON documents that the user names on the command line.
enum JSONFile {
    /// - Throws: ``RunnerFailure`` naming the file, and the place in it when it is not JSON.
    static func read(_ path: String) throws -> JSONValue {
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw RunnerFailure.usage("cannot read \(path): \(error.localizedDescription)")
        }
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw RunnerFailure.usage("\(path) is not JSON: \(error)")
        }
    }
}
