import Testing
import ZeroMQ

@testable import Bus

@Suite(.timeLimit(.minutes(1))) struct MailboxTests {
    @Test func everythingPostedByManyIsTakenOnce() async throws {
        let mailbox = Mailbox<Int>()
        mailbox.attach(try Waker())
        await withDiscardingTaskGroup { group in
            for start in 0..<8 {
                group.addTask { for number in 0..<1000 { mailbox.post(start * 1000 + number) } }
            }
        }
        var items: [Int] = []
        mailbox.take(into: &items)
        #expect(items.sorted() == Array(0..<8000))
    }

    @Test func onlyASleepingOwnerIsWokenAndOnlyOnce() throws {
        let waker = try Waker()
        let mailbox = Mailbox<Int>()
        mailbox.attach(waker)
        mailbox.post(1)
        #expect(!waker.reset())
        var items: [Int] = []
        mailbox.take(into: &items)
        items = []
        #expect(mailbox.prepareToSleep())
        mailbox.post(2)
        mailbox.post(3)
        #expect(waker.reset())
        #expect(!waker.reset())
        mailbox.take(into: &items)
        #expect(items == [2, 3])
    }

    @Test func anOwnerDoesNotSleepWhenSomethingWasPosted() throws {
        let mailbox = Mailbox<Int>()
        mailbox.attach(try Waker())
        mailbox.post(1)
        #expect(!mailbox.prepareToSleep())
    }

    @Test func aClosedMailboxRefusesAndGivesBackWhatNobodyTook() {
        let mailbox = Mailbox<Int>()
        #expect(mailbox.post(1))
        #expect(mailbox.close() == [1])
        #expect(!mailbox.post(2))
        #expect(mailbox.close() == [])
    }

    @Test func whatNobodyOwnsYetCanBeWithdrawn() throws {
        let mailbox = Mailbox<Int>()
        mailbox.post(1)
        mailbox.post(2)
        #expect(mailbox.withdraw { $0 == 2 } == 2)
        #expect(mailbox.withdraw { $0 == 2 } == nil)
        mailbox.attach(try Waker())
        #expect(mailbox.withdraw { $0 == 1 } == nil)
    }
}
