import HTTPTypes

/// What a client asked for with `Prefer` (RFC 7240) of a job that may take long.
///
/// `respond-async` alone does not wait for the job's end at all; `wait=N` waits so many seconds, alone or with
/// `respond-async` beside it. Preferences that are not known or not readable are ignored, as the RFC wants it.
struct Preferences: Sendable, Equatable {
    /// The longest `wait` that is taken as it is, in seconds: a day.
    private static let longestWait = 86_400

    /// Whether the client takes the job's id in the place of its outcome.
    private(set) var respondsAsync = false
    /// How many seconds the client waits for the outcome; nil when it did not say.
    private(set) var wait: Int?

    /// - Parameter field: the value of `Prefer`; several fields are joined with commas.
    init(_ field: String?) {
        for preference in (field ?? "").split(separator: ",") {
            let parts = preference.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            switch parts.first?.trimmed.lowercased() {
            case "respond-async": respondsAsync = true
            // The first of several counts (RFC 7240 §2).
            case "wait" where wait == nil: wait = parts.count == 2 ? Self.seconds(parts[1]) : nil
            default: break
            }
        }
    }

    /// Whether the job's end is not waited for at all.
    var submitsOnly: Bool { respondsAsync && wait == nil }

    /// The value of `Preference-Applied`; nil when no preference changed the answer.
    func applied(to status: HTTPResponse.Status) -> String? {
        guard status.kind == .successful else { return nil }
        var applied: [String] = []
        if respondsAsync && status == .accepted { applied.append("respond-async") }
        if let wait { applied.append("wait=\(wait)") }
        return applied.isEmpty ? nil : applied.joined(separator: ", ")
    }

    private static func seconds(_ text: Substring) -> Int? {
        let value = text.trimmed
        let digits = value.count > 2 && value.first == "\"" && value.last == "\"" ? value.dropFirst().dropLast() : value
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        // Too many digits for an Int are more than a day, too.
        return min(Int(digits) ?? longestWait, longestWait)
    }
}
