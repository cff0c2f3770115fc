import Bus
import Yams

/// The members of an access file, each with its line: a member that is not known is a fault, as a right that was
/// misspelt must not be lost silently.
struct AccessFields {
    private let path: String
    private let root: Node.Mapping

    init(_ text: String, path: String) throws(AccessFileError) {
        self.path = path
        do {
            guard let node = try compose(yaml: text), node != Node("", Tag(.null)) else {
                root = Node.Mapping([])
                return
            }
            guard let mapping = node.mapping else {
                throw AccessFileError(path: path, line: node.mark?.line, reason: "expected 'keys' and 'local'")
            }
            root = mapping
        } catch let error as AccessFileError {
            throw error
        } catch {
            throw AccessFileError(path: path, reason: "it is not YAML: \(error)")
        }
        try Self.refuseUnknown(in: root, known: ["keys", "local"], path: path)
    }

    /// The node that lists the keys, where there is one.
    var keysNode: Node.Mapping? { root["keys"]?.mapping }

    /// The line of an entry.
    func line(of key: String) -> Int? {
        (root["keys"]?.mapping?.first { $0.key.string == key } ?? root.first { $0.key.string == key })?.key.mark?.line
    }

    func keys() throws(AccessFileError) -> [AccessKey] {
        guard let node = root["keys"], !Self.isEmpty(node) else { return [] }
        guard let entries = node.mapping else { throw fault(node, "'keys' has an entry for each key, by its name") }
        var keys: [AccessKey] = []
        for (name, entry) in entries { keys.append(try key(named: name, entry)) }
        return keys
    }

    func local() throws(AccessFileError) -> AccessGrants? {
        guard let node = root["local"] else { return nil }
        if Self.isEmpty(node) { return AccessGrants() }
        guard let mapping = node.mapping else { throw fault(node, "'local' has the members of a key") }
        return try grants(in: mapping, known: Self.grantMembers)
    }

    private static let grantMembers = ["serve", "call", "publish", "read", "roles", "speaks-for-others"]

    private func key(named name: Node, _ entry: Node) throws(AccessFileError) -> AccessKey {
        guard let text = name.string else { throw fault(name, "a key's name is a text") }
        guard let mapping = entry.mapping else { throw fault(entry, "the key '\(text)' has no members") }
        guard let publicKey = mapping["public-key"]?.string else {
            throw fault(name, "the key '\(text)' has no 'public-key'")
        }
        let grants = try grants(in: mapping, known: Self.grantMembers + ["public-key"])
        return AccessKey(name: text, publicKey: publicKey, grants: grants)
    }

    private func grants(in mapping: Node.Mapping, known: [String]) throws(AccessFileError) -> AccessGrants {
        try Self.refuseUnknown(in: mapping, known: known, path: path)
        var grants = AccessGrants()
        grants.serve = try texts("serve", in: mapping)
        grants.call = try texts("call", in: mapping)
        grants.publish = try texts("publish", in: mapping)
        grants.read = try texts("read", in: mapping)
        grants.roles = try texts("roles", in: mapping)
        if let node = mapping["speaks-for-others"] {
            guard let value = node.bool else { throw fault(node, "'speaks-for-others' is true or false") }
            grants.speaksForOthers = value
        }
        return grants
    }

    private func texts(_ member: String, in mapping: Node.Mapping) throws(AccessFileError) -> [String] {
        guard let node = mapping[member], !Self.isEmpty(node) else { return [] }
        guard let items = node.sequence else { throw fault(node, "'\(member)' is a list of texts") }
        var texts: [String] = []
        for item in items {
            guard let text = item.string else { throw fault(item, "'\(member)' is a list of texts") }
            texts.append(text)
        }
        return texts
    }

    private static func isEmpty(_ node: Node) -> Bool { node.null != nil && node.scalar?.style != .singleQuoted }

    private static func refuseUnknown(
        in mapping: Node.Mapping,
        known: [String],
        path: String
    ) throws(AccessFileError) {
        for (name, _) in mapping where !known.contains(name.string ?? "") {
            let reason = "unknown member '\(name.string ?? "?")'; known are \(known.joined(separator: ", "))"
            throw AccessFileError(path: path, line: name.mark?.line, reason: reason)
        }
    }

    private func fault(_ node: Node, _ reason: String) -> AccessFileError {
        AccessFileError(path: path, line: node.mark?.line, reason: reason)
    }
}
