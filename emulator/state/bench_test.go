package state

import (
	"fmt"
	"runtime"
	"testing"
)

// filled returns a world of n users.
func filled(b *testing.B, n int) *Store {
	b.Helper()
	s := New(Options{})
	const batch = 10_000
	for done := 0; done < n; done += batch {
		update(b, s, func(tx *Tx) {
			for i := done; i < min(n, done+batch); i++ {
				tx.PutUser(user(contoso, fmt.Sprintf("%08d", i), fmt.Sprintf("u%d@contoso.com", i)))
			}
		})
	}
	return s
}

// BenchmarkFork shows that snapshot, fork and restore cost the same however large the world is.
func BenchmarkFork(b *testing.B) {
	for _, n := range []int{100, 100_000} {
		s := filled(b, n)
		b.Run(fmt.Sprintf("users=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p := s.Snapshot()
				f := s.Fork(p)
				f.Restore(p)
			}
		})
	}
}

// BenchmarkUserMemory tells what a person costs in memory.
func BenchmarkUserMemory(b *testing.B) {
	const n, batch = 100_000, 10_000
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		s := New(Options{})
		for done := 0; done < n; done += batch {
			update(b, s, func(tx *Tx) {
				for i := done; i < done+batch; i++ {
					address := fmt.Sprintf("person%06d@contoso.com", i)
					u := user("4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47", tx.NewID(), address)
					u.DisplayName, u.Mail, u.ProxyAddresses = fmt.Sprintf("Person %06d", i), address, []string{"SMTP:" + address}
					tx.PutUser(u)
				}
			})
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(s)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/user")
}

func BenchmarkUser(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		s := filled(b, n)
		b.Run(fmt.Sprintf("get/users=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = s.View(func(tx *Tx) error {
					if _, ok := tx.User(contoso, "00000500"); !ok {
						b.Error("not found")
					}
					return nil
				})
			}
		})
		b.Run(fmt.Sprintf("put/users=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = s.Update(func(tx *Tx) error { tx.PutUser(user(contoso, "00000500", "u500@contoso.com")); return nil })
			}
		})
	}
}
