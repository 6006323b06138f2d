package runtime

import (
	"brood/actors"
	"brood/actors/pool"
	"brood/actors/supervisor"
)

// followed takes what the tree's supervisor says of the process.
func (p *Process) followed(event supervisor.Event) {
	if m, ended := event.(supervisor.ChildEnded); ended {
		p.state.Lock()
		p.exit = &m.Exit
		p.state.Unlock()
		p.fail(m.Err)
		p.over()
	}
}

// close is the end of the tree, or of the process in it.
func (p *Process) close() {
	p.endReads()
	p.over()
}

// followed takes what the tree's supervisor says of the pool.
func (p *Pool) followed(event supervisor.Event) {
	if _, ended := event.(supervisor.ChildEnded); ended {
		p.over()
	}
}

// close is the end of the tree, or of the pool in it.
func (p *Pool) close() {
	if p.actor != nil {
		p.rt.system.Root.Send(p.actor, &pool.Abort{Err: actors.ErrStopping})
		p.rt.system.Root.Poison(p.actor)
	}
	p.over()
}

// pool makes a pool of a node. Its actor, with the queue, outlives restarts of
// the supervisor of its workers, which is the tree's child.
func (b *planting) pool(path string, spec *PoolSpec, child *supervisor.Child) {
	if child.Grace != 0 {
		b.fault(path, "Grace is set; a pool has that of its workers")
	}
	if child.MinUptime != 0 || child.SuccessCodes != nil || child.FinalCodes != nil {
		b.fault(path, "MinUptime, SuccessCodes and FinalCodes are for processes")
	}
	named := *spec
	if named.Name == "" {
		named.Name = child.ID
	}
	p := newPool(b.root.rt, named)
	p.owner, p.path = b.root, path
	props, err := p.check(b.cause)
	if err != nil {
		b.fault(path, "%w", err)
		return
	}
	if p.actor, err = p.rt.spawn(props, p.rt.name("pool", p.spec.Name)); err != nil {
		b.fault(path, "%w", err)
		return
	}
	b.root.keep(path, p)
	workers, err := p.crew(b.cause)
	if err == nil {
		child.Props, err = supervisor.Props(workers)
	}
	if err != nil {
		b.fault(path, "%w", err)
	}
	child.Grace = supervisor.Forever // its workers have bounds
}

var (
	_ handle  = (*Process)(nil)
	_ handle  = (*Pool)(nil)
	_ service = (*Supervisor)(nil)
)
