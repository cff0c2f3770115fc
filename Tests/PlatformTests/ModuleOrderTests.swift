import Foundation
import Testing

/// SwiftPM does not notice an import that points upward as long as somebody links the module; this does.
@Suite struct ModuleOrderTests {
    /// What each module may import of ours, besides JSON, which is lowest and imports nothing.
    private static let allowed: [String: Set<String>] = [
        "JSON": [],
        "ZeroMQ": ["CZMQ"],
        "Bus": ["JSON", "ZeroMQ"],
        "Discovery": ["JSON", "ZeroMQ", "Bus"],
        "SharedState": ["JSON", "ZeroMQ", "Bus"],
        "EngineService": ["JSON", "ZeroMQ", "Bus"],
        "JobControl": ["JSON", "ZeroMQ", "Bus", "Discovery", "SharedState"],
        "CPostgreSQL": [],
        "Storage": ["JSON", "CPostgreSQL", "Bus", "Discovery", "SharedState", "EngineService", "JobControl"],
        "Gateway": ["JSON", "ZeroMQ", "Bus", "Discovery", "SharedState", "JobControl"],
        "Scratch": ["JSON", "Bus", "JobControl"],
        "JobRunner": ["JSON", "ZeroMQ", "Bus", "Discovery", "SharedState", "JobControl", "Scratch"],
        "Platform": [
            "JSON", "ZeroMQ", "Bus", "Discovery", "SharedState", "EngineService", "JobControl", "Storage", "Gateway",
        ],
        "CMemory": [],
        "PlatformCommand": ["JSON", "CMemory", "ZeroMQ", "Bus", "Platform"],
    ]
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test(arguments: allowed.keys.sorted())
    func aModuleImportsOnlyWhatStandsBelowIt(_ module: String) throws {
        let folder = Self.root.appending(path: module == "Gateway" ? "gateway" : "Sources/\(module)")
        let ours = Set(Self.allowed.keys).union(["CZMQ"])
        let imported = try Self.imports(in: folder).intersection(ours)
        #expect(imported.subtracting(Self.allowed[module] ?? []) == [])
    }

    @Test func everyModuleIsInTheOrder() throws {
        let modules = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Sources").path)
        #expect(Set(modules).subtracting(Self.allowed.keys) == [])
    }

    private static func imports(in folder: URL) throws -> Set<String> {
        let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        var modules: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            let imports = text.matches(of: /(?m)^(?:\w+ |@\w+(?:\(\w+\))? )*import (?:\w+ )?(\w+)/)
            modules.formUnion(imports.map { String($0.1) })
        }
        return modules
    }
}
