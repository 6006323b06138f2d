package runtime

import "brood/actors/supervisor"

// The words of supervisor trees; see package supervisor.
type (
	// Strategy says who is restarted with a child that failed.
	Strategy = supervisor.Strategy
	// AutoShutdown says when a tree ends with its significant children.
	AutoShutdown = supervisor.AutoShutdown
	// ChildInfo is what a supervisor tells of one child.
	ChildInfo = supervisor.Info
	// ChildState is what a child is doing.
	ChildState = supervisor.State
	// StartFailedError says that a node could not be started.
	StartFailedError = supervisor.StartFailedError
)

// Who is restarted with a child that failed.
const (
	OneForOne  = supervisor.OneForOne
	OneForAll  = supervisor.OneForAll
	RestForOne = supervisor.RestForOne
	Dynamic    = supervisor.Dynamic
)

// When a tree ends by itself.
const (
	Never          = supervisor.Never
	AnySignificant = supervisor.AnySignificant
	AllSignificant = supervisor.AllSignificant
)

// What a child is doing.
const (
	StateStopped    = supervisor.StateStopped
	StateWaiting    = supervisor.StateWaiting
	StateStarting   = supervisor.StateStarting
	StateRunning    = supervisor.StateRunning
	StateStopping   = supervisor.StateStopping
	StateRestarting = supervisor.StateRestarting
	StateOpen       = supervisor.StateOpen
)

// What calls to a Supervisor are refused for.
var (
	ErrAlreadyStarted = supervisor.ErrAlreadyStarted
	ErrAlreadyPresent = supervisor.ErrAlreadyPresent
	ErrRunning        = supervisor.ErrRunning
	ErrRestarting     = supervisor.ErrRestarting
	ErrNotFound       = supervisor.ErrNotFound
	ErrDynamic        = supervisor.ErrDynamic
)
