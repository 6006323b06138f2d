//go:build !linux

package health

import (
	"fmt"

	"brood/ptyio"
)

func kernelSupport() error { return fmt.Errorf("state of a process: %w", ptyio.ErrUnsupported) }

func readKernelStat(int) (kernelStat, error) { return kernelStat{}, kernelSupport() }
