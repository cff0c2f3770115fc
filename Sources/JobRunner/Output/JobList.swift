import JSON

/// What `list` prints.
enum JobList {
    static func table(_ rows: [JSONValue]) -> Table {
        var table = Table(["ID", "STATUS", "NAME", "STEPS", "CREATED", "TOOK", "ERROR"])
        for row in rows {
            table.add([
                row["id"]?.stringValue, row["status"]?.stringValue, row["name"]?.stringValue,
                row["steps"]?.intValue.map(String.init), row["createdAt"]?.stringValue,
                Milliseconds.between(row["createdAt"], row["completedAt"]), row["error"]?.stringValue,
            ])
        }
        return table
    }
}
