package runtime

import (
	"fmt"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"brood/actors"
)

// NotifyReady tells the service manager that the program is up: READY=1 of
// sd_notify(3), if the program itself runs under systemd or another manager that
// sets NOTIFY_SOCKET. It reports whether there is one. From then on the manager
// also gets WATCHDOG=1 at half of the interval that it asks for, as long as the
// Runtime's root actor answers, and STOPPING=1 when Shutdown begins. Children get
// none of this: the variables are taken out of their environment.
//
// The error says that the manager could not be told, or that the Runtime is
// stopping.
func (rt *Runtime) NotifyReady() (told bool, err error) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	if rt.isStopping() {
		return false, fmt.Errorf("runtime: notify ready: %w", actors.ErrStopping)
	}
	told, err = daemon.SdNotify(false, daemon.SdNotifyReady)
	if err != nil {
		return told, fmt.Errorf("runtime: notify ready: %w", err)
	}
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		return told, fmt.Errorf("runtime: watchdog: %w", err)
	}
	if told && interval > 0 && !rt.watched {
		rt.watched = true
		rt.goroutines.Go(func() { rt.feedWatchdog(interval / 2) })
	}
	return told, nil
}

// notifyStopping says that Shutdown has begun. A manager that cannot be told is
// not to hold it up.
func notifyStopping() { _, _ = daemon.SdNotify(false, daemon.SdNotifyStopping) }

// feedWatchdog says that the Runtime is alive until its root actor has ended. An
// actor that does not take its messages any more is what the watchdog is for.
func (rt *Runtime) feedWatchdog(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	answer := make(chan struct{}, 1) // one question is open at any time
	rt.system.Root.Send(rt.root, &areYouThere{answer})
	for {
		select {
		case <-answer:
			_, _ = daemon.SdNotify(false, daemon.SdNotifyWatchdog)
		case <-rt.rootEnded:
			return
		}
		select {
		case <-ticker.C:
			rt.system.Root.Send(rt.root, &areYouThere{answer})
		case <-rt.rootEnded:
			return
		}
	}
}
