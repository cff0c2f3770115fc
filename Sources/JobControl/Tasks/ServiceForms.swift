public import JSON

/// What a service's `forms` say of it: the affordances it has, and what it promises of each command.
///
/// Forms without an `execute` say nothing of a composable service: then all of them are taken to be there.
public struct ServiceForms: Sendable, Hashable {
    /// A service of which nothing is known.
    public static let unknown = ServiceForms()

    private var affordances = TaskContract()
    private var commands: [String: TaskContract] = [:]

    public init() {}

    /// Reads the answer of `forms`: `[ { rel, …, commands: [ { name, transitionType } ] } ]`.
    public init(_ json: JSONValue) {
        guard let forms = json.arrayValue else { return }
        let rels = Set(forms.compactMap { $0["rel"]?.stringValue })
        affordances.hasInspect = rels.contains("inspect")
        guard let execute = forms.first(where: { $0["rel"]?.stringValue == "execute" }) else { return }
        affordances.hasRepeat = rels.contains("repeat")
        affordances.hasRevert = rels.contains("revert")
        for command in execute["commands"]?.arrayValue ?? [] {
            guard let name = command["name"]?.stringValue else { continue }
            var contract = affordances
            contract.isSafe = command["transitionType"]?["safe"]?.boolValue ?? false
            contract.isIdempotent = command["transitionType"]?["idempotent"]?.boolValue ?? false
            contract.isReversible = command["transitionType"]?["reversible"]?.boolValue
            commands[name] = contract
        }
    }

    /// The contract of a call with that input.
    func contract(for input: JSONObject) -> TaskContract {
        guard !commands.isEmpty, let command = input["command"]?.stringValue else { return affordances }
        return commands[command] ?? affordances
    }
}
