package sharing_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/b2b"
	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/sharing"
	"github.com/tennantite/tennantite/emulator/state"
)

// picked asks the picker of the marketing site and returns titles, sorted.
func (w *world) picked(q sharing.PickerQuery) string {
	w.tb.Helper()
	var titles []string
	w.do(func(tx *state.Tx) {
		s, _ := tx.Site(w.contoso.ID, w.marketing.ID)
		for _, c := range sharing.Pick(tx, as(w.megan), s, q) {
			titles = append(titles, c.Title)
		}
	})
	slices.Sort(titles)
	return strings.Join(titles, ", ")
}

func TestPick(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, row := range []struct {
		name string
		q    sharing.PickerQuery
		want string
	}{
		{"the beginning of a name", sharing.PickerQuery{Text: "me", PrincipalTypes: sharing.PickUsers}, "Megan"},
		{"in any case", sharing.PickerQuery{Text: "LEE@contoso.com"}, "Lee"},
		{"a claim", sharing.PickerQuery{Text: "i:0#.f|membership|lee@contoso.com", ResolveExactly: true}, "Lee"},
		{"nobody", sharing.PickerQuery{Text: "zz"}, ""},
		{"nothing", sharing.PickerQuery{Text: " "}, ""},
		{"a group of the site", sharing.PickerQuery{Text: "marketing o", PrincipalTypes: sharing.PickSiteGroups}, "marketing Owners"},
		{"everyone except external users", sharing.PickerQuery{Text: "everyone"}, "Everyone except external users"},
		{"a new address", sharing.PickerQuery{Text: "kim@fabrikam.com", AllowEmail: true}, "kim@fabrikam.com"},
		{"a new address, not asked for", sharing.PickerQuery{Text: "kim@fabrikam.com"}, ""},
		{"an own address that nobody bears", sharing.PickerQuery{Text: "ghost@contoso.com", AllowEmail: true}, ""},
		{"no more than asked for", sharing.PickerQuery{Text: "a", Max: 1, PrincipalTypes: sharing.PickUsers}, "Admin"},
	} {
		if got := w.picked(row.q); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

func TestPickGuests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.do(func(tx *state.Tx) { w.share(tx, w.folder, "sam@fabrikam.com") })
	if got := w.picked(sharing.PickerQuery{Text: "sam"}); got != "" {
		t.Errorf("SharePoint's invitee is offered before redemption: %q", got)
	}
	w.do(func(tx *state.Tx) {
		_, err := b2b.Manager{}.Invite(tx, as(w.admin), b2b.Request{Email: "kim@fabrikam.com", DisplayName: "Kim Akers", RedirectURL: "https://example.com/"})
		w.check(err)
	})
	for on, want := range map[bool]string{true: "Kim Akers", false: ""} {
		w.set(map[string]any{"ShowPeoplePickerSuggestionsForGuestUsers": on})
		if got := w.picked(sharing.PickerQuery{Text: "kim"}); got != want {
			t.Errorf("suggestions %v: got %q", on, got)
		}
		if got := w.picked(sharing.PickerQuery{Text: "kim@fabrikam.com", AllowEmail: true}); got != "Kim Akers" {
			t.Errorf("suggestions %v, exact address: got %q", on, got)
		}
	}
	w.set(map[string]any{"ShowPeoplePickerSuggestionsForGuestUsers": true, "SearchResolveExactEmailOrUPN": true})
	if got := w.picked(sharing.PickerQuery{Text: "me", PrincipalTypes: sharing.PickUsers}); got != "" {
		t.Errorf("exact only, by a beginning: %q", got)
	}
	w.set(map[string]any{"SharingCapability": "ExistingExternalUserSharingOnly"})
	if got := w.picked(sharing.PickerQuery{Text: "sam@fabrikam.com", AllowEmail: true}); got != "" {
		t.Errorf("existing guests only, a new address: %q", got)
	}
}

func TestPickMarksBlockedAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.set(map[string]any{"SharingDomainRestrictionMode": 2, "SharingBlockedDomainList": "fabrikam.com"})
	w.do(func(tx *state.Tx) {
		list := sharing.Pick(tx, as(w.megan), w.marketing, sharing.PickerQuery{Text: "kim@fabrikam.com", AllowEmail: true})
		if len(list) != 1 || problem.ReasonOf(list[0].Blocked) != problem.SharingDomainBlocked {
			t.Errorf("candidates %+v", list)
		}
	})
}
