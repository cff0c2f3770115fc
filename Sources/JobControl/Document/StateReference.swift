import JSON

/// Which state document a job works on.
public enum StateReference: Sendable, Hashable {
    /// A document is made for the job.
    case fresh
    /// A document of this platform, by its id.
    case document(String)
    /// The document names something that is no state document, such as a template's placeholder: the job runs
    /// with a fresh one, and a warning event says so.
    case placeholder(String)

    /// Reads `state` (an id) and `sharedStateURL`; the id wins.
    init(_ document: JSONObject) {
        if let id = document["state"]?.stringValue, !id.isEmpty {
            self = .document(id)
        } else if let value = DocumentReader.present(document["sharedStateURL"]) {
            self =
                value.stringValue.flatMap(Self.id(inURL:)).map(Self.document)
                ?? .placeholder(value.stringValue ?? value.description)
        } else {
            self = .fresh
        }
    }

    /// The id at the end of `http://host:port/state/{id}`, at whatever host; also of a path alone, which is what
    /// the platform hands out over the bus. Nil for anything else.
    static func id(inURL text: String) -> String? {
        guard let path = path(ofURL: text) else { return nil }
        var segments = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
        guard let id = segments.popLast().flatMap(percentDecoded), segments.popLast().map({ String($0) }) == "state"
        else { return nil }
        return id
    }

    /// What stands between the authority and the query.
    private static func path(ofURL text: String) -> Substring? {
        let whole = text.prefix { $0 != "?" && $0 != "#" }
        if whole.hasPrefix("/") { return whole }
        guard let colon = whole.firstIndex(of: ":"),
            ["http", "https"].contains(whole[..<colon].lowercased()),
            whole[colon...].hasPrefix("://")
        else { return nil }
        let authority = whole[colon...].dropFirst(3)
        guard let slash = authority.firstIndex(of: "/"), slash > authority.startIndex else { return nil }
        return authority[slash...]
    }

    /// Nil for a bad escape and for what is no UTF-8.
    private static func percentDecoded(_ segment: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        var rest = segment.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(hexDigit), let low = rest.next().flatMap(hexDigit) else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
