/// A content type without its parameters, as far as the gateway looks at one.
struct MediaType: Sendable, Equatable {
    /// Type and subtype in lower case: `application/json`.
    let essence: String

    static let json = Self(essence: "application/json")
    static let problem = Self(essence: "application/problem+json")
    static let jsonPatch = Self(essence: "application/json-patch+json")
    static let mergePatch = Self(essence: "application/merge-patch+json")

    private init(essence: String) { self.essence = essence }

    /// Reads a `Content-Type` or one element of `Accept`; parameters and case do not count.
    init(_ field: some StringProtocol) {
        let end = field.firstIndex(of: ";") ?? field.endIndex
        essence = field[..<end].trimmed.lowercased()
    }

    /// Whether an `Accept` header names this type itself (`*/*` does not) and does not rule it out with `q=0`.
    func isNamed(inAccept header: String) -> Bool {
        header.split(separator: ",").contains { element in
            MediaType(element) == self && !Self.isRefused(element)
        }
    }

    private static func isRefused(_ element: Substring) -> Bool {
        element.split(separator: ";").dropFirst().contains { parameter in
            let text = parameter.trimmed.lowercased()
            return text.hasPrefix("q=") && Double(text.dropFirst(2)) == 0
        }
    }
}

extension StringProtocol {
    /// The text without spaces and tabs at its ends (OWS of RFC 9110).
    var trimmed: SubSequence {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        let start = firstIndex { !isSpace($0) } ?? endIndex
        let end = lastIndex { !isSpace($0) }.map { index(after: $0) } ?? start
        return self[start..<Swift.max(start, end)]
    }
}
