package import JSON

/// Judges jobs by what their customers saw and by what the services have kept: every effect is there once, or undone.
package struct JobVerdict: Sendable {
    /// What the engines hold, by mark.
    package struct Stock: Sendable {
        /// The points of every person with the mark.
        package var persons: [String: [Int?]] = [:]
        /// How many to-dos have the mark.
        package var todos: [String: Int] = [:]

        package init() {}

        package mutating func add(persons list: [JSONValue]) {
            for person in list {
                persons[person["familyName"]?.stringValue ?? "", default: []].append(person["loyaltyPoints"]?.intValue)
            }
        }

        package mutating func add(todos list: [JSONValue]) {
            for todo in list { todos[todo["title"]?.stringValue ?? "", default: 0] += 1 }
        }

        var marks: Set<String> { Set(persons.keys).union(todos.keys) }
    }

    package struct Violation: Sendable, Hashable {
        /// Nil when it is no job's.
        package var job: String?
        package var sentence: String
    }

    private let stock: Stock
    /// The jobs' statuses as job-control lists them.
    private let statuses: [String: String]
    private var known: Set<String> = []
    package private(set) var violations: [Violation] = []
    /// How many jobs ended how.
    package private(set) var endings: [String: Int] = [:]

    package init(stock: Stock, statuses: [String: String]) {
        self.stock = stock
        self.statuses = statuses
    }

    /// Judges one job.
    ///
    /// - Parameters:
    ///   - state: its state document; nil when there is none, or it was not read.
    ///   - history: its journal; nil when it was not read.
    package mutating func judge(_ trace: JobTrace, state: JSONValue?, history: [JobTrace.Sighting]?) {
        let job = trace.job
        known.insert(job.id)
        for fault in trace.faults { blame(job, fault) }
        guard trace.isAccepted else { return blame(job, "it was never accepted") }
        judgeSightings(of: trace, history)
        guard let ending = trace.ending else { return blame(job, "it has not ended") }
        endings[ending, default: 0] += 1
        if statuses[job.id] != ending {
            blame(job, "it ended as \(ending), but is listed as \(statuses[job.id] ?? "nothing")")
        }
        switch ending {
        case "completed":
            if job.kind == .failing { blame(job, "it completed, though its last step cannot") }
            judgeCompleted(job)
            judgeState(of: job, state)
        case "failed": judgeFailed(job)
        default: blame(job, "it ended as \(ending)")
        }
    }

    /// Finds effects of which no job is known.
    package mutating func judgeStrangers() {
        for mark in stock.marks where !known.contains(String(mark.prefix { $0 != "/" })) {
            violations.append(Violation(job: nil, sentence: "'\(mark)' is there, but no job of that name"))
        }
    }

    /// Adds what somebody else has found.
    package mutating func blame(_ sentence: String) {
        violations.append(Violation(job: nil, sentence: sentence))
    }

    private mutating func blame(_ job: ChaosJob, _ sentence: String) {
        violations.append(Violation(job: job.id, sentence: sentence))
    }

    private mutating func judgeSightings(of trace: JobTrace, _ history: [JobTrace.Sighting]?) {
        for (index, sighting) in trace.sightings.enumerated() where sighting.sequence != UInt64(index + 1) {
            return blame(trace.job, "its watcher saw event \(sighting.sequence) in the place of \(index + 1)")
        }
        guard let history, trace.ending != nil else { return }
        if history != trace.sightings {
            let index = zip(history, trace.sightings).prefix { $0 == $1 }.count
            blame(trace.job, "its watcher saw something else than its journal says, from entry \(index + 1) on")
        }
    }

    private mutating func judgeCompleted(_ job: ChaosJob) {
        for (mark, points) in job.persons.sorted(by: { $0.key < $1.key }) {
            let found = stock.persons[mark] ?? []
            if found != [points] {
                blame(job, "the person \(mark) is there as \(Self.list(found)), not once as it must be")
            }
        }
        for mark in job.todos.sorted() where stock.todos[mark] != 1 {
            blame(job, "the to-do \(mark) is there \(stock.todos[mark] ?? 0) times")
        }
    }

    private mutating func judgeFailed(_ job: ChaosJob) {
        for mark in job.persons.keys.sorted() where stock.persons[mark] != nil {
            blame(job, "it failed, but the person \(mark) is there")
        }
        for mark in job.todos.sorted() where stock.todos[mark] != nil {
            blame(job, "it failed, but the to-do \(mark) is there")
        }
    }

    private mutating func judgeState(of job: ChaosJob, _ state: JSONValue?) {
        guard job.kind == .stateful else { return }
        guard let state else { return blame(job, "its state document is not there") }
        let written = (state["log"]?.arrayValue ?? []).compactMap(\.stringValue)
        if written.count != job.log.count || Set(written) != job.log {
            blame(job, "the log in its state document is \(written), not each of \(job.log.sorted()) once")
        }
        if state["person"]?["familyName"]?.stringValue != "\(job.id)/0" {
            blame(job, "the person is not in its state document")
        }
    }

    private static func list(_ points: [Int?]) -> String {
        points.isEmpty ? "nothing" : points.map { $0.map { "one with \($0) points" } ?? "one" }.joined(separator: ", ")
    }
}
