import JSON

/// Keeps secrets out of what people are shown of inputs and results. What is sent to services is never redacted.
enum Redaction {
    /// What stands in the place of a secret.
    static let mark: JSONValue = "***"

    /// `value` without the values of the members with these names, however deep they are.
    ///
    /// - Parameter names: nil when nobody can say what is secret: then nothing is shown.
    static func redacted(_ value: JSONValue, hiding names: Set<String>?) -> JSONValue {
        guard let names else { return mark }
        return names.isEmpty ? value : hiding(names, in: value)
    }

    private static func hiding(_ names: Set<String>, in value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements):
            .array(elements.map { hiding(names, in: $0) })
        case .object(let object):
            .object(
                JSONObject(
                    object.map { (key: $0.key, value: names.contains($0.key) ? mark : hiding(names, in: $0.value)) }
                )
            )
        default: value
        }
    }

    /// The names of secret members that a service's forms declare: the texts of a command's list `secrets`, and every
    /// member whose schema says `"x-secret": true`.
    static func names(in forms: JSONValue) -> Set<String> {
        var names: Set<String> = []
        collect(from: forms, into: &names)
        return names
    }

    private static func collect(from value: JSONValue, into names: inout Set<String>) {
        for element in value.arrayValue ?? [] { collect(from: element, into: &names) }
        for (name, member) in value.objectValue ?? [:] {
            if member["x-secret"]?.boolValue == true { names.insert(name) }
            if name == "secrets" { names.formUnion(member.arrayValue?.compactMap(\.stringValue) ?? []) }
            collect(from: member, into: &names)
        }
    }
}
