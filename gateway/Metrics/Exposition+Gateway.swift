extension Exposition {
    /// The gateway's own figures.
    mutating func addGateway(_ contents: GatewayCounters.Contents) {
        begin("platform_gateway_requests_total", .counter, "HTTP requests answered; 499: the client left before.")
        let series = contents.requests.sorted {
            ($0.key.route, $0.key.method, $0.key.status) < ($1.key.route, $1.key.method, $1.key.status)
        }
        for (key, count) in series {
            add(count, ["method": key.method, "route": key.route, "status": "\(key.status)"])
        }
        add(
            "platform_gateway_requests_in_flight",
            .gauge,
            "HTTP requests that are not answered to the end, streams included.",
            contents.inFlight
        )
        begin(
            "platform_gateway_request_duration_seconds",
            .histogram,
            "Time from a request's head to the beginning of its answer."
        )
        for (route, durations) in contents.durations.sorted(by: { $0.key < $1.key }) { add(durations, route: route) }
    }

    private mutating func add(_ durations: Histogram, route: String) {
        for (bound, count) in durations.cumulative {
            add(count, ["route": route, "le": Self.number(bound)], suffix: "_bucket")
        }
        add(durations.count, ["route": route, "le": "+Inf"], suffix: "_bucket")
        add(durations.sum, ["route": route], suffix: "_sum")
        add(durations.count, ["route": route], suffix: "_count")
    }

    /// The process's figures, by the names that Prometheus's own clients have for them.
    mutating func addProcess(_ figures: ProcessFigures) {
        add("process_resident_memory_bytes", .gauge, "Resident memory size in bytes.", figures.residentBytes)
        add("process_virtual_memory_bytes", .gauge, "Virtual memory size in bytes.", figures.virtualBytes)
        add("process_open_fds", .gauge, "Number of open file descriptors.", figures.openDescriptors)
        add("process_max_fds", .gauge, "Maximum number of open file descriptors.", figures.descriptorLimit)
        add("process_cpu_seconds_total", .counter, "User and system CPU time spent in seconds.", figures.cpuSeconds)
        add(
            "process_start_time_seconds",
            .gauge,
            "Start time of the process since the Unix epoch in seconds.",
            figures.startSeconds
        )
    }
}
