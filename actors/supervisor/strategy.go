package supervisor

import "fmt"

// Strategy says who is restarted together with a child that failed. The zero
// value is OneForOne.
type Strategy uint8

// The strategies, as in OTP.
const (
	// OneForOne: the child that failed, and nobody else.
	OneForOne Strategy = iota
	// OneForAll: all children. The others are stopped from right to left, then
	// all are started from left to right.
	OneForAll
	// RestForOne: the child that failed and those behind it, in the same way.
	RestForOne
	// Dynamic is OTP's simple_one_for_one: all children are made from the
	// Spec's Template by AddChild, have no order, and are forgotten when they
	// have ended. Each is restarted by itself; all are stopped at once.
	Dynamic
)

// String returns OTP's name.
func (s Strategy) String() string {
	switch s {
	case OneForOne:
		return "one_for_one"
	case OneForAll:
		return "one_for_all"
	case RestForOne:
		return "rest_for_one"
	case Dynamic:
		return "simple_one_for_one"
	}
	return fmt.Sprintf("strategy(%d)", uint8(s))
}

// AutoShutdown says when a supervisor ends by itself because Significant
// children have. The zero value is Never.
type AutoShutdown uint8

// When a supervisor ends by itself, as in OTP. A significant child counts when it
// has ended by itself and is not restarted: not when it was stopped by a call, or
// with a sibling.
const (
	// Never: it stays. No child may be Significant then.
	Never AutoShutdown = iota
	// AnySignificant: as soon as one significant child has ended.
	AnySignificant
	// AllSignificant: when the last one has.
	AllSignificant
)

// String returns OTP's name.
func (a AutoShutdown) String() string {
	switch a {
	case Never:
		return "never"
	case AnySignificant:
		return "any_significant"
	case AllSignificant:
		return "all_significant"
	}
	return fmt.Sprintf("auto_shutdown(%d)", uint8(a))
}
