import Foundation
import Scratch

/// The run without a crash and those at the points, one after the other.
struct CrashTestRun: Sendable {
    let setup: CrashTestSetup
    let folder: String
    let limit: Int?
    let warden: Warden

    /// Prints the table; whether all of its rows are as they must be.
    func run() async throws -> Bool {
        let first = try ScratchRun(setup, folder: try subfolder("0"), point: nil, warden: warden)
        let quiet = try await first.run()
        let writes = try first.writes()
        let points = FailurePoint.all(writes, limit: limit)
        let counts = writes.map { "\($0.count) of \($0.process)" }.joined(separator: ", ")
        Console.error("Writes without a crash: \(counts). Failure points: \(points.count).")
        let width = (points.map(\.description.count).max() ?? 0) + 2
        Console.output([CrashTestRow.header(width: width), quiet.line(width: width)])
        var isConsistent = quiet.isConsistent
        for (index, point) in points.enumerated() {
            let place = try subfolder("\(index + 1)")
            let row = try await ScratchRun(setup, folder: place, point: point, warden: warden).run()
            Console.output([row.line(width: width)])
            isConsistent = isConsistent && row.isConsistent
            if row.isConsistent { try? FileManager.default.removeItem(atPath: place) }
        }
        return isConsistent
    }

    private func subfolder(_ name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}
