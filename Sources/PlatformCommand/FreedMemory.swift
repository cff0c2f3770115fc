import CMemory

/// What this process does with memory that it has freed.
enum FreedMemory {
    /// How much stays at the end of each of glibc's heaps, of which there is about one for each busy thread.
    private static let kept: CInt = 8 * 1024 * 1024

    /// Keeps some of it for the next burst.
    ///
    /// By default glibc returns what is more than 128 KiB at once (`M_TRIM_THRESHOLD` of mallopt(3)). A loaded process
    /// gets it back a moment later, page by page: that was a twelfth of the processor time of a job.
    static func keepSome() {
        // It refuses nothing but names that it does not know.
        _ = mallopt(M_TRIM_THRESHOLD, kept)
    }
}
