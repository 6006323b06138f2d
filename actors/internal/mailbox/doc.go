// Package mailbox holds the mailbox of brood's own actors. It differs from
// protoactor's in three ways, each of which the hot path of a pool needs:
//
//   - A turn hands over everything that waits, and ends with EndOfTurn, so that
//     an actor can gather what it writes and write it once.
//   - An idle mailbox runs the turn on the goroutine that posts a user message,
//     which saves a wake-up per hop. Since Receive never blocks, the poster is
//     held for a bounded number of turns; then a goroutine goes on.
//   - A mailbox can be closed with a function that takes what arrives later,
//     where protoactor drops the messages of a stopped actor without a word.
//
// Because a poster may run the receiver's turn, nobody may post while holding
// a lock that a receiver's turn takes.
package mailbox
