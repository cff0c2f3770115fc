/// A time as HTTP headers write it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
struct HTTPDate: CustomStringConvertible {
    private let seconds: Int

    /// - Parameter seconds: since 1970-01-01T00:00:00Z.
    init(secondsSinceEpoch seconds: Int) { self.seconds = seconds }

    var description: String {
        let days = (seconds - secondOfDay) / 86_400
        let (year, month, day) = Self.civil(fromDays: days)
        return "\(Self.weekdays[((days + 4) % 7 + 7) % 7]), \(pad(day)) \(Self.months[month - 1]) \(year)"
            + " \(pad(secondOfDay / 3600)):\(pad(secondOfDay / 60 % 60)):\(pad(secondOfDay % 60)) GMT"
    }

    private var secondOfDay: Int { (seconds % 86_400 + 86_400) % 86_400 }

    private func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// The proleptic Gregorian date of a day, counted in 400-year eras that start on 1 March, so that a leap day
    /// is the last of its year (Howard Hinnant, "chrono-compatible low-level date algorithms").
    private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
