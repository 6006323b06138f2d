package health

import (
	"fmt"
	"os"
	"strconv"
)

func kernelSupport() error { return nil }

func readKernelStat(pid int) (kernelStat, error) {
	content, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return kernelStat{}, err
	}
	k, ok := parseKernelStat(content)
	if !ok {
		return k, fmt.Errorf("/proc/%d/stat: %q", pid, content)
	}
	if k.condition() == Waiting {
		status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
		if err != nil {
			return k, err
		}
		k.switches = switchesIn(status)
	}
	return k, nil
}
