public import JSON

/// One entry of `storeResultAt`: which part of a result goes where in the state document.
public struct ResultMapping: Sendable, Hashable {
    /// Where it goes; made, with the objects on the way, when it is not there.
    public var targetPath: JSONPointer
    /// Which part of the result; the whole of it when empty.
    public var sourcePath: JSONPointer
    /// The statuses with which it is stored; every success when nil.
    public var onlyOnStatus: [Int]?

    public init(targetPath: JSONPointer, sourcePath: JSONPointer = [], onlyOnStatus: [Int]? = nil) {
        self.targetPath = targetPath
        self.sourcePath = sourcePath
        self.onlyOnStatus = onlyOnStatus
    }

    /// Whether a result with this status is stored.
    func applies(to status: Int) -> Bool {
        onlyOnStatus?.contains(status) ?? true
    }
}

extension ResultMapping {
    /// Reads `storeResultAt`: a pointer, an object, or a list of them; no mappings for what is not there.
    static func list(_ json: JSONValue?, at path: DocumentPath, reader: inout DocumentReader) -> [ResultMapping] {
        guard let json = DocumentReader.present(json) else { return [] }
        guard let array = json.arrayValue else {
            return ResultMapping(json, at: path, reader: &reader).map { [$0] } ?? []
        }
        return array.enumerated().compactMap { index, value in
            ResultMapping(value, at: path.appending(index), reader: &reader)
        }
    }

    private init?(_ json: JSONValue, at path: DocumentPath, reader: inout DocumentReader) {
        if case .string(let text) = json {
            guard let target = Self.target(text, at: path, reader: &reader) else { return nil }
            self.init(targetPath: target)
            return
        }
        guard let object = json.objectValue else {
            reader.fault(path, "must be a JSON Pointer, an object with a targetPath, or a list of them")
            return nil
        }
        let inside = path.appending("targetPath")
        guard let text = object["targetPath"]?.stringValue else {
            reader.fault(inside, "is required and must be a JSON Pointer")
            return nil
        }
        let source = Self.source(object["sourcePath"], at: path.appending("sourcePath"), reader: &reader)
        let statuses = Self.statuses(object["onlyOnStatus"], at: path.appending("onlyOnStatus"), reader: &reader)
        guard let target = Self.target(text, at: inside, reader: &reader) else { return nil }
        self.init(targetPath: target, sourcePath: source, onlyOnStatus: statuses)
    }

    /// A pointer that shared-state takes for an `add`: it leads to a member, and no segment is empty.
    private static func target(
        _ text: String,
        at path: DocumentPath,
        reader: inout DocumentReader
    ) -> JSONPointer? {
        do {
            let pointer = try JSONPointer(text)
            if !pointer.tokens.isEmpty, !pointer.tokens.contains("") { return pointer }
            reader.fault(path, "must be a JSON Pointer to a member, such as /result, without empty parts")
        } catch {
            reader.fault(path, "must be a JSON Pointer: \(error)")
        }
        return nil
    }

    private static func source(_ json: JSONValue?, at path: DocumentPath, reader: inout DocumentReader) -> JSONPointer {
        guard let json = DocumentReader.present(json) else { return [] }
        guard let text = json.stringValue, let pointer = pointer(leniently: text) else {
            reader.fault(path, "must be a JSON Pointer (a/b and a.b are read as /a/b)")
            return []
        }
        return pointer
    }

    /// Reads `/a/b`, and the spellings `a/b` and `a.b` of the same place; nil for a bad escape.
    static func pointer(leniently text: String) -> JSONPointer? {
        if text.isEmpty || text.hasPrefix("/") { return try? JSONPointer(text) }
        if text.utf8.contains(UInt8(ascii: "/")) { return try? JSONPointer("/" + text) }
        return JSONPointer(tokens: text.split(separator: ".", omittingEmptySubsequences: false).map(String.init))
    }

    private static func statuses(_ json: JSONValue?, at path: DocumentPath, reader: inout DocumentReader) -> [Int]? {
        guard let json = DocumentReader.present(json) else { return nil }
        guard let values = json.arrayValue else {
            reader.fault(path, "must be a list of status numbers")
            return nil
        }
        return values.enumerated().compactMap { index, value in
            if let status = value.intValue { return status }
            reader.fault(path.appending(index), "must be a status number, such as 200")
            return nil
        }
    }
}
