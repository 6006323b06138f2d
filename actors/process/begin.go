package process

import (
	"time"

	"brood/actors"
	"brood/telemetry"
)

func (c *child) spawn() {
	r := &run{
		incarnation: c.state.incarnation,
		spec:        c.spec,
		system:      c.system,
		self:        c.self,
		cause:       c.spec.Cause,
	}
	if c.spec.Telemetry.Enabled() {
		r.spawn = c.spec.Telemetry.Start(c.spec.Cause, telemetry.HopSpawn, c.spec.Command.Name(),
			telemetry.Incarnation(r.incarnation))
		r.cause = r.spawn.Onward(r.cause)
	}
	if c.spec.Protocol != nil {
		r.wire = &wire{}
		r.wire.encoder, r.wire.decoder = c.spec.Protocol.Open()
	}
	r.watch = newWatch(c.spec)
	c.forgetVerdicts()
	c.run = r
	r.goes(r.begin)
}

func (c *child) adopt() {
	pid, level := c.run.conn.PID(), c.run.conn.Level().String()
	if c.run.spawn.Recording() {
		c.run.spawn.SetAttributes(telemetry.PID(pid), telemetry.ContainmentLevel(level))
	}
	if c.spec.OnEvent != nil {
		c.spec.OnEvent(&Connected{Who: c.self, Incarnation: c.state.incarnation, Conn: c.run.conn})
	}
	c.emit(&actors.Started{Who: c.self, Incarnation: c.state.incarnation, PID: pid, Containment: level}, true)
	c.run.started = time.Now()
	c.run.open()
	if c.run.watch != nil {
		c.run.watch.begin(c.run)
	}
	if c.unread {
		c.run.loosen()
	}
}

func (c *child) ready() {
	c.run.spawn.End(nil)
	if w := c.run.watch; w != nil {
		w.readyAt = time.Now()
		close(w.ready)
	}
	c.emit(&actors.Ready{Who: c.self, Incarnation: c.state.incarnation}, true)
}
