package process

import "brood/actors/protocol"

// rings reports whether a frame concerns a child that is busy.
func rings(kind protocol.Kind) bool {
	return kind == protocol.Cancel || kind == protocol.Revoke || kind == protocol.Ping
}

// ring rings the bell, once for each frame that rings. What there is no room for is
// left for later: a child with so much before it has listened to none of it.
func (w *wire) ring() {
	if w.toRing == 0 || w.bell == nil || w.deaf {
		return
	}
	n, err := ring(w.bell, w.toRing)
	w.toRing -= n
	w.deaf = err != nil
}
