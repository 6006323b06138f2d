package ptyio

import "time"

// SetPatience says how long the zygote that runs may take for what is asked of it
// from now on.
func (z *Zygote) SetPatience(d time.Duration) { z.current.Patience = d }
