package runtime

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/hashicorp/go-multierror"
	"go.opentelemetry.io/otel/trace"

	"brood/actors/supervisor"
)

// planting turns a Tree into the spec of its supervisor, and makes the handles of
// its processes and pools. It collects all faults.
type planting struct {
	root   *Supervisor
	cause  trace.SpanContext
	faults *multierror.Error
}

func (b *planting) fault(path, format string, args ...any) {
	b.faults = multierror.Append(b.faults, fmt.Errorf("%s: "+format, append([]any{path}, args...)...))
}

// tree returns the spec of a tree's supervisor. path is empty for the uppermost.
func (b *planting) tree(path string, tree *Tree) supervisor.Spec {
	spec := supervisor.Spec{
		Name:         tree.Name,
		Strategy:     tree.Strategy,
		Intensity:    tree.Intensity,
		Period:       tree.Period,
		Backoff:      tree.Backoff,
		Rest:         tree.Rest,
		AutoShutdown: tree.AutoShutdown,
		Parallel:     tree.Parallel,
		Starts:       b.root.rt.starts,
		OnEvent:      func(event supervisor.Event) { b.root.observe(path, event) },
	}
	if path != "" {
		spec.Name = path
	}
	for i := range tree.Children {
		spec.Children = append(spec.Children, b.node(path, &tree.Children[i]))
	}
	if tree.Template != nil {
		spec.Template = func(id string, argument any) (supervisor.Child, error) {
			node := tree.Template(id, argument)
			node.ID = id
			return b.root.plant(path, &node, b.cause)
		}
	}
	return spec
}

// node returns a tree's child.
func (b *planting) node(above string, n *Node) supervisor.Child {
	path := join(above, n.ID)
	child := supervisor.Child{
		ID: n.ID, Restart: n.Restart, SuccessCodes: n.SuccessCodes, FinalCodes: n.FinalCodes, FinalWithin: n.FinalWithin,
		MinUptime: n.MinUptime, Patient: n.Patient, Grace: n.Grace, Significant: n.Significant, After: n.After,
	}
	child.Props = new(actor.Props) // if there is a fault, the rest is checked all the same
	switch kinds := n.kinds(); {
	case kinds != 1:
		b.fault(path, "%d of Process, Pool, Actor and Tree are set, want one", kinds)
	case n.Process != nil:
		b.process(path, n.Process, &child)
	case n.Pool != nil:
		b.pool(path, n.Pool, &child)
	case n.Actor != nil:
		child.Plain, child.Props = true, b.root.rt.Props(n.Actor)
	case n.Tree != nil:
		b.subtree(path, n.Tree, &child)
	}
	return child
}

func (n *Node) kinds() (count int) {
	for _, set := range []bool{n.Process != nil, n.Pool != nil, n.Actor != nil, n.Tree != nil} {
		if set {
			count++
		}
	}
	return count
}

func (b *planting) process(path string, spec *ProcessSpec, child *supervisor.Child) {
	if spec.Restart != 0 || spec.Intensity != 0 || spec.Period != 0 || spec.Backoff != (Backoff{}) {
		b.fault(path, "Process has a Restart, Intensity, Period or Backoff of its own; in a tree they are the Node's and the Tree's")
	}
	if spec.Command.Detached {
		b.fault(path, "Process is Detached")
	}
	if child.Grace != 0 {
		b.fault(path, "Grace is set; a process has its own")
	}
	named := *spec
	if named.Name == "" {
		named.Name = child.ID
	}
	p := newProcess(b.root.rt, named)
	p.owner, p.path = b.root, path
	props, err := p.child(named, b.cause).Props()
	if err != nil {
		b.fault(path, "%w", err)
		return
	}
	child.Props, child.Grace = props, graceOf(spec.Grace, spec.StopPlan)
	b.root.keep(path, p)
}

func (b *planting) subtree(path string, tree *Tree, child *supervisor.Child) {
	props, err := supervisor.Props(b.tree(path, tree))
	if err != nil {
		b.fault(path, "%w", err)
		return
	}
	child.Props = props
	if child.Grace == 0 {
		child.Grace = supervisor.Forever // its children have bounds
	}
}

// join makes the path of a node.
func join(above, id string) string {
	if above == "" {
		return id
	}
	return above + "/" + id
}

// plant builds a node that is added to a tree.
func (s *Supervisor) plant(above string, n *Node, cause trace.SpanContext) (supervisor.Child, error) {
	b := &planting{root: s, cause: cause}
	child := b.node(above, n)
	if err := b.faults.ErrorOrNil(); err != nil {
		return child, joinFaults("add "+join(above, n.ID), err)
	}
	return child, nil
}
