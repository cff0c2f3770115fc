import Chaos
import Foundation

/// `chaos-jobs [--seconds N] [--seed N] [--store sqlite|postgres] [--job-controls N] [--customers N]
/// [--root CHECKOUT] [--folder FOLDER]`: runs jobs, kills, and judges what is left; `scripts/crash-test.sh` calls it.
///
/// Ends with 0 when everything was as it must be, with 1 when not, and with 2 when it was called wrongly. The folder with
/// the data and the logs of the processes is kept when something was wrong.
@main enum ChaosJobsCommand {
    private static let usage = """
        usage: chaos-jobs [--seconds N] [--seed N] [--store sqlite|postgres] [--job-controls N] [--customers N]
                          [--root CHECKOUT] [--folder FOLDER]
        More job-controls than one share a database: --store postgres.
        """

    static func main() async throws {
        var settings = JobChaosRun.Settings(platform: programFolder + "/platform", root: ".")
        settings.seed = .random(in: 0...UInt64(UInt32.max))
        var folder: String?
        var words = CommandLine.arguments.dropFirst()
        while let option = words.popFirst() {
            guard let value = words.popFirst(), set(option, value, in: &settings, &folder) else {
                print(usage)
                exit(2)
            }
        }
        guard settings.jobControls == 1 || settings.usesPostgres else {
            print(usage)
            exit(2)
        }
        guard let root = realpath(settings.root, nil) else {
            print("chaos-jobs: there is no folder \(settings.root)")
            exit(2)
        }
        settings.root = String(cString: root)
        free(root)
        guard let place = folder ?? temporaryFolder() else {
            print("chaos-jobs: there is no place for a folder")
            exit(2)
        }
        print("chaos-jobs seed=\(settings.seed) folder=\(place)")
        guard try await JobChaosRun(settings, folder: place).run() else { exit(1) }
        if folder == nil { try? FileManager.default.removeItem(atPath: place) }
    }

    private static func set(
        _ option: String,
        _ value: String,
        in settings: inout JobChaosRun.Settings,
        _ folder: inout String?
    ) -> Bool {
        switch (option, Int(value)) {
        case ("--seconds", let number?) where number > 0: settings.seconds = number
        case ("--seed", _): return UInt64(value).map { settings.seed = $0 } != nil
        case ("--customers", let number?) where 1...1_000 ~= number: settings.customers = number
        case ("--job-controls", let number?) where 1...16 ~= number: settings.jobControls = number
        case ("--store", _) where ["sqlite", "postgres"].contains(value): settings.usesPostgres = value == "postgres"
        case ("--root", _): settings.root = value
        case ("--folder", _): folder = value
        default: return false
        }
        return true
    }

    /// Where this program is, and `platform` beside it.
    private static var programFolder: String {
        guard let path = realpath("/proc/self/exe", nil) else { return "." }
        defer { free(path) }
        return String(String(cString: path).split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 })
    }

    private static func temporaryFolder() -> String? {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/chaos-jobs-XXXXXX".utf8CString)
        return mkdtemp(&template).map { String(cString: $0) }
    }
}
