// Package alarm posts one message to one actor after a while. It is for the
// actors of this module, which may neither sleep nor block in Receive, and
// which must be able to take a timer back when they stop. It is not a
// scheduler: an Alarm rings once, and knows nothing of its owner's life.
package alarm
