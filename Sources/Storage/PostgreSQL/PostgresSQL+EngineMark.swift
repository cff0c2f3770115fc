extension PostgresSQL {
    /// Who wrote each resource of an engine last. Rows outlive their resources and go with the receipts of their time.
    enum EngineMark {
        static let create = """
            CREATE TABLE engine_mark (
                service BYTEA NOT NULL,
                id BYTEA NOT NULL,
                request_id BYTEA,
                client BYTEA,
                recorded_at BIGINT NOT NULL,
                PRIMARY KEY (service, id)
            );
            CREATE INDEX engine_mark_age ON engine_mark (service, recorded_at);
            """

        static let mark = "SELECT request_id, client, recorded_at FROM engine_mark WHERE service = $1 AND id = $2"
        static let put = """
            INSERT INTO engine_mark (service, id, request_id, client, recorded_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (service, id) DO UPDATE SET
                request_id = excluded.request_id, client = excluded.client, recorded_at = excluded.recorded_at
            """
        static let delete = "DELETE FROM engine_mark WHERE service = $1 AND id = $2"
        static let deleteOld = """
            DELETE FROM engine_mark WHERE service = $1 AND id IN (
                SELECT id FROM engine_mark WHERE service = $1 AND recorded_at < $2 ORDER BY recorded_at LIMIT $3
            )
            """
    }
}
