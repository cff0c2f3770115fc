extension PostgresSQL {
    /// Entries and bindings are JSON: they are read as a whole at the start and asked nothing else. Ids are bytes.
    enum Registry {
        static let create = """
            CREATE TABLE registry_entry (
                place BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                registry_id BYTEA NOT NULL UNIQUE,
                entry TEXT NOT NULL
            );
            CREATE TABLE registry_binding (
                place BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                binding_id BYTEA NOT NULL UNIQUE,
                binding TEXT NOT NULL
            );
            CREATE TABLE registry_name (
                service_name BYTEA NOT NULL PRIMARY KEY,
                registry_id BYTEA NOT NULL
            );
            """

        static let entries = "SELECT registry_id, entry FROM registry_entry ORDER BY place"
        static let bindings = "SELECT binding_id, binding FROM registry_binding ORDER BY place"
        static let names = "SELECT service_name, registry_id FROM registry_name"

        // An entry that is there keeps its place; a new one comes behind all others.
        static let putEntry = """
            INSERT INTO registry_entry (registry_id, entry) VALUES ($1, $2)
            ON CONFLICT (registry_id) DO UPDATE SET entry = excluded.entry
            """
        static let putBinding = """
            INSERT INTO registry_binding (binding_id, binding) VALUES ($1, $2)
            ON CONFLICT (binding_id) DO UPDATE SET binding = excluded.binding
            """
        static let putName = """
            INSERT INTO registry_name (service_name, registry_id) VALUES ($1, $2)
            ON CONFLICT (service_name) DO UPDATE SET registry_id = excluded.registry_id
            """
        static let deleteName = "DELETE FROM registry_name WHERE service_name = $1"
        static let deleteEntry = "DELETE FROM registry_entry WHERE registry_id = $1"
        static let deleteBinding = "DELETE FROM registry_binding WHERE binding_id = $1"
    }
}
