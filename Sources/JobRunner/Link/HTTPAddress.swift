import Foundation

/// Where job-control and shared-state are met over HTTP; one port of the gateway has both.
struct HTTPAddress: Sendable, Equatable {
    /// Base URLs without a slash at the end.
    let jobs: String
    let state: String

    /// - Throws: ``RunnerFailure`` when a URL is no absolute http(s) URL, or one for the jobs is missing.
    init(gateway: String?, jobs: String?, state: String?) throws {
        guard let jobURL = jobs ?? gateway else {
            throw RunnerFailure.usage("--state-url needs --job-url or --gateway beside it")
        }
        self.jobs = try Self.base(jobURL, of: jobs == nil ? "--gateway" : "--job-url")
        self.state = try Self.base(state ?? gateway ?? jobURL, of: state == nil ? "--gateway" : "--state-url")
    }

    private static func base(_ text: String, of option: String) throws -> String {
        let components = URLComponents(string: text)
        guard let components, ["http", "https"].contains(components.scheme?.lowercased()),
            components.host?.isEmpty == false, components.query == nil, components.fragment == nil
        else { throw RunnerFailure.usage("\(option): '\(text)' is no base URL such as http://127.0.0.1:8080") }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
