import JSON

/// A place in a design document that is being read.
///
/// Reading goes on after a fault with a harmless value, so that one pass finds every fault; who reads a document must
/// look at ``DesignFindings/faults`` before using anything that was read.
struct DesignNode {
    let value: JSONValue?
    let pointer: JSONPointer
    let findings: DesignFindings

    init(_ value: JSONValue?, at pointer: JSONPointer, findings: DesignFindings) {
        self.value = value
        self.pointer = pointer
        self.findings = findings
    }

    var isPresent: Bool { value != nil }

    subscript(_ name: String) -> DesignNode {
        DesignNode(value?.objectValue?[name], at: pointer.appending(name), findings: findings)
    }

    func fault(_ sentence: String) {
        findings.faults.append(DesignFault(pointer, sentence))
    }

    /// The value must be what was asked for and is not.
    private func mustBe<Value>(_ demand: String, _ harmless: Value) -> Value {
        fault("must be \(demand)\(isPresent ? "" : " and is missing")")
        return harmless
    }
}

/// What reading a design document has found, collected while its nodes are visited.
final class DesignFindings {
    var faults: [DesignFault] = []

    /// Members that mean nothing: ignored, but most likely a slip of the pen.
    var unknownMembers: [JSONPointer] = []
}

extension DesignNode {
    func string() -> String {
        guard let text = value?.stringValue, !text.isEmpty else { return mustBe("a string that is not empty", "") }
        return text
    }

    func optionalString() -> String? {
        guard isPresent else { return nil }
        return string()
    }

    func bool(default absent: Bool) -> Bool {
        guard isPresent else { return absent }
        return value?.boolValue ?? mustBe("true or false", absent)
    }

    /// A list of strings that has at least `minimum` elements; absent is empty where none are needed.
    func strings(atLeast minimum: Int = 0) -> [String] {
        if !isPresent && minimum == 0 { return [] }
        let demand = minimum == 0 ? "a list of strings" : "a list of at least one string"
        guard let list = value?.arrayValue, list.count >= minimum else { return mustBe(demand, []) }
        return elements(of: list).map { $0.string() }
    }

    func elements(of list: [JSONValue]) -> [DesignNode] {
        list.enumerated().map { index, element in
            DesignNode(element, at: pointer.appending(index), findings: findings)
        }
    }

    func list() -> [DesignNode] {
        guard isPresent else { return [] }
        guard let list = value?.arrayValue else { return mustBe("a list", []) }
        return elements(of: list)
    }

    /// Whether it is an object; a fault when it is not, which spares the reader one for each member.
    func requireObject() -> Bool {
        value?.objectValue != nil || mustBe("an object", false)
    }

    /// The members of an object, without its extensions (`x-…`).
    func members(mayBeAbsent: Bool = false) -> [(name: String, node: DesignNode)] {
        if mayBeAbsent && !isPresent { return [] }
        guard requireObject(), let object = value?.objectValue else { return [] }
        return object.keys.filter { !$0.hasPrefix("x-") }.map { ($0, self[$0]) }
    }

    /// Notes the members that are not among `known`; they are ignored.
    func expectOnly(_ known: Set<String>) {
        for name in value?.objectValue?.keys ?? [] where !known.contains(name) && !name.hasPrefix("x-") {
            findings.unknownMembers.append(pointer.appending(name))
        }
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> Choice? {
        if let choice = value?.stringValue.flatMap(Choice.init) { return choice }
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return mustBe("one of [\(names)]", nil)
    }

    func status() -> Int? {
        guard isPresent else { return nil }
        guard let number = value?.intValue, 200...599 ~= number else {
            return mustBe("an HTTP status of 200 to 599", nil)
        }
        return number
    }
}
