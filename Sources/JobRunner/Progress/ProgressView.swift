import ArgumentParser
import Bus

/// Shows a job's progress as its events arrive.
protocol ProgressView {
    /// Called once for each batch of events, after `progress` has taken them in.
    mutating func show(_ events: [Event], _ progress: JobProgress)
}

/// How progress and results are shown.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people. Progress: a live tree on a terminal, lines otherwise.
    case text
    /// For programs: one JSON object, or one a line where there are many. Progress: one CloudEvent a line.
    case json

    static let progressHelp = "text (a live tree on a terminal, lines otherwise) or json (one event a line)."

    /// The help of `--output` of what has a result.
    static func help(text: String, json: String = "the platform's answer") -> String {
        "text (\(text)) or json (\(json))."
    }

    /// The view for this format; text depends on what standard error is.
    func makeView() -> any ProgressView {
        switch self {
        case .json: JSONLinesView()
        case .text where Console.isTerminal: TreeView()
        case .text: LineView()
        }
    }
}

/// Each event as one line of JSON on standard error, for programs.
struct JSONLinesView: ProgressView {
    mutating func show(_ events: [Event], _ progress: JobProgress) {
        for event in events { Console.error(String(decoding: event.encoded(), as: UTF8.self)) }
    }
}
