import Bus
import Testing

@Suite struct RequestIDTests {
    @Test func itIsWrittenAndReadAsALowercaseUUID() {
        let id = RequestID(high: 0x0123_4567_89AB_7DEF, low: 0x8123_4567_89AB_CDEF)
        #expect(id.description == "01234567-89ab-7def-8123-456789abcdef")
        #expect(RequestID("01234567-89AB-7DEF-8123-456789ABCDEF") == id)
        #expect(RequestID.zero.description == "00000000-0000-0000-0000-000000000000")
    }

    @Test(arguments: [
        "", "01234567-89ab-7def-8123-456789abcde", "0123456789ab-7def-8123-456789abcdef-00",
        "g1234567-89ab-7def-8123-456789abcdef",
    ])
    func whatIsNoUUIDIsNil(_ text: String) {
        #expect(RequestID(text) == nil)
    }
}

@Suite struct UUIDv7Tests {
    @Test func theyAreOfVersionSevenAndSortByTheirMaking() {
        let ids = (0..<5000).map { _ in RequestID() }
        #expect(ids == ids.sorted() && Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.high >> 12 & 0xF == 7 && $0.low >> 62 == 2 })
        let made = Int64(clamping: ids[0].high >> 16)
        #expect(abs(made - Timestamp.now.millisecondsSinceEpoch) < 60_000)
    }

    @Test func theTextIsALowercaseUUID() throws {
        let text = UUIDv7.make()
        #expect(try #require(RequestID(text)).description == text)
    }
}

@Suite struct TraceContextTests {
    private let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test func itIsReadAndWrittenAsTheStandardSays() throws {
        let trace = try #require(TraceContext(traceparent: header))
        #expect(trace.traceparent == header && trace.spanID == 0xb7ad_6b71_6920_3331 && trace.flags == 1)
    }

    @Test func aChildHasASpanOfItsOwn() throws {
        let trace = try #require(TraceContext(traceparent: header))
        #expect(trace.child().traceID == trace.traceID && trace.child().spanID != trace.spanID)
    }

    @Test func aLaterVersionMayHaveMoreParts() {
        #expect(TraceContext(traceparent: "01" + header.dropFirst(2) + "-more") != nil)
        #expect(TraceContext(traceparent: header + "-more") == nil)
        #expect(TraceContext(traceparent: "ff" + header.dropFirst(2)) == nil)
    }

    @Test(arguments: [
        "", "00", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
    ])
    func whatIsNoTraceIsNil(_ text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }
}
