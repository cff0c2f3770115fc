import JobControl

/// What `inbox` prints.
enum InboxReport {
    static func table(_ items: [JobClient.InboxItem]) -> Table {
        var table = Table(["ID", "TASK", "TAG", "SERVICE", "SINCE", "ATTEMPTS", "ERROR"])
        for item in items {
            table.add([
                item.id, item.task, item.tag, item.service, item.since, item.attempts.map(String.init), item.error,
            ])
        }
        return table
    }
}
