import Bus
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00.000Z", 0), ("2026-01-31T09:15:00.123Z", 1_769_850_900_123),
        ("2000-02-29T23:59:59.999Z", 951_868_799_999), ("1969-12-31T23:59:59.999Z", -1),
        ("0001-01-01T00:00:00.000Z", -62_135_596_800_000), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ])
    func itIsWrittenAndReadAsRFC3339(_ text: String, _ milliseconds: Int64) {
        #expect(Timestamp(millisecondsSinceEpoch: milliseconds).description == text)
        #expect(Timestamp(text)?.millisecondsSinceEpoch == milliseconds)
    }

    @Test(arguments: [
        ("2026-01-31T09:15:00Z", 0), ("2026-01-31t09:15:00.5z", 500), ("2026-01-31 10:15:00.123456+01:00", 123),
        ("2026-01-31T00:15:00.999-09:00", 999),
    ])
    func otherFormsOfTheStandardAreRead(_ text: String, _ milliseconds: Int64) {
        #expect(Timestamp(text)?.millisecondsSinceEpoch == 1_769_850_900_000 + milliseconds)
    }

    @Test(arguments: [
        "", "2026-01-31", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-31T24:00:00Z", "2026-01-31T00:60:00Z", "2026-01-31T00:00:00", "2026-01-31T00:00:00.Z",
        "2026-01-31T00:00:00Zx", "2026-01-31T00:00:00+1:00", "26-01-31T00:00:00Z",
    ])
    func whatIsNoTimeIsNil(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func timesCanBeAddedAndCompared() {
        let time = Timestamp(millisecondsSinceEpoch: 1000)
        #expect(time + .milliseconds(1500) == Timestamp(millisecondsSinceEpoch: 2500))
        #expect(time + .seconds(1) > time && (time + .seconds(1)) - time == .seconds(1))
    }
}
