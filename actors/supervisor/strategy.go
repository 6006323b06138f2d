package supervisor

// Strategy says who is restarted together with a child that failed. The zero
// value is OneForOne.
type Strategy uint8

// OneForOne restarts the child that failed and leaves its siblings alone.
const OneForOne Strategy = 0
