package health

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"brood/ptyio"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// noCgroup is the usage of a tree without a cgroup.
var noCgroup = ptyio.CgroupUsage{CPU: Unknown, MemoryBytes: Unknown, PeakBytes: Unknown, ReadBytes: Unknown, WrittenBytes: Unknown}

const second = time.Second

// proc is a process with this processor time, its own and its children's.
func proc(pid int, cpu, reaped time.Duration) ptyio.Member {
	return ptyio.Member{PID: pid, Started: uint64(pid), Threads: 1, CPU: cpu, ReapedCPU: reaped, ResidentBytes: 10}
}

func TestProcessorTimeNeverGoesBack(t *testing.T) {
	for _, test := range []struct {
		name  string
		looks [][]ptyio.Member
		want  []time.Duration
	}{
		{"one that works", [][]ptyio.Member{{proc(1, 0, 0)}, {proc(1, second, 0)}}, []time.Duration{0, second}},
		{"a child that its parent waited for", [][]ptyio.Member{
			{proc(1, second, 0), proc(2, 3*second, 0)},
			{proc(1, second, 3*second)},
		}, []time.Duration{4 * second, 4 * second}},
		{"a child that ended later than it was seen last", [][]ptyio.Member{
			{proc(1, 0, 0), proc(2, 3*second, 0)},
			{proc(1, 0, 5*second)},
		}, []time.Duration{3 * second, 5 * second}},
		{"a child that was never seen", [][]ptyio.Member{
			{proc(1, 0, 0)}, {proc(1, 0, 5*second)},
		}, []time.Duration{0, 5 * second}},
		{"an orphan that somebody else waited for", [][]ptyio.Member{
			{proc(1, second, 0), proc(2, 3*second, 0)},
			{proc(1, second, 0)},
			{proc(1, 2*second, 0)},
		}, []time.Duration{4 * second, 4 * second, 5 * second}},
		{"a child and its own child, one after the other", [][]ptyio.Member{
			{proc(1, 0, 0), proc(2, 2*second, 0), proc(3, 3*second, 0)},
			{proc(1, 0, 0), proc(2, 2*second, 3*second)},
			{proc(1, 0, 5*second)},
		}, []time.Duration{5 * second, 5 * second, 5 * second}},
		{"an id that was given away", [][]ptyio.Member{
			{proc(1, 0, 0), proc(2, 2*second, 0)},
			{proc(1, 0, 0), {PID: 2, Started: 99, CPU: second}},
		}, []time.Duration{2 * second, 3 * second}},
		{"all at once", [][]ptyio.Member{
			{proc(1, 0, 0), proc(2, 2*second, 0), proc(4, second, 0)},
			{proc(3, second, 0)},
		}, []time.Duration{3 * second, 4 * second}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := NewMeter(1, 1, noon)
			var got []time.Duration
			for i, members := range test.looks {
				s := m.Sample(noon.Add(time.Duration(i)*second), ptyio.Tally{Found: true, Members: members, Cgroup: noCgroup})
				got = append(got, s.CPU)
			}
			assert.Equal(t, test.want, got)
		})
	}
}

func TestWhatTheCgroupCountsComesFirst(t *testing.T) {
	m := NewMeter(7, 1, noon.Add(-time.Minute))
	usage := ptyio.CgroupUsage{CPU: 9 * second, MemoryBytes: 500, PeakBytes: 700, ReadBytes: 3, WrittenBytes: 4}
	members := []ptyio.Member{proc(1, second, 0)}
	members[0].Detail = ptyio.Detail{Looked: true, PeakBytes: 9_999, Descriptors: 5, ReadBytes: 1, WrittenBytes: 2, Switches: 6}
	got := m.Sample(noon, ptyio.Tally{Found: true, Members: members, Cgroup: usage})
	assert.Equal(t, Sample{
		Incarnation: 7, PID: 1, At: noon, Age: time.Minute, CPU: 9 * second, CPUPercent: Unknown,
		MemoryBytes: 500, PeakBytes: 700, Processes: 1, Threads: 1,
		DetailAt: noon, Descriptors: 5, ReadBytes: 3, WrittenBytes: 4, Switches: 6,
	}, got)

	usage.CPU += 500 * time.Millisecond
	members[0].Detail = ptyio.Detail{}
	after := m.Sample(noon.Add(250*time.Millisecond), ptyio.Tally{Found: true, Members: members, Cgroup: usage})
	assert.Equal(t, 200.0, after.CPUPercent, "two cores")
	assert.Equal(t, noon, after.DetailAt, "not looked at again")
	assert.Equal(t, 5, after.Descriptors)
}

