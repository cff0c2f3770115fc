import JSON
import Testing

@Suite struct JSONNumberTests {
    @Test(arguments: [
        ["1", "1.0", "1e0", "10e-1", "0.1E1", "1.000", "100000000000000000000e-20"],
        ["0", "-0", "0.0", "-0.00", "0e5", "0e99999999999999999999999"],
        ["-120", "-1.2e2", "-120.0", "-12E+1"],
        ["9223372036854775807", "9223372036854775807.0", "9.223372036854775807e18"],
        ["123456789012345678901234567890", "123456789012345678901234567890.0", "1.2345678901234567890123456789e29"],
        ["0.1", "0.10", "1e-1", "0.01e1"],
        ["1e400", "10e399"],
        ["1e-400", "0.1e-399"],
    ])
    func allSpellingsOfANumberAreEqualAndHashAlike(_ spellings: [String]) throws {
        let numbers = try spellings.map { try #require(JSONNumber(text: $0)) }
        #expect(Set(numbers).count == 1)
        #expect(numbers.map(\.text) == spellings)
    }

    @Test func numbersThatADoubleConfusesAreDifferent() throws {
        let spellings = [
            "9007199254740992", "9007199254740993", "9007199254740992.0000000000001", "0.1", "0.1000000000000000000001",
            "1e400", "1e401", "-1", "1", "1e99999999999999999999", "1e99999999999999999998",
        ]
        #expect(Set(try spellings.map { try #require(JSONNumber(text: $0)) }).count == spellings.count)
    }

    @Test(
        arguments: [
            ("7", 7), ("7.0", 7), ("7e2", 700), ("700e-2", 7), ("-0", 0), ("9223372036854775807", .max),
            ("-9223372036854775808", .min), ("-9223372036854775808.0", .min), ("9223372036854775808", nil),
            ("7.5", nil),
            ("1e18", 1_000_000_000_000_000_000), ("1e19", nil), ("1e999999999999999999999", nil),
            ("-92233720368547758080e-1", .min),
        ] as [(String, Int?)]
    )
    func anIntegerIsGivenWhenTheValueIsOneAndFits(_ text: String, _ integer: Int?) throws {
        #expect(try #require(JSONNumber(text: text)).int == integer)
    }

    @Test(arguments: ["+1", "01", ".5", "1.", "1e", "NaN", "", " 1", "1 ", "0x1", "1,0", "\"1\"", "true"])
    func whatIsNoNumberMakesNone(_ text: String) {
        #expect(JSONNumber(text: text) == nil)
    }

    @Test func doublesAreWrittenShortAndComeBack() {
        #expect(JSONNumber(0.1)?.text == "0.1")
        #expect(JSONNumber(3.0)?.text == "3")
        #expect(JSONNumber(-0.0)?.text == "-0.0")
        #expect(JSONNumber(1e100)?.text == "1e+100")
        #expect(JSONNumber(.nan) == nil)
        #expect(JSONNumber(.infinity) == nil)
        #expect(JSONValue(Double.nan) == .null)
    }

    @Test func doublesOfAnyNumberAreTheNearest() throws {
        #expect(JSONNumber(UInt64.max).double == 0x1p64)
        #expect(JSONNumber(UInt64.max).text == "18446744073709551615")
        #expect(try #require(JSONNumber(text: "3.14159265358979323846")).double == .pi)
        #expect(try #require(JSONNumber(text: "1e400")).double == .infinity)
        #expect(try #require(JSONNumber(text: "-1e-400")).double == 0)
    }

    @Test(arguments: [11, 12] as [UInt64])
    func randomDoublesSurvive(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        for _ in 0..<2000 {
            let double = Double(bitPattern: random.next())
            guard let number = JSONNumber(double) else { continue }
            #expect(try JSONValue(parsing: number.text).doubleValue == double)
        }
    }
}
