/// What `If-Match` and `If-None-Match` name (RFC 9110 §13.1): any version, or some.
enum EntityTags: Sendable, Hashable {
    case any
    case some([Tag])

    /// A version, and whether it was named as a weak one.
    struct Tag: Sendable, Hashable {
        let version: String
        let isWeak: Bool
    }

    /// Reads `*` or `"3", W/"4"`; a version without quotes is taken too. Nothing fits what cannot be read.
    init(_ text: String) {
        let items = text.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }
        self = items == ["*"] ? .any : .some(items.map(Self.tag))
    }

    /// Whether a version is named, and not weakly: what a change must not be made without.
    func contain(_ version: Int) -> Bool {
        matches(version) { !$0.isWeak }
    }

    /// Whether a version is named in either way: then a reader has it already.
    func containWeakly(_ version: Int) -> Bool {
        matches(version) { _ in true }
    }

    private func matches(_ version: Int, where isWanted: (Tag) -> Bool) -> Bool {
        switch self {
        case .any: true
        case .some(let tags): tags.contains { $0.version == String(version) && isWanted($0) }
        }
    }

    private static func tag(_ item: String) -> Tag {
        let isWeak = item.hasPrefix("W/")
        let quoted = isWeak ? item.dropFirst(2) : item[...]
        let isQuoted = quoted.count >= 2 && quoted.hasPrefix("\"") && quoted.hasSuffix("\"")
        return Tag(version: String(isQuoted ? quoted.dropFirst().dropLast() : quoted), isWeak: isWeak)
    }
}
