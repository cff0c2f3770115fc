import ArgumentParser
import JSON

/// One value of `--set /pointer=json`: where in the initial state it goes, and what.
struct Assignment: ExpressibleByArgument, Equatable {
    var pointer: JSONPointer
    var value: JSONValue

    /// Reads `/pointer=json`; text that is not JSON is taken as a string, so that `--set /name=Ada` works.
    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="),
            let pointer = try? JSONPointer(String(argument[..<equals])), !pointer.tokens.isEmpty
        else { return nil }
        let text = String(argument[argument.index(after: equals)...])
        self.pointer = pointer
        value = (try? JSONValue(parsing: text)) ?? .string(text)
    }

    /// Puts the value in its place, making the objects on the way that are missing.
    func applied(to content: JSONObject) throws -> JSONObject {
        let result = try placed(in: .object(content), tokens: pointer.tokens[...])
        guard case .object(let object) = result else { return content }
        return object
    }

    private func placed(in target: JSONValue, tokens: ArraySlice<String>) throws -> JSONValue {
        guard let token = tokens.first else { return value }
        switch target {
        case .object(var object):
            object[token] = try placed(in: object[token] ?? .object([:]), tokens: tokens.dropFirst())
            return .object(object)
        case .array(var array):
            if token == "-" { return .array(array + [try placed(in: .object([:]), tokens: tokens.dropFirst())]) }
            guard let index = Int(token), array.indices.contains(index) else {
                throw RunnerFailure.usage("--set \(pointer): there is no element \(token) in the array on the way")
            }
            array[index] = try placed(in: array[index], tokens: tokens.dropFirst())
            return .array(array)
        default:
            throw RunnerFailure.usage("--set \(pointer): \(token) would be inside of a value that is no object")
        }
    }
}
