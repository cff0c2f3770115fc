import Foundation
import Testing

/// The PostgreSQL server that tests may use: `scripts/test.sh` starts one and says where in `PLATFORM_TEST_POSTGRES`.
package enum TestPostgres {
    /// Why there is none.
    package struct Missing: Error, CustomStringConvertible {
        package var description: String {
            "PLATFORM_TEST_POSTGRES names no server: run scripts/test.sh, or scripts/postgres.sh start FOLDER"
        }
    }

    /// The server's URL with a schema that no other test has.
    ///
    /// Without a server the test is skipped at a desk, and fails where `CI` is set: there nobody would notice.
    package static func freshSchema() throws -> String {
        let url = try url()
        let schema = "test_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        return url + (url.contains("?") ? "&" : "?") + "schema=" + schema
    }

    private static func url() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        if let url = environment["PLATFORM_TEST_POSTGRES"], !url.isEmpty { return url }
        guard environment["CI"] == nil else { throw Missing() }
        try Test.cancel("\(Missing())")
    }
}
