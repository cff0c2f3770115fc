import Testing

@testable import Gateway

@Suite struct HTTPDateTests {
    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (1_769_850_900, "Sat, 31 Jan 2026 09:15:00 GMT"),
    ])
    func aTimeIsWrittenAsHTTPWritesIt(_ seconds: Int, _ text: String) {
        #expect(HTTPDate(secondsSinceEpoch: seconds).description == text)
    }
}
