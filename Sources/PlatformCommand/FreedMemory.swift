import CMemory

/// What this process does with memory that it has freed.
enum FreedMemory {
    /// How much stays at the end of each of glibc's heaps, of which there is about one for each busy thread.
    private static let kept: CInt = 8 * 1024 * 1024
    /// From which size on a block is mapped by itself, and returned to the system when it is freed.
    private static let mapped: CInt = 4 * 1024 * 1024

    /// Keeps some of it for the next burst.
    ///
    /// glibc begins by returning what is more than 128 KiB (`M_TRIM_THRESHOLD` of mallopt(3)). A loaded process gets it
    /// back a moment later, page by page: that was a twelfth of the processor time of a job. Both sizes are set, as
    /// setting one keeps glibc from adapting the other.
    static func keepSome() {
        // 1 for what was taken: both are, being below the 32 MiB that is the most.
        _ = mallopt(M_TRIM_THRESHOLD, kept)
        _ = mallopt(M_MMAP_THRESHOLD, mapped)
    }
}
