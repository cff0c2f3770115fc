import Glibc

/// Processor time that this process and some others have used.
struct ProcessorTime {
    private let clocks: [clockid_t]

    /// - Parameter processes: the ids of the others.
    init(of processes: [pid_t]) {
        clocks =
            [CLOCK_PROCESS_CPUTIME_ID]
            + processes.compactMap { process in
                var clock = clockid_t()
                return clock_getcpuclockid(process, &clock) == 0 ? clock : nil
            }
    }

    /// All of it until now.
    var nanoseconds: UInt64 { clocks.reduce(0) { $0 + BusBenchmark.nanoseconds(of: $1) } }
}

extension BusBenchmark {
    /// What a clock shows.
    static func nanoseconds(of clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    static func flushOutput() {
        fflush(nil)
    }
}
