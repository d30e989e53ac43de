package drive

import (
	"io"
	"testing"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

// A file is replaced piece by piece under an id that the client chose; until the end the old content stays.
func TestChunkedUpload(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		i := put(t, tx, l, "a/big.bin", "old")
		if n, err := StartChunked(tx, i, "ID", FragmentOf([]byte("one "), 0), by()); n != 4 || err != nil {
			t.Errorf("begun: %d, %v", n, err)
		}
		if n, err := ContinueChunked(tx, i, "id", FragmentOf([]byte("two "), 4)); n != 8 || err != nil {
			t.Errorf("continued: %d, %v", n, err)
		}
		for _, tt := range []struct {
			want problem.Reason
			do   func() (int64, error)
		}{
			{problem.RangeOverlap, func() (int64, error) { return ContinueChunked(tx, i, "id", FragmentOf([]byte("x"), 2)) }},
			{problem.RangeInvalid, func() (int64, error) { return ContinueChunked(tx, i, "id", FragmentOf([]byte("x"), 9)) }},
			{problem.SessionNotFound, func() (int64, error) { return ContinueChunked(tx, i, "other", FragmentOf([]byte("x"), 8)) }},
			{problem.NotAFile, func() (int64, error) { return StartChunked(tx, Root(tx, l), "id", Fragment{}, by()) }},
		} {
			if _, err := tt.do(); problem.ReasonOf(err) != tt.want {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		}
		now, _ := tx.Item(i.TenantID, i.ListID, i.ID)
		if now.Size != 3 {
			t.Errorf("before the end it has %d bytes", now.Size)
		}
		done, err := FinishChunked(tx, i, "id", FragmentOf([]byte("three"), 8))
		if err != nil {
			return err
		}
		text, err := io.ReadAll(ContentReader(done.Content, 0))
		if string(text) != "one two three" || done.ID != i.ID || done.Version != 2 || done.Content.QuickXor != ContentOf(text).QuickXor {
			t.Errorf("%q, version %d", text, done.Version)
		}
		if err := CancelChunked(tx, i, "id"); problem.ReasonOf(err) != problem.SessionNotFound {
			t.Errorf("an upload that is over is cancelled: %v", err)
		}
		return err
	})
}

func TestListChanges(t *testing.T) {
	t.Parallel()
	store, s, _ := world(t)
	update(t, store, func(tx *state.Tx) error {
		l, err := AddList(tx, s, state.List{Title: "Tasks"}, by())
		if err != nil {
			return err
		}
		title, taken, said := "Chores", "documents", "to do"
		if _, err := UpdateList(tx, l, ListChange{Title: &taken}); problem.ReasonOf(err) != problem.NameExists {
			t.Errorf("a taken title: %v", err)
		}
		if l, err = UpdateList(tx, l, ListChange{Title: &title, Description: &said}); err != nil || l.Title != title || l.Description != said {
			t.Errorf("%+v, %v", l, err)
		}
		l, c, err := AddColumn(tx, l, state.Column{Name: "Weight", Type: "number"})
		if err != nil || c.ID == "" || c.DisplayName != "Weight" {
			t.Errorf("%+v, %v", c, err)
		}
		if _, err := AddListItem(tx, l, map[string]any{"Title": "a", "Weight": 1.0}, by()); err != nil {
			t.Errorf("an item with the column: %v", err)
		}
		for name, want := range map[string]problem.Reason{"": problem.MissingProperty, "weight": problem.NameExists, "Title": problem.NameExists} {
			if _, _, err := AddColumn(tx, l, state.Column{Name: name}); problem.ReasonOf(err) != want {
				t.Errorf("a column %q: %v, want %v", name, err, want)
			}
		}
		if err := RemoveColumn(tx, l, "WEIGHT"); err != nil {
			t.Error(err)
		}
		l, _ = tx.List(l.TenantID, l.ID)
		if err := RemoveColumn(tx, l, "Weight"); problem.ReasonOf(err) != problem.ObjectNotFound {
			t.Errorf("removed twice: %v", err)
		}
		return nil
	})
}

func TestPersonalPaths(t *testing.T) {
	t.Parallel()
	store, s, _ := world(t)
	update(t, store, func(tx *state.Tx) error {
		if got := PersonalPath(tx, megan()); got != s.Path {
			t.Errorf("hers is %s", got)
		}
		lee := state.User{TenantID: contoso, ID: "x", UserPrincipalName: "Lee.Gu@contoso.com"}
		for path, want := range map[string]bool{
			"/personal/lee_gu_contoso_com": true, "/personal/LEE_gu_contoso_com/Documents/a": true, "personal/lee_gu_contoso_com/": true,
			"/personal/lee_gu_contoso_com2": false, s.Path: false, "/": false,
		} {
			if got := IsPersonalPath(tx, lee, path); got != want {
				t.Errorf("%s is his: %v", path, got)
			}
		}
		return nil
	})
}