func TestSumsOverTheProcesses(t *testing.T) {
	look := func(pid int, d ptyio.Detail) ptyio.Member {
		m := proc(pid, second, 0)
		m.Threads, m.Detail = pid, d
		m.Detail.Looked = true
		return m
	}
	ended := look(4, ptyio.Detail{ReadBytes: 1, WrittenBytes: 1, Switches: 1})
	ended.Ended, ended.Threads, ended.ResidentBytes = true, 0, 0
	members := []ptyio.Member{
		look(1, ptyio.Detail{PeakBytes: 15, Descriptors: 3, ReadBytes: 100, WrittenBytes: 10, Switches: 7}),
		look(3, ptyio.Detail{PeakBytes: 95, Descriptors: 4, ReadBytes: 200, WrittenBytes: 20, Switches: 8}),
		ended,
	}
	got := NewMeter(1, 1, noon).Sample(noon, ptyio.Tally{Found: true, Members: members, Cgroup: noCgroup})
	assert.Equal(t, Sample{
		Incarnation: 1, PID: 1, At: noon, CPU: 3 * second, CPUPercent: Unknown, MemoryBytes: 20, PeakBytes: 95,
		Processes: 2, Threads: 4, DetailAt: noon, Descriptors: 7, ReadBytes: 301, WrittenBytes: 31, Switches: 16,
	}, got)
}

func TestWhatCannotBeSeenIsUnknown(t *testing.T) {
	hidden := proc(2, second, 0)
	hidden.Detail = ptyio.Detail{Looked: true, PeakBytes: Unknown, Descriptors: Unknown, ReadBytes: Unknown, WrittenBytes: Unknown, Switches: 4}
	seen := proc(1, second, 0)
	seen.Detail = ptyio.Detail{Looked: true, Descriptors: 3, ReadBytes: 5, WrittenBytes: 6, Switches: 7}
	m := NewMeter(1, 1, noon)
	s := m.Sample(noon, ptyio.Tally{Found: true, Members: []ptyio.Member{seen, hidden}, Cgroup: noCgroup})
	assert.Equal(t, []int64{Unknown, Unknown, Unknown, 11, 20},
		[]int64{int64(s.Descriptors), s.ReadBytes, s.WrittenBytes, s.Switches, s.PeakBytes})
	blind := m.Blind(noon.Add(second))
	assert.Equal(t, Sample{
		Incarnation: 1, PID: 1, At: noon.Add(second), Age: second, CPU: Unknown, CPUPercent: Unknown, MemoryBytes: Unknown,
		PeakBytes: Unknown, Processes: Unknown, Threads: Unknown, DetailAt: noon.Add(second), Descriptors: Unknown,
		ReadBytes: Unknown, WrittenBytes: Unknown, Switches: Unknown,
	}, blind)
}

func TestStorageAndSwitchesOfThoseThatHaveEnded(t *testing.T) {
	look := func(pid int, bytes, switches int64) ptyio.Member {
		m := proc(pid, 0, 0)
		m.Detail = ptyio.Detail{Looked: true, ReadBytes: bytes, WrittenBytes: bytes, Switches: switches}
		return m
	}
	gone := look(2, 0, 0)
	gone.Detail = ptyio.Detail{} // it went while it was looked at
	m := NewMeter(1, 1, noon)
	for i, test := range []struct {
		name            string
		members         []ptyio.Member
		bytes, switches int64
	}{
		{"two", []ptyio.Member{look(1, 10, 1), look(2, 50, 5)}, 60, 6},
		{"one of them goes in the middle of the look", []ptyio.Member{look(1, 10, 1), gone}, 60, 6},
		{"its parent has its bytes, and nobody its switches", []ptyio.Member{look(1, 65, 2)}, 65, 7},
		{"another", []ptyio.Member{look(1, 65, 2), look(3, 20, 9)}, 85, 16},
		{"an orphan goes", []ptyio.Member{look(1, 65, 2)}, 85, 16},
		{"a thread goes", []ptyio.Member{look(1, 65, 1)}, 85, 16},
	} {
		s := m.Sample(noon.Add(time.Duration(i)*second), ptyio.Tally{Found: true, Members: test.members, Cgroup: noCgroup})
		require.Equal(t, []int64{test.bytes, test.bytes, test.switches}, []int64{s.ReadBytes, s.WrittenBytes, s.Switches}, test.name)
	}
}

func TestDetailsTakeTurns(t *testing.T) {
	m := NewMeter(1, 3, noon)
	assert.True(t, m.Details(5), "the first sample has them")
	m.Sample(noon, ptyio.Tally{Found: true, Members: []ptyio.Member{{PID: 3, Detail: ptyio.Detail{Looked: true}}}, Cgroup: noCgroup})
	var turns []int
	for n := range 2 * DetailEvery {
		if m.Details(n) {
			turns = append(turns, n)
		}
	}
	assert.Equal(t, []int{DetailEvery - 3, 2*DetailEvery - 3}, turns)
}

func TestRingKeepsTheLast(t *testing.T) {
	var r Ring
	_, ok := r.Last()
	assert.False(t, ok)
	assert.Empty(t, r.Samples())
	for i := range RingSize + 7 {
		r.Add(Sample{PID: i})
		last, ok := r.Last()
		require.True(t, ok)
		require.Equal(t, i, last.PID)
	}
	all := r.Samples()
	require.Len(t, all, RingSize)
	for i, s := range all {
		require.Equal(t, i+7, s.PID)
	}
	all[0].PID = -5
	assert.Equal(t, 7, r.Samples()[0].PID, "a copy")
}
