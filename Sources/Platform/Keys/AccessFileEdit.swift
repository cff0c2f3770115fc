public import Bus
import Foundation
import Yams

/// Changes single entries of an access file and leaves everything else in it as it is, comments too.
public struct AccessFileEdit {
    private let path: String
    private var lines: [String]

    /// Reads a file; one that is not there is empty.
    ///
    /// - Throws: ``AccessFileError`` when it has a fault.
    public init(_ path: String) throws(AccessFileError) {
        self.path = path
        let text = FileManager.default.fileExists(atPath: path) ? try AccessFile.text(of: path) : ""
        _ = try AccessFile.rules(in: text, path: path)
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
    }

    /// Adds an entry, or replaces the one of this name.
    public mutating func allow(_ key: AccessKey) throws(AccessFileError) {
        let block = Self.block(for: key)
        if let range = try range(of: key.name) {
            lines.replaceSubrange(range, with: block)
        } else if let end = try endOfKeys() {
            try openKeys()
            lines.insert(contentsOf: block, at: end)
        } else {
            lines.append("keys:")
            lines += block
        }
    }

    /// Removes an entry; false when there is none of this name.
    public mutating func revoke(_ name: String) throws(AccessFileError) -> Bool {
        guard let range = try range(of: name) else { return false }
        lines.removeSubrange(range)
        return true
    }

    /// Replaces the file at once: who reads it sees the old one or the new one.
    public func save() throws {
        let text = lines.joined(separator: "\n") + "\n"
        _ = try AccessFile.rules(in: text, path: path)
        let mode = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions]
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        if let mode { try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path) }
    }

    /// The lines of an entry, without comments that stand before the next one.
    private func range(of name: String) throws(AccessFileError) -> Range<Int>? {
        let starts = try entries()
        guard let index = starts.firstIndex(where: { $0.name == name }) else { return nil }
        let first = starts[index].line
        let end = index + 1 < starts.count ? starts[index + 1].line : try endOfKeys() ?? lines.count
        return first..<trimmed(end, after: first)
    }

    /// Where an entry can be added; nil when the file has no `keys` yet.
    private func endOfKeys() throws(AccessFileError) -> Int? {
        guard let keys = lines.firstIndex(where: { $0.hasPrefix("keys:") }) else { return nil }
        let end = lines[(keys + 1)...].firstIndex { !$0.isEmpty && !$0.hasPrefix(" ") && !$0.hasPrefix("#") }
        return trimmed(end ?? lines.count, after: keys)
    }

    /// Makes `keys: {}` and the like, which have no entries, a line that others may follow.
    private mutating func openKeys() throws(AccessFileError) {
        guard try entries().isEmpty, let keys = lines.firstIndex(where: { $0.hasPrefix("keys:") }) else { return }
        let comment = lines[keys].firstIndex(of: "#").map { " " + lines[keys][$0...] }
        lines[keys] = "keys:" + (comment ?? "")
    }

    private func trimmed(_ end: Int, after first: Int) -> Int {
        var end = end
        while end > first + 1, Self.isBlankOrComment(lines[end - 1]) { end -= 1 }
        return end
    }

    private static func isBlankOrComment(_ line: String) -> Bool {
        let text = line.drop { $0 == " " }
        return text.isEmpty || text.hasPrefix("#")
    }

    private func entries() throws(AccessFileError) -> [(name: String, line: Int)] {
        let fields = try AccessFields(lines.joined(separator: "\n"), path: path)
        let starts = (fields.keysNode ?? Node.Mapping([])).map { ($0.key.string ?? "", ($0.key.mark?.line ?? 1) - 1) }
        let isOneALine =
            Set(starts.map(\.1)).count == starts.count
            && starts.allSatisfy { lines[$0.1].hasPrefix("  ") && lines[$0.1].contains(":") }
        guard isOneALine else {
            let reason = "its entries are not lines of their own under 'keys:', indented by blanks; edit it by hand"
            throw AccessFileError(path: path, reason: reason)
        }
        return starts
    }

    private static func block(for key: AccessKey) -> [String] {
        let grants = key.grants
        var block = ["  \(key.name):", "    public-key: '\(key.publicKey)'"]
        let lists = [
            ("serve", grants.serve), ("call", grants.call), ("publish", grants.publish), ("read", grants.read),
            ("roles", grants.roles),
        ]
        for (member, texts) in lists where !texts.isEmpty {
            let quoted = texts.map { "'\($0.replacingOccurrences(of: "'", with: "''"))'" }
            block.append("    \(member): [\(quoted.joined(separator: ", "))]")
        }
        if grants.speaksForOthers { block.append("    speaks-for-others: true") }
        return block
    }
}
