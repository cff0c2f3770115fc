package import JSON

/// A job of a crash test: its document, and all that must be there once when it has completed and not at all when not.
///
/// What it makes is known by marks, `<jobId>/<number>`, and the engine chooses the ids: a task that is carried out twice
/// leaves two resources with one mark.
package struct ChaosJob: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// One task.
        case single
        /// Three steps with tasks at the same time, which use and write the state document.
        case stateful
        /// Like that, but its last step cannot succeed.
        case failing
    }

    package let id: String
    package let kind: Kind
    package let document: JSONValue
    /// The marks of the persons that it adds, and the points that each has in the end.
    package private(set) var persons: [String: Int?] = [:]
    /// The marks of the to-dos that it adds.
    package private(set) var todos: Set<String> = []
    /// What the tasks append to `/log` of the state document, in any order.
    package private(set) var log: Set<String> = []

    package init(_ kind: Kind, id: String) {
        self.id = id
        self.kind = kind
        let mark = { (number: Int) in "\(id)/\(number)" }
        switch kind {
        case .single:
            persons[mark(0)] = .some(nil)
            document = Self.document(id, kind, [[Self.person(mark(0))]], state: nil)
        case .stateful:
            persons[mark(0)] = 7
            todos = [mark(1), mark(2), mark(3), mark(4)]
            log = todos
            document = Self.document(
                id,
                kind,
                [
                    [Self.person(mark(0), storedAt: "/person"), Self.todo(mark(1))],
                    [Self.points(7), Self.todo(mark(2)), Self.todo(mark(3))],
                    [Self.todo(mark(4), for: "/person/id")],
                ],
                state: ["log": []]
            )
        case .failing:
            persons[mark(0)] = 9
            todos = [mark(1), mark(2), mark(3)]
            document = Self.document(
                id,
                kind,
                [
                    [Self.person(mark(0), storedAt: "/person"), Self.todo(mark(1))],
                    [Self.points(9), Self.todo(mark(2))],
                    [Self.todo(mark(3)), Self.impossible],
                ],
                state: ["log": []]
            )
        }
    }
}

extension ChaosJob {
    private static func document(_ id: String, _ kind: Kind, _ steps: [[JSONValue]], state: JSONValue?) -> JSONValue {
        var document: JSONObject = ["jobId": .string(id), "name": .string(kind.rawValue)]
        if let state { document["sharedState"] = state }
        document["steps"] = .array(steps.map { ["tasks": .array($0)] })
        return .object(document)
    }

    private static func person(_ mark: String, storedAt path: String? = nil) -> JSONValue {
        var task: JSONValue = [
            "tag": "person",
            "input": [
                "command": "create", "resource": "person",
                "payload": ["givenName": "Ada", "familyName": .string(mark)],
            ],
        ]
        if let path { task["storeResultAt"] = ["targetPath": .string(path), "sourcePath": "/result"] }
        return task
    }

    private static func points(_ number: Int) -> JSONValue {
        [
            "tag": "person",
            "input": [
                "command": "update", "resource": "person", "id": ["$fromState": "/person/id"],
                "payload": ["loyaltyPoints": JSONValue(number)],
            ],
        ]
    }

    private static func todo(_ mark: String, for person: String? = nil) -> JSONValue {
        var payload: JSONObject = ["title": .string(mark)]
        if let person { payload["assignee"] = ["$fromState": .string(person)] }
        return [
            "tag": "todo",
            "input": ["command": "create", "resource": "todo", "payload": .object(payload)],
            "storeResultAt": ["targetPath": "/log/-", "sourcePath": "/result/title"],
        ]
    }

    private static let impossible: JSONValue = [
        "tag": "todo",
        "input": [
            "command": "status", "resource": "todo", "id": "there-is-no-such-todo", "payload": ["status": "done"],
        ],
    ]
}

/// Jobs in an order that the seed decides.
struct JobMix {
    private var dice: Dice

    init(seed: UInt64) { dice = Dice(seed: seed) }

    mutating func next() -> ChaosJob {
        let kind = [ChaosJob.Kind.single, .stateful, .stateful, .failing].randomElement(using: &dice) ?? .single
        return ChaosJob(kind, id: uuid())
    }

    /// A UUID of version 4 from the seed.
    private mutating func uuid() -> String {
        let digits = Array("0123456789abcdef")
        var text = ""
        for position in 0..<32 {
            if [8, 12, 16, 20].contains(position) { text += "-" }
            switch position {
            case 12: text.append("4")
            case 16: text.append("8")
            default: text.append(digits.randomElement(using: &dice) ?? "0")
            }
        }
        return text
    }
}
