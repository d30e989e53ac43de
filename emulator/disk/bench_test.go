package disk

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/tennantite/tennantite/emulator/state"
)

// BenchmarkUpdate writes a user in memory, and to the disk by one client and by many at once, who share each fsync.
func BenchmarkUpdate(b *testing.B) {
	var n atomic.Int64
	write := func(b *testing.B, s *state.Store) {
		b.Helper()
		id := fmt.Sprint(n.Add(1))
		if err := s.Update(func(tx *state.Tx) error {
			tx.PutUser(state.User{TenantID: tenant, ID: id, UserPrincipalName: id + "@contoso.com", DisplayName: "Somebody"})
			return nil
		}); err != nil {
			b.Error(err)
		}
	}
	b.Run("memory", func(b *testing.B) {
		s := state.New(state.Options{})
		for b.Loop() {
			write(b, s)
		}
	})
	for _, clients := range []int{1, 16} {
		b.Run(fmt.Sprintf("disk/clients=%d", clients), func(b *testing.B) {
			d, err := Open(b.TempDir(), "test")
			if err != nil {
				b.Fatal(err)
			}
			defer shut(b, d)
			s := create(d, "main").store
			b.SetParallelism(clients)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					write(b, s)
				}
			})
		})
	}
}
