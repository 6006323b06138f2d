package process

// countedKeys are the keys of calls that the pool counts by key.
type countedKeys struct {
	held  map[uint64]string // by id, also of calls that were answered early
	freed []string          // since the pool was told
}

func (k *countedKeys) hold(id uint64, key string) {
	if k.held == nil {
		k.held = map[uint64]string{}
	}
	k.held[id] = key
}

func (k *countedKeys) free(id uint64) {
	if key, counted := k.held[id]; counted {
		delete(k.held, id)
		k.freed = append(k.freed, key)
	}
}

// take returns what was freed, which the pool may keep.
func (k *countedKeys) take() []string {
	freed := k.freed
	k.freed = nil
	return freed
}

// forget drops a call of which the pool hears in another way.
func (k *countedKeys) forget(id uint64) { delete(k.held, id) }
