import Glibc

/// What the kernel says of this process, in the units that Prometheus has for it.
struct ProcessFigures {
    var residentBytes = 0
    var virtualBytes = 0
    var openDescriptors = 0
    var descriptorLimit = 0
    var cpuSeconds = 0.0
    /// Since 1970.
    var startSeconds = 0.0

    /// What it is now; 0 for what cannot be read.
    static func now() -> Self {
        var figures = Self()
        figures.readMemory()
        figures.readDescriptors()
        figures.readCPU()
        figures.startSeconds = Self.start
        return figures
    }

    private mutating func readMemory() {
        let pages = Self.words(of: "/proc/self/statm").compactMap { Int($0) }
        guard pages.count > 1 else { return }
        let size = sysconf(Int32(_SC_PAGESIZE))
        virtualBytes = pages[0] * size
        residentBytes = pages[1] * size
    }

    private mutating func readDescriptors() {
        if let folder = opendir("/proc/self/fd") {
            var count = 0
            while readdir(folder) != nil { count += 1 }
            closedir(folder)
            openDescriptors = max(count - 3, 0)  // `.`, `..` and the folder itself
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0 {
            descriptorLimit = Int(clamping: limit.rlim_cur)
        }
    }

    private mutating func readCPU() {
        var usage = rusage()
        guard getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return }
        cpuSeconds = [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    /// The kernel counts from its boot, whose time it knows to the second.
    private static let start: Double = {
        // The command's name stands in parentheses and may contain anything; the start is field 22.
        let fields = text(of: "/proc/self/stat").split(separator: ")").last?.split(separator: " ") ?? []
        let boot = text(of: "/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
        guard fields.count > 19, let ticks = Double(fields[19]), let boot = boot.flatMap({ Double($0.dropFirst(6)) })
        else { return 0 }
        return boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }()

    private static func words(of path: String) -> [Substring] { text(of: path).split(separator: " ") }

    private static func text(of path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
