package process

import "brood/actors/protocol"

// rings reports whether a frame concerns a child that is busy.
func rings(kind protocol.Kind) bool {
	return kind == protocol.Cancel || kind == protocol.Revoke || kind == protocol.Ping
}

// ring rings the bell, once for each frame that rings. What there is no room for is
// left until there is something new: a child with so much before it has listened to
// none of it.
func (w *wire) ring() {
	if w.toRing == w.unheard || w.bell == nil || w.deaf {
		return
	}
	for w.toRing > 0 {
		n, err := ring(w.bell, w.toRing)
		if n == 0 {
			w.deaf = err != nil
			break
		}
		w.toRing -= n
	}
	w.unheard = w.toRing
}
