extension SQLiteSQL {
    /// Entries and bindings are JSON: they are read as a whole at the start and asked nothing else.
    enum Registry {
        static let create = """
            CREATE TABLE registry_entry (
                place INTEGER PRIMARY KEY,
                registry_id TEXT NOT NULL UNIQUE,
                entry TEXT NOT NULL
            ) STRICT;
            CREATE TABLE registry_binding (
                place INTEGER PRIMARY KEY,
                binding_id TEXT NOT NULL UNIQUE,
                binding TEXT NOT NULL
            ) STRICT;
            CREATE TABLE registry_name (
                service_name TEXT NOT NULL PRIMARY KEY,
                registry_id TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;
            """

        static let entries = "SELECT registry_id, entry FROM registry_entry ORDER BY place"
        static let bindings = "SELECT binding_id, binding FROM registry_binding ORDER BY place"
        static let names = "SELECT service_name, registry_id FROM registry_name"

        // An entry that is there keeps its place; a new one comes behind all others.
        static let putEntry = """
            INSERT INTO registry_entry (registry_id, entry) VALUES (?, ?)
            ON CONFLICT (registry_id) DO UPDATE SET entry = excluded.entry
            """
        static let putBinding = """
            INSERT INTO registry_binding (binding_id, binding) VALUES (?, ?)
            ON CONFLICT (binding_id) DO UPDATE SET binding = excluded.binding
            """
        static let putName = """
            INSERT INTO registry_name (service_name, registry_id) VALUES (?, ?)
            ON CONFLICT (service_name) DO UPDATE SET registry_id = excluded.registry_id
            """
        static let deleteName = "DELETE FROM registry_name WHERE service_name = ?"
        static let deleteEntry = "DELETE FROM registry_entry WHERE registry_id = ?"
        static let deleteBinding = "DELETE FROM registry_binding WHERE binding_id = ?"
    }
}
