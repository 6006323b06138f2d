package pool

import "brood/actors/process"

// waitAtDoor lets a call wait for room in the queue.
func (q *queue) waitAtDoor(call *process.Call) {
	call.Pool.Member, call.Pool.AtDoor = queued, true
	q.door.link(q.door.tail, call, nil)
	q.atDoor++
}

func (q *queue) leaveDoor(call *process.Call) {
	call.Pool.AtDoor = false
	q.door.remove(call)
	q.atDoor--
}

// admit lets in who waits at the door, as far as there is room; and one that is
// handed out at once, if all who could be have been. It reports whether anybody
// came in, and tells entered of each.
func (q *queue) admit(passes func(*process.Call) bool, entered func(*process.Call)) (came bool) {
	for !q.door.empty() {
		call := q.door.head
		if !q.fits(call) && (came || !passes(call)) {
			return came
		}
		q.leaveDoor(call)
		q.pushBack(call)
		entered(call)
		came = true
	}
	return came
}

// closeDoor takes away who waits at the door, in order.
func (q *queue) closeDoor() (calls []*process.Call) {
	for !q.door.empty() {
		calls = append(calls, q.door.head)
		q.leaveDoor(q.door.head)
	}
	return calls
}
