import Bus
import EngineService
import JSON

/// One command's view of its engine's rows, as long as the transaction lasts.
struct PostgresEngineTransaction: EngineTransaction {
    private typealias SQL = PostgresSQL.Engine
    private typealias Mark = PostgresSQL.EngineMark

    private let db: PostgresTransaction
    private let service: String

    init(_ db: PostgresTransaction, service: String) {
        self.db = db
        self.service = service
    }

    func resource(_ id: String) throws -> EngineResource? {
        try db.first(SQL.resource, [.key(service), .key(id)]) { row in
            EngineResource(id: id, position: row.integer(0), value: try value(row.text(1), of: id))
        }
    }

    func resources() throws -> [EngineResource] {
        try db.all(SQL.resources, [.key(service)]) { row in
            let id = row.text(0)
            return EngineResource(id: id, position: row.integer(1), value: try value(row.text(2), of: id))
        }
    }

    func receipt(_ requestID: String) throws -> EngineReceipt? {
        try db.first(SQL.receipt, [.key(service), .key(requestID)]) { row in
            try EngineReceipt(json: JSONValue(parsing: row.text(0)))
        }
    }

    func mark(of id: String) throws -> EngineMark? {
        try db.first(Mark.mark, [.key(service), .key(id)]) { row in
            EngineMark(
                requestID: row.optionalText(0),
                client: row.optionalText(1),
                recordedAt: Timestamp(millisecondsSinceEpoch: row.integer(2))
            )
        }
    }

    func put(_ value: JSONObject, id: String, position: Int64?) throws -> EngineResource {
        let values: [PostgresValue] = [
            .key(service), .key(id), position.map(PostgresValue.integer) ?? .null,
            .text(JSONValue.object(value).description),
        ]
        guard let place = try db.change(SQL.putResource, values, { $0.integer(0) }) else {
            throw StorageError.corrupt("resource \(id) of \(service)")
        }
        return EngineResource(id: id, position: place, value: value)
    }

    func removeResource(_ id: String) throws {
        db.run(SQL.deleteResource, [.key(service), .key(id)])
    }

    func put(_ receipt: EngineReceipt) throws {
        let recordedAt = PostgresValue.integer(receipt.recordedAt.millisecondsSinceEpoch)
        db.run(
            SQL.putReceipt,
            [.key(service), .key(receipt.requestID), recordedAt, .text(receipt.json.description)]
        )
    }

    func put(_ mark: EngineMark?, of id: String) throws {
        guard let mark else {
            db.run(Mark.delete, [.key(service), .key(id)])
            return
        }
        let recordedAt = PostgresValue.integer(mark.recordedAt.millisecondsSinceEpoch)
        let writer = [PostgresValue.optionalKey(mark.requestID), .optionalKey(mark.client)]
        db.run(Mark.put, [.key(service), .key(id)] + writer + [recordedAt])
    }

    func removeReceipts(recordedBefore time: Timestamp, limit: Int) throws {
        let old = [PostgresValue.key(service), .integer(time.millisecondsSinceEpoch), .integer(max(limit, 0))]
        db.run(SQL.deleteReceipts, old)
        db.run(Mark.deleteOld, old)
    }

    private func value(_ text: String, of id: String) throws -> JSONObject {
        guard let value = try? JSONValue(parsing: text).objectValue else {
            throw StorageError.corrupt("resource \(id) of \(service)")
        }
        return value
    }
}
