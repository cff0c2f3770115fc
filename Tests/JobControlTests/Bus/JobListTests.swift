import Bus
import JSON
import Testing

@testable import JobControl

/// Lists in pages, as `GET /jobs` and `GET /filter` hand them on.
@Suite(.timeLimit(.minutes(1))) struct JobListTests {
    /// A platform whose store has jobs `0` to `count - 1`, the even ones failed.
    private func with(_ count: Int, _ body: (JobPlatform) async throws -> Void) async throws {
        let store = MemoryJobStore()
        for number in 0..<count {
            let status = number.isMultiple(of: 2) ? JobStatus.failed : .completed
            let record = JobRecord(
                id: "\(number)",
                status: status,
                name: "a b&c",
                createdAt: .at(0),
                completedAt: .now,  // or they would be forgotten for their age
                steps: 1
            )
            try await store.create(record, document: [], entries: [], key: nil)
        }
        try await JobPlatform.with(store: store, body)
    }

    /// The ids of a page, and the query of the next one.
    private func page(
        _ platform: JobPlatform,
        _ operation: String,
        _ body: String,
        _ annotations: Annotations
    ) async throws -> (ids: [String], next: String?) {
        let (status, rows, annotations) = try await platform.ask(operation, body, annotations)
        #expect(status == 200)
        return (rows.arrayValue?.compactMap { $0["id"]?.stringValue } ?? [], annotations["link"])
    }

    @Test func theNewestThousandAreShownInOrderOfSubmission() async throws {
        try await with(1_002) { platform in
            let (ids, next) = try await page(platform, "list", "", ["base-url": "http://h"])
            #expect(ids == (2..<1_002).map(String.init))
            #expect(next == #"<http://h/jobs?limit=1000&cursor=2>; rel="next""#)
            let older = try await page(platform, "list", "", ["limit": "1000", "cursor": "2"])
            #expect(older.ids == ["0", "1"])
            #expect(older.next == nil)
        }
    }

    @Test func pagesGoThroughAllJobsFromEitherEnd() async throws {
        try await with(5) { platform in
            let newest = try await page(platform, "list", "", ["limit": "2", "order": "desc"])
            #expect(newest.ids == ["4", "3"])
            #expect(newest.next == #"</jobs?limit=2&cursor=3&order=desc>; rel="next""#)
            let last = try await page(platform, "list", "", ["limit": "2", "cursor": "1", "order": "desc"])
            #expect(last.ids == ["0"])
            #expect(last.next == nil)
            let oldest = try await page(platform, "list", "", ["limit": "3", "order": "asc"])
            #expect(oldest.ids == ["0", "1", "2"])
            #expect(oldest.next == #"</jobs?limit=3&cursor=2&order=asc>; rel="next""#)
            let newer = try await page(platform, "list", "", ["limit": "3", "cursor": "2", "order": "asc"])
            #expect(newer.ids == ["3", "4"])
            #expect(try await page(platform, "list", "", ["limit": "5"]).next == nil)
        }
    }

    @Test func aFilteredListKeepsItsFilterInTheLink() async throws {
        try await with(5) { platform in
            let first = try await page(
                platform,
                "filter",
                #"{"status":"failed","name":"a b&"}"#,
                ["limit": "2", "order": "asc"]
            )
            #expect(first.ids == ["0", "2"])
            #expect(first.next == #"</filter?name=a%20b%26&status=failed&limit=2&cursor=2&order=asc>; rel="next""#)
            let last = try await page(
                platform,
                "filter",
                #"{"status":"failed"}"#,
                ["limit": "2", "cursor": "2", "order": "asc"]
            )
            #expect(last.ids == ["4"])
            #expect(last.next == nil)
        }
    }

    @Test(
        arguments: [
            ["limit": "0"], ["limit": "10001"], ["limit": "x"], ["order": "up"], ["cursor": "nobody"],
        ] as [Annotations]
    )
    func whatCannotBeAPageIsRefused(_ annotations: Annotations) async throws {
        try await with(1) { platform in
            for operation in ["list", "filter"] {
                let (status, answer, _) = try await platform.ask(operation, "", annotations)
                #expect(status == 400)
                #expect(answer["error"]?.stringValue?.contains("'\(annotations.names[0])'") == true)
            }
        }
    }
}
