package main

import (
	"context"
	"fmt"

	"brood/runtime"
)

// obey does what a key says. What takes its time is done beside the view.
func (m *manager) obey(c command) {
	worker := m.view.selected
	switch c.verb {
	case grow:
		m.resize(m.size + 1)
	case shrink:
		m.resize(m.size - 1)
	case recycle:
		m.do(fmt.Sprintf("recycle worker %d", worker), func(ctx context.Context) error { return m.pool.Recycle(ctx, worker) })
	case kill:
		m.do(fmt.Sprintf("kill worker %d", worker), func(context.Context) error { return m.pool.Kill(worker) })
	case roll:
		m.do("roll", func(ctx context.Context) error { return m.pool.Roll(ctx, runtime.Rolling{}) })
	case pause:
		m.pause()
	case drain:
		m.drain()
	default:
		m.view.selected = selectWorker(m.view.stats.Workers, worker, c)
	}
}

// do carries a command out and notes what became of it.
func (m *manager) do(name string, command func(context.Context) error) {
	m.view.note = name + " …"
	m.spawn(func() {
		note := name + ": done"
		if err := command(m.ctx); err != nil {
			note = err.Error()
		}
		select {
		case m.notes <- note:
		case <-m.ctx.Done():
		}
	})
}

func (m *manager) resize(size int) {
	if size < 1 {
		m.view.note = "the last worker stays; p lets it rest"
		return
	}
	m.size = size
	m.do(fmt.Sprintf("scale to %d", size), func(ctx context.Context) error { return m.pool.Resize(ctx, size) })
}

func (m *manager) pause() {
	if m.view.stats.Paused {
		m.pool.Resume()
		m.view.note = "going on"
	} else {
		m.pool.Pause()
		m.view.note = "paused: tasks wait in the queue"
	}
	m.look()
}

// drain has no new tasks submitted, and the program end when all are answered.
func (m *manager) drain() {
	if m.drained != nil {
		return
	}
	m.starve()
	m.view.draining = true
	m.drained = make(chan error, 1)
	m.spawn(func() { m.drained <- m.pool.Drain(m.ctx) })
}
