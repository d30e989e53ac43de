package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
)

// sample is what a figure was, each time that it was taken.
type sample []float64

func (s sample) sorted() sample { return slices.Sorted(slices.Values(s)) }

func (s sample) min() float64    { return s.sorted()[0] }
func (s sample) max() float64    { return s.sorted()[len(s)-1] }
func (s sample) median() float64 { return s.sorted()[len(s)/2] }

// machine says in a line what was measured on.
func machine() string {
	name := "a processor"
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s/%s, %d cores (%s), %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), name, runtime.Version())
}

func size(binary string) ([]row, error) {
	info, err := os.Stat(binary)
	if err != nil {
		return nil, err
	}
	return []row{{what: "binary", target: "≤ 15 MB", values: sample{float64(info.Size()) / 1e6}, format: "%.1f MB"}}, nil
}
