package drive

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

const contoso = "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47"

// megan is somebody with a OneDrive.
func megan() state.User {
	return state.User{
		TenantID: contoso, ID: "1711f719-a1cb-4fc3-a8f4-cce63b65a3fb", Type: state.Member, UserPrincipalName: "megan@contoso.com",
		DisplayName: "Megan Bowen", Mail: "megan@contoso.com", PUID: "1003200311586EC4", AccountEnabled: true,
	}
}

func by() state.Actor { return state.Actor{UserID: megan().ID, Name: megan().DisplayName} }

// failer is what testing.T and rapid.T share.
type failer interface{ Fatal(...any) }

// world is a store with megan and her OneDrive.
func world(tb testing.TB) (*state.Store, state.Site, state.List) {
	tb.Helper()
	return plainWorld(tb)
}

func plainWorld(t failer) (*state.Store, state.Site, state.List) {
	store := state.New(state.Options{Seed: 1})
	var s state.Site
	var l state.List
	mustUpdate(t, store, func(tx *state.Tx) error {
		tx.PutTenant(state.Tenant{ID: contoso, InitialDomain: "contoso.onmicrosoft.com"})
		tx.PutUser(megan())
		var err error
		if s, err = EnsurePersonalSite(tx, megan()); err != nil {
			return err
		}
		l, _ = DefaultLibrary(tx, s)
		return nil
	})
	return store, s, l
}

func update(tb testing.TB, store *state.Store, f func(*state.Tx) error) {
	tb.Helper()
	mustUpdate(tb, store, f)
}

func mustUpdate(t failer, store *state.Store, f func(*state.Tx) error) {
	if err := store.Update(f); err != nil {
		t.Fatal(err)
	}
}

// put stores a text at a path, making folders as needed.
func put(tb testing.TB, tx *state.Tx, l state.List, path, text string) state.Item {
	tb.Helper()
	above, name := cutLast(path)
	parent, err := EnsureFolder(tx, l, above, by())
	if err != nil {
		tb.Fatal(err)
	}
	i, _, err := PutFile(tx, l, parent, FileSpec{Name: name, Content: ContentOf([]byte(text)), By: by()})
	if err != nil {
		tb.Fatal(err)
	}
	return i
}

func wantReason(tb testing.TB, err error, want problem.Reason) {
	tb.Helper()
	if err == nil || problem.ReasonOf(err) != want {
		tb.Errorf("error %v, want reason %v", err, want)
	}
}

func TestQuickXorHasTheReferenceValues(t *testing.T) {
	t.Parallel()
	raw, err := base64.StdEncoding.DecodeString("J9iPGCbfZSTNyw==")
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct{ in, want string }{
		"empty":    {"", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
		"one byte": {"\x4a", "SgAAAAAAAAAAAAAAAQAAAAAAAAA="},
		"ten":      {string(raw), "J8DGIzBggm+UgQTNUgYAAAAAAAA="},
		"text":     {"hello tenant", "aCgDG9jwBhDQoQxuBIMb6AAAAAA="},
	} {
		c, err := NewContent(strings.NewReader(row.in), 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := base64.StdEncoding.EncodeToString(c.QuickXor[:]); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}

func TestIdsTakeTheDocumentedForms(t *testing.T) {
	t.Parallel()
	store, s, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		if id := ItemID(l, Root(tx, l)); len(id) != 34 || !strings.HasSuffix(id, "6Y2GOVW7725BZO354PWSELRRZ") {
			t.Errorf("root id %s", id)
		}
		id := DriveID(s, l)
		if len(id) != 66 || !strings.HasPrefix(id, "b!") {
			t.Errorf("drive id %s", id)
		}
		if _, got, err := FindDrive(tx, contoso, id); err != nil || got.ID != l.ID {
			t.Errorf("FindDrive: %v, %v", got.ID, err)
		}
		i := put(t, tx, l, "a.txt", "x")
		if got, err := FindItem(tx, l, ItemID(l, i)); err != nil || got.ID != i.ID {
			t.Errorf("FindItem: %v, %v", got.ID, err)
		}
		_, err := FindItem(tx, l, strings.ToLower(ItemID(l, i)))
		wantReason(t, err, problem.ItemNotFound)
		return nil
	})
}
