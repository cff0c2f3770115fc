/// What travels beside a body: a few short texts by name, as headers do in HTTP.
///
/// Names are lowercase tokens (`a`–`z`, `0`–`9`, `-`, `_`, `.`); values are any text. They are kept in the order of
/// their names, so equal annotations are equal bytes.
public struct Annotations: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        let name: String
        var value: String
    }

    /// Sorted by name. There are few, so a search from the front is the fastest.
    private(set) var entries: [Entry] = []

    public init() {}

    /// The value of `name`; setting nil removes it.
    ///
    /// A name that is no lowercase token cannot be sent: encoding an envelope with it throws.
    public subscript(name: String) -> String? {
        get { entries.first { $0.name == name }?.value }
        set {
            let index = entries.firstIndex { $0.name >= name } ?? entries.endIndex
            let isThere = index < entries.endIndex && entries[index].name == name
            switch (newValue, isThere) {
            case (let value?, true): entries[index].value = value
            case (let value?, false): entries.insert(Entry(name: name, value: value), at: index)
            case (nil, true): entries.remove(at: index)
            case (nil, false): break
            }
        }
    }

    public var isEmpty: Bool { entries.isEmpty }
    public var count: Int { entries.count }
    /// All names, sorted.
    public var names: [String] { entries.map(\.name) }

    /// These and the other's, where the other's win.
    public func merging(_ other: Annotations) -> Annotations {
        other.entries.reduce(into: self) { $0[$1.name] = $1.value }
    }
}

extension Annotations: ExpressibleByDictionaryLiteral {
    /// The last of several values of one name counts.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { self[name] = value }
    }
}

extension Annotations: CustomStringConvertible {
    public var description: String {
        entries.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
    }
}

/// The names that services, gateway and command line agree on.
extension Annotations {
    /// Which thing is meant.
    public static let id = "id"
    /// The origin that links start with, such as `http://localhost:8080`.
    public static let baseURL = "base-url"
    /// The media type of the body.
    public static let contentType = "content-type"
    public static let ifMatch = "if-match"
    public static let ifNoneMatch = "if-none-match"
    public static let etag = "etag"
    /// An RFC 3339 time.
    public static let lastModified = "last-modified"
    /// Where what was made can be found.
    public static let location = "location"
    /// By which key the request came: the name that the broker's access file gives it. A broker with keys writes it.
    public static let peer = "peer"
    /// The caller's roles, separated by commas. A broker with keys writes it.
    public static let roles = "roles"
    /// Seconds.
    public static let retryAfter = "retry-after"
    /// A sequence: only what comes after it is wanted.
    public static let since = "since"
    /// At most so many.
    public static let limit = "limit"
    /// Who asks.
    public static let client = "client"
}
