package pool

import (
	"brood/actors/process"
)

func (s *scheduler) pushBack(call *process.Call) {
	note := &call.Pool
	note.Member, note.Prev, note.Next = queued, s.tail, nil
	if s.tail == nil {
		s.head = call
	} else {
		s.tail.Pool.Next = call
	}
	s.tail = call
	s.length++
}

func (s *scheduler) pushFront(call *process.Call) {
	note := &call.Pool
	note.Member, note.Prev, note.Next = queued, nil, s.head
	if s.head == nil {
		s.tail = call
	} else {
		s.head.Pool.Prev = call
	}
	s.head = call
	s.length++
}

func (s *scheduler) unlink(call *process.Call) {
	note := &call.Pool
	if note.Prev == nil {
		s.head = note.Next
	} else {
		note.Prev.Pool.Next = note.Next
	}
	if note.Next == nil {
		s.tail = note.Prev
	} else {
		note.Next.Pool.Prev = note.Prev
	}
	note.Prev, note.Next = nil, nil
	s.length--
}
