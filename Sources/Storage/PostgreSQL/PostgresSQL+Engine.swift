extension PostgresSQL {
    /// Every statement's first parameter is the service: engines share the tables. Names and ids are bytes.
    enum Engine {
        static let create = """
            CREATE TABLE engine_resource (
                service BYTEA NOT NULL,
                id BYTEA NOT NULL,
                position BIGINT NOT NULL,
                value TEXT NOT NULL,
                PRIMARY KEY (service, id)
            );
            CREATE INDEX engine_resource_position ON engine_resource (service, position);
            CREATE TABLE engine_receipt (
                service BYTEA NOT NULL,
                request_id BYTEA NOT NULL,
                recorded_at BIGINT NOT NULL,
                receipt TEXT NOT NULL,
                PRIMARY KEY (service, request_id)
            );
            CREATE INDEX engine_receipt_age ON engine_receipt (service, recorded_at);
            """

        static let resource = "SELECT position, value FROM engine_resource WHERE service = $1 AND id = $2"
        static let resources = """
            SELECT id, position, value FROM engine_resource WHERE service = $1 ORDER BY position, id
            """
        static let receipt = "SELECT receipt FROM engine_receipt WHERE service = $1 AND request_id = $2"

        // A resource that is there keeps its position; a new one without a position comes behind all others.
        static let putResource = """
            INSERT INTO engine_resource (service, id, position, value) VALUES (
                $1, $2, coalesce($3::bigint, (SELECT max(position) FROM engine_resource WHERE service = $1) + 1, 1), $4
            )
            ON CONFLICT (service, id) DO UPDATE SET value = excluded.value
            RETURNING position
            """
        static let deleteResource = "DELETE FROM engine_resource WHERE service = $1 AND id = $2"
        static let putReceipt = """
            INSERT INTO engine_receipt (service, request_id, recorded_at, receipt) VALUES ($1, $2, $3, $4)
            ON CONFLICT (service, request_id) DO UPDATE SET
                recorded_at = excluded.recorded_at, receipt = excluded.receipt
            """
        static let deleteReceipts = """
            DELETE FROM engine_receipt WHERE service = $1 AND request_id IN (
                SELECT request_id FROM engine_receipt
                WHERE service = $1 AND recorded_at < $2 ORDER BY recorded_at LIMIT $3
            )
            """
    }
}
