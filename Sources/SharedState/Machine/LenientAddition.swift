import Bus
import JSON

/// `op: add` as old clients know it: sets a value wherever the path leads, and makes the way there.
///
/// Unlike RFC 6902 it makes the objects that are missing, puts one in the place of a scalar, and an array's index
/// names the element to set, not a place to insert. The index behind the last element, or `-`, appends.
struct LenientAddition {
    let value: JSONValue
    let path: JSONPointer

    /// - Throws: a 400 problem for a name or a far index in an array.
    func applied(to content: JSONObject) throws(Problem) -> JSONObject {
        var root = JSONValue.object(content)
        try set(path.tokens[...], in: &root)
        return root.objectValue ?? [:]
    }

    private func set(_ tokens: ArraySlice<String>, in target: inout JSONValue) throws(Problem) {
        guard let token = tokens.first else { return target = value }
        if case .array(var elements) = target {
            target = .null  // gives the elements up, so that they are changed in place
            let index = try index(token, in: elements)
            if index == elements.count { elements.append(.null) }
            try set(tokens.dropFirst(), in: &elements[index])
            target = .array(elements)
        } else {
            var object = target.objectValue ?? [:]
            target = .null
            var member = object.updateValue(.null, forKey: token) ?? .null
            try set(tokens.dropFirst(), in: &member)
            object[token] = member
            target = .object(object)
        }
    }

    private func index(_ token: String, in elements: [JSONValue]) throws(Problem) -> Int {
        let index = token == "-" ? elements.count : JSONPointer.arrayIndex(token)
        guard let index, index <= elements.count else {
            throw Problem(
                .badRequest,
                "'\(token)' in '\(path)' names no place in an array of \(elements.count): use an index up to that, or '-'."
            )
        }
        return index
    }
}
