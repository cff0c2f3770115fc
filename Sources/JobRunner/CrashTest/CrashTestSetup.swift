import Bus
import Foundation
import JSON
import JobControl

/// What is run at every point: the job, and the services that it needs.
struct CrashTestSetup: Sendable {
    /// An engine and its service's name.
    struct Engine: Sendable, Hashable {
        var name: String
        var design: String
    }

    let plan: RunPlan
    let engines: [Engine]
    let services: [String]
    /// The program `platform`, beside this one.
    let platform: String

    /// Reads and checks everything before anything is started.
    init(job: String, designs: [String], services: [String]) throws {
        plan = try RunPlan(job: try JSONFile.read(job), stateFile: nil, assignments: [])
        let faults = plan.faults
        guard faults.isEmpty else {
            let lines = faults.map { "  \($0.pointer): \($0.message)" }.joined(separator: "\n")
            throw RunnerFailure.usage("\(job) is not a valid job:\n\(lines)")
        }
        engines = try designs.map { path in
            guard let name = try JSONFile.read(path)["serviceInfo"]?["serviceName"]?.stringValue else {
                throw RunnerFailure.usage("\(path) is no design: it names no service")
            }
            return Engine(name: name, design: URL(fileURLWithPath: path).path)
        }
        guard Set(engines.map(\.name)).count == engines.count else {
            throw RunnerFailure.usage("two of the designs name the same service")
        }
        self.services = services
        platform =
            URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "platform").path
        guard FileManager.default.isExecutableFile(atPath: platform) else {
            throw RunnerFailure.usage("there is no \(platform), which belongs beside job-runner")
        }
    }

    /// The document of one run, with an id of its own, so that a submission without an answer can be repeated.
    func document(stateID: String?) -> JSONValue {
        var document = plan.submission(stateID: stateID)
        document["jobId"] = .string(UUIDv7.make())
        return document
    }

    /// The tags, and names where there is no tag, of all tasks that are not switched off.
    var needs: Set<String> {
        let steps = plan.document["steps"]?.arrayValue ?? []
        let tasks = steps.flatMap { $0["tasks"]?.arrayValue ?? [] }
        let enabled = tasks.filter { $0["enabled"]?.boolValue != false }
        return Set(enabled.compactMap { $0["tag"]?.stringValue ?? $0["serviceName"]?.stringValue })
    }
}
