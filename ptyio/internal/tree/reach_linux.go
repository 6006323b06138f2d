package tree

// reachOf prepares what the level of a tree needs.
func (o *owner) reachOf(t *Tree, number uint64, spec *Spec) (reach, error) {
	if t.level >= LevelMarks {
		can := o.abilities()
		mark := markName + "=" + extendMark(can.outer, can.name, number)
		spec.Env = append([]string{mark}, spec.Env...)
	}
	if t.level == LevelCgroup {
		return o.abilities().cgroups.open(number, t, spec.Cgroup)
	}
	if err := spec.Cgroup.unavailable(); err != nil {
		return nil, err
	}
	if t.level == LevelMarks {
		return &marks{tree: t, number: number}, nil
	}
	return group{tree: t}, nil
}
