package router

// budgetMost is how many second tries can be saved up, and how many there are at
// first.
const budgetMost = 10

// budget bounds the second tries by a share of the first ones, so that a member
// that is slow because there is too much to do does not get even more. It counts
// in hundredths of a try.
type budget struct {
	percent int
	saved   int
}

func newBudget(percent int) budget { return budget{percent: percent, saved: 100 * budgetMost} }

// earn counts a first try.
func (b *budget) earn() { b.saved = min(b.saved+b.percent, 100*budgetMost) }

// has reports whether there is a second try left.
func (b *budget) has() bool { return b.saved >= 100 }

// spend takes one.
func (b *budget) spend() { b.saved -= 100 }
