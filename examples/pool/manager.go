package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"brood/actors"
	"brood/runtime"
)

const (
	redrawPeriod = 250 * time.Millisecond // of the view on a terminal
	linePeriod   = time.Second            // of plain lines
)

// errQuit is why the load gives up what is under way.
var errQuit = errors.New("quit")

// manager is the program while it runs. One goroutine owns it; the others, whose
// end it waits for, are those of the load and of commands that take their time.
type manager struct {
	rt     *runtime.Runtime
	pool   *runtime.Pool
	load   *load
	screen *screen // nil: there is no terminal
	out    io.Writer

	began    time.Time
	view     view
	size     int // how many workers are wanted
	answers  meter
	restarts restarts
	others   sync.WaitGroup
	notes    chan string // what became of commands

	ctx     context.Context // of the tasks and commands that are under way
	give    context.CancelCauseFunc
	feed    context.Context // while it lasts there are new tasks
	starve  context.CancelFunc
	drained chan error // nil: it is not being drained
}

// manage starts the pool and its load, shows them and does what keys say, until it
// is to end. It reports whether that was Ctrl-C on the terminal.
func manage(rt *runtime.Runtime, s settings, out io.Writer) (interrupted bool, err error) {
	spec := runtime.PoolSpec{Name: workerName, Command: runtime.Worker(workerName), Size: s.size}
	pool, err := rt.StartPool(context.Background(), spec)
	if err != nil {
		return false, err
	}
	screen, err := openScreen(out)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, screen.close()) }()
	var commands <-chan command // nil, of which none comes
	if screen != nil {
		keys, err := openKeyboard(screen)
		if err != nil {
			return false, err
		}
		defer keys.close()
		commands = keys.commands
	}
	m := newManager(rt, pool, s, screen, out)
	interrupted, err = m.run(commands, s.duration)
	m.end()
	err = errors.Join(err, screen.close())
	fmt.Fprint(out, m.view.summary())
	return interrupted, err
}

func newManager(rt *runtime.Runtime, pool *runtime.Pool, s settings, screen *screen, out io.Writer) *manager {
	m := &manager{
		rt: rt, pool: pool, screen: screen, out: out,
		began: time.Now(), size: s.size, view: view{load: s.load}, notes: make(chan string),
	}
	m.ctx, m.give = context.WithCancelCause(context.Background())
	m.feed, m.starve = context.WithCancel(m.ctx)
	m.load = &load{to: pool, rate: s.load, spawn: m.spawn}
	m.spawn(func() { m.load.drive(m.ctx, m.feed) })
	return m
}

// spawn runs f on a goroutine that end waits for.
func (m *manager) spawn(f func()) {
	m.others.Go(func() {
		defer m.screen.closeOnPanic()
		f()
	})
}

// run shows and obeys until the program is to end.
func (m *manager) run(commands <-chan command, duration time.Duration) (interrupted bool, err error) {
	period := redrawPeriod
	if m.screen == nil {
		period = linePeriod
	}
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	var late <-chan time.Time
	if duration > 0 {
		late = time.After(duration)
	}
	m.look()
	m.show()
	for {
		select {
		case <-ticker.C:
			if !m.look() && !m.stopping() {
				return false, fmt.Errorf("the pool is no more: %w", actors.ErrGaveUp)
			}
			m.show()
		case c, ok := <-commands:
			if !ok || c.verb == quit || c.verb == interrupt {
				return c.verb == interrupt, nil
			}
			m.obey(c)
		case m.view.note = <-m.notes:
		case <-late:
			m.drain()
		case err := <-m.drained:
			return false, err
		case <-m.rt.Stopping():
			return false, nil
		}
		m.redraw()
	}
}

func (m *manager) stopping() bool {
	select {
	case <-m.rt.Stopping():
		return true
	default:
		return false
	}
}

// look takes what the pool and the load look like now. It reports whether there
// still is a pool; if not, what it looked like last stays.
func (m *manager) look() bool {
	stats := m.pool.Stats()
	v := &m.view
	if stats.Size > 0 {
		v.stats, v.restarts = stats, m.restarts.read(stats.Workers)
	}
	v.counts, v.elapsed = m.load.count(), time.Since(m.began)
	v.rate = m.answers.read(v.elapsed, v.counts.answered())
	v.selected = selectWorker(v.stats.Workers, v.selected, command{})
	return stats.Size > 0
}

// show prints a plain line, where that is how it is.
func (m *manager) show() {
	if m.screen == nil {
		fmt.Fprintln(m.out, m.view.plain())
	}
}

func (m *manager) redraw() {
	if m.screen != nil {
		m.screen.draw(m.view.lines(m.screen.room()))
	}
}

// end gives up what is under way, waits for it, and takes a last look.
func (m *manager) end() {
	m.give(errQuit)
	m.starve()
	m.others.Wait()
	m.look()
	m.redraw()
}
