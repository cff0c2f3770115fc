import JSON
import Testing

@Suite struct JSONObjectTests {
    @Test func membersKeepTheirOrderAndAChangedOneItsPlace() {
        var object: JSONObject = ["b": 1, "a": 2, "c": 3]
        object["a"] = 9
        object["d"] = 4
        object["b"] = nil
        #expect(object.keys == ["a", "c", "d"])
        #expect(object.values == [9, 3, 4])
    }

    @Test func equalityIgnoresOrder() {
        let left: JSONObject = ["a": 1, "b": [1, 2]]
        let right: JSONObject = ["b": [1.0, 2], "a": 1]
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(left != ["a": 1])
        #expect(left != ["a": 1, "c": [1, 2]])
    }

    @Test func keysAreTheirBytes() {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        let object: JSONObject = [composed: 1, decomposed: 2]
        #expect(object.count == 2)
        #expect(object[composed] == 1)
        #expect(JSONValue.string(composed) != .string(decomposed))
    }

    @Test(arguments: ["__proto__", "constructor", "", "toString", "a/b~c", "\0"])
    func everyKeyIsOrdinary(_ key: String) throws {
        var value: JSONValue = [:]
        value[key] = ["x": 1]
        #expect(try JSONValue(parsing: value.description)[key]?["x"] == 1)
        value[key] = nil
        #expect(value == [:])
    }

    @Test(.timeLimit(.minutes(1))) func aHundredThousandMembersAreNotQuadratic() throws {
        let count = 100_000
        var object = JSONObject()
        for number in 0..<count { object["key\(number)"] = JSONValue(number) }
        #expect(try JSONValue(parsing: JSONValue.object(object).serialized()) == .object(object))
        for number in stride(from: 0, to: count, by: 2) { object["key\(number)"] = nil }
        #expect(object.count == count / 2)
        #expect(object.keys.prefix(3) == ["key1", "key3", "key5"])
        for number in 0..<count - 1 { object["key\(number)"] = nil }
        #expect(object == ["key99999": 99_999])
    }

    @Test(arguments: [21, 22, 23] as [UInt64])
    func itBehavesAsADictionaryWithAList(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var object = JSONObject()
        var model: [(key: String, value: JSONValue)] = []
        for step in 0..<3000 {
            let key = "k\(Int.random(in: 0..<60, using: &random))"
            let position = model.firstIndex { $0.key == key }
            if Bool.random(using: &random) {
                #expect(object.removeValue(forKey: key) == position.map { model.remove(at: $0).value })
            } else {
                object[key] = JSONValue(step)
                if let position {
                    model[position].value = JSONValue(step)
                } else {
                    model.append((key, JSONValue(step)))
                }
            }
            #expect(object.count == model.count)
            #expect(object.keys == model.map(\.key))
            #expect(object.values == model.map(\.value))
        }
    }

    @Test func aMergeIsOfTheFirstLevelOnly() {
        let object: JSONObject = ["a": ["x": 1], "b": 1]
        #expect(object.merging(["a": ["y": 2], "c": nil]) == ["a": ["y": 2], "b": 1, "c": nil])
    }

    @Test func settingAMemberOfAScalarMakesAnObject() {
        var value: JSONValue = 7
        value["a"] = true
        #expect(value == ["a": true])
    }

    @Test func accessorsGiveWhatIsThere() {
        let value: JSONValue = ["n": 7, "d": 1.5, "s": "t", "b": true, "l": [1, nil], "o": [:]]
        #expect(value["n"]?.intValue == 7)
        #expect(value["d"]?.doubleValue == 1.5)
        #expect(value["d"]?.intValue == nil)
        #expect(value["s"]?.stringValue == "t")
        #expect(value["b"]?.boolValue == true)
        #expect(value["l"]?[1]?.isNull == true)
        #expect(value["l"]?[2] == nil)
        #expect(value["l"]?[-1] == nil)
        #expect(value["o"]?.objectValue?.isEmpty == true)
        #expect(value["x"] == nil)
        #expect(value["s"]?["x"] == nil)
        #expect(JSONValue(String?.none) == .null)
    }
}
