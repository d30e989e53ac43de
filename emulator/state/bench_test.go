package state

import (
	"fmt"
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
