package graphapi

import (
	"fmt"
	"testing"

	"github.com/tennantite/tennantite/emulator/state"
)

// crowd adds n people straight to the state: through the rules they would take minutes.
func (w *world) crowd(n int) {
	w.tb.Helper()
	w.update(func(tx *state.Tx) error {
		for i := range n {
			name := fmt.Sprintf("person%06d", i)
			tx.PutUser(state.User{
				TenantID: w.contoso.ID, ID: tx.NewID(), Type: state.Member, DisplayName: name, AccountEnabled: true,
				UserPrincipalName: name + "@contoso.com", Mail: name + "@contoso.com", MailNickname: name,
			})
		}
		return nil
	})
}

// BenchmarkUsers shows that a page, an indexed filter and a single user cost the same in a large directory.
func BenchmarkUsers(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		w := newWorld(b)
		w.crowd(n)
		admin := w.as(w.admin)
		var last string
		w.update(func(tx *state.Tx) error {
			u, _ := tx.UserByUPN(w.contoso.ID, "person000500@contoso.com")
			last = u.ID
			return nil
		})
		for name, path := range map[string]string{
			"list":   "/v1.0/users?$top=100",
			"sorted": "/v1.0/users?$top=100&$orderby=displayName",
			"filter": "/v1.0/users?$filter=mail%20eq%20'person000500@contoso.com'",
			"prefix": "/v1.0/users?$filter=startswith(displayName,'person0005')",
			"one":    "/v1.0/users/" + last,
			"delta":  "/v1.0/users/delta?$deltatoken=latest",
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					admin.get(path).want(200)
				}
			})
		}
	}
}
