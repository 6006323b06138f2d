package supervisor_test

import (
	"testing"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/stretchr/testify/assert"

	"brood/actors/supervisor"
)

func TestParallelChildrenThatAllFailToSpawnEndTheSupervisor(t *testing.T) {
	bubble(t, func(s *scene) {
		broken := actor.PropsFromProducer(func() actor.Actor { panic("no") })
		spec := supervisor.Spec{Parallel: 3}
		for _, id := range []string{"a", "b", "c"} {
			spec.Children = append(spec.Children, supervisor.Child{ID: id, Props: broken})
		}
		s.start(spec)
		lines := s.journal.take()
		assert.Contains(t, last(lines, "event over"), "child a failed to start")
		assert.Contains(t, last(lines, "event b"), "event b ended: start failed")
	})
}
