import JSON

/// A small generator with a seed, so that a failing run can be run again.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension SplitMix {
    /// A value of any shape, at most `depth` deep.
    mutating func value(depth: Int = 4) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
        case 0: .null
        case 1: .bool(Bool.random(using: &self))
        case 2: JSONValue(Int.random(in: -5...20, using: &self))
        case 3: JSONValue(Int.random(in: .min ... .max, using: &self))
        case 4: JSONValue(Double.random(in: -1e6...1e6, using: &self))
        case 5: .string(text())
        case 6: .array((0..<Int.random(in: 0..<6, using: &self)).map { _ in value(depth: depth - 1) })
        default: .object(object(depth: depth - 1))
        }
    }

    /// An object whose keys are few, so that two of them have some in common.
    mutating func object(depth: Int) -> JSONObject {
        var object = JSONObject()
        for _ in 0..<Int.random(in: 0..<6, using: &self) {
            let keys = ["a", "b", "c/d", "e~f", "", "__proto__", "ключ"]
            object[keys.randomElement(using: &self) ?? ""] = value(depth: depth)
        }
        return object
    }

    /// A text with characters of every length and kind.
    mutating func text() -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "\"", "\\", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "漢", "😀", "\u{301}", "/",
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<24, using: &self) { text.append(scalars.randomElement(using: &self) ?? "a") }
        return String(text)
    }
}
