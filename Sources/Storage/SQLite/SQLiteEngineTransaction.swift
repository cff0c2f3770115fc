import Bus
import EngineService
import GRDB
import JSON

/// One command's view of its engine's rows, as long as the transaction lasts.
struct SQLiteEngineTransaction: EngineTransaction {
    private typealias SQL = SQLiteSQL.Engine
    private typealias Mark = SQLiteSQL.EngineMark

    private let db: Database
    private let service: String

    init(_ db: Database, service: String) {
        self.db = db
        self.service = service
    }

    func resource(_ id: String) throws -> EngineResource? {
        try db.first(SQL.resource, [service, Key(id)]) { row in
            EngineResource(id: id, position: row[0], value: try value(row[1], of: id))
        }
    }

    func resources() throws -> [EngineResource] {
        try db.all(SQL.resources, [service]) { row in
            let id = (row[0] as Key).text
            return EngineResource(id: id, position: row[1], value: try value(row[2], of: id))
        }
    }

    func receipt(_ requestID: String) throws -> EngineReceipt? {
        try db.first(SQL.receipt, [service, Key(requestID)]) { row in
            try EngineReceipt(json: JSONValue(parsing: row[0] as String))
        }
    }

    func mark(of id: String) throws -> EngineMark? {
        try db.first(Mark.mark, [service, Key(id)]) { row in
            EngineMark(
                requestID: (row[0] as Key?)?.text,
                client: (row[1] as Key?)?.text,
                recordedAt: Timestamp(millisecondsSinceEpoch: row[2])
            )
        }
    }

    func put(_ value: JSONObject, id: String, position: Int64?) throws -> EngineResource {
        let text = JSONValue.object(value).description
        let place = try db.first(SQL.putResource, [service, Key(id), position, text]) { $0[0] as Int64 }
        guard let place else { throw StorageError.corrupt("resource \(id) of \(service)") }
        return EngineResource(id: id, position: place, value: value)
    }

    func removeResource(_ id: String) throws {
        try db.run(SQL.deleteResource, [service, Key(id)])
    }

    func put(_ receipt: EngineReceipt) throws {
        let recordedAt = receipt.recordedAt.millisecondsSinceEpoch
        try db.run(SQL.putReceipt, [service, Key(receipt.requestID), recordedAt, receipt.json.description])
    }

    func put(_ mark: EngineMark?, of id: String) throws {
        guard let mark else { return try db.run(Mark.delete, [service, Key(id)]) }
        let recordedAt = mark.recordedAt.millisecondsSinceEpoch
        try db.run(Mark.put, [service, Key(id), mark.requestID.map(Key.init), mark.client.map(Key.init), recordedAt])
    }

    func removeReceipts(recordedBefore time: Timestamp, limit: Int) throws {
        let old: [any SQLiteValue] = [service, time.millisecondsSinceEpoch, max(limit, 0)]
        try db.run(SQL.deleteReceipts, old)
        try db.run(Mark.deleteOld, old)
    }

    private func value(_ text: String, of id: String) throws -> JSONObject {
        guard let value = try? JSONValue(parsing: text).objectValue else {
            throw StorageError.corrupt("resource \(id) of \(service)")
        }
        return value
    }
}
