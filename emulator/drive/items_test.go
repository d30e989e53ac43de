package drive

import (
	"strings"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestNamesAreThoseOfTheService(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a.txt", "name with # % & + ;.bin", "Žluťoučký kůň", "report (1).docx", ".profile", "a..b"} {
		if err := CheckName(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for name, want := range map[string]problem.Reason{
		"":                       problem.NameInvalid,
		"  ":                     problem.NameInvalid,
		"a:b":                    problem.NameInvalid,
		`a\b`:                    problem.NameInvalid,
		"a/b":                    problem.NameInvalid,
		"what?":                  problem.NameInvalid,
		"~$open.docx":            problem.NameInvalid,
		" leading":               problem.NameInvalid,
		"trailing ":              problem.NameInvalid,
		"dot.":                   problem.NameInvalid,
		"CON":                    problem.NameInvalid,
		"lpt1":                   problem.NameInvalid,
		".lock":                  problem.NameInvalid,
		"desktop.ini":            problem.NameInvalid,
		"a_VTI_b.txt":            problem.NameInvalid,
		"tab\t":                  problem.NameInvalid,
		strings.Repeat("x", 256): problem.PathTooLong,
		strings.Repeat("🜨", 128): problem.PathTooLong, // counted in UTF-16
	} {
		wantReason(t, CheckName(name), want)
	}
}

func TestNamesCollideWithoutRegardToCaseAndNormalisation(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		root := Root(tx, l)
		composed, decomposed := "caf\u00e9.txt", "CAFE\u0301.TXT"
		first := put(t, tx, l, composed, "one")
		for _, c := range []Conflict{Fail, Rename, Replace} {
			i, created, err := PutFile(tx, l, root, FileSpec{Name: decomposed, Content: ContentOf([]byte("two")), Conflict: c, By: by()})
			switch c {
			case Fail:
				wantReason(t, err, problem.NameExists)
			case Rename:
				if err != nil || !created || i.Name != "CAFE\u0301 1.TXT" {
					t.Errorf("rename: %q, %v, %v", i.Name, created, err)
				}
			case Replace:
				if err != nil || created || i.ID != first.ID || i.Name != composed {
					t.Errorf("replace: %q, %v, %v", i.Name, created, err)
				}
			}
		}
		for _, path := range []string{"/" + decomposed, "./" + composed, "/././" + composed + "/."} {
			if i, err := ByPath(tx, l, root, path); err != nil || i.ID != first.ID {
				t.Errorf("%s: %v, %v", path, i.Name, err)
			}
		}
		return nil
	})
}

func TestTagsTellContentFromTheRest(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		i := put(t, tx, l, "a.txt", "one")
		if want := `"{` + strings.ToUpper(i.ID) + `},1"`; ETag(i) != want {
			t.Errorf("eTag %s, want %s", ETag(i), want)
		}
		name := "b.txt"
		renamed, err := UpdateItem(tx, l, i, ItemChange{Name: &name, By: by()})
		if err != nil {
			return err
		}
		if ETag(renamed) == ETag(i) || CTag(renamed) != CTag(i) {
			t.Errorf("renaming: %s %s", ETag(renamed), CTag(renamed))
		}
		written, err := ReplaceContent(tx, renamed, FileSpec{Content: ContentOf([]byte("two")), By: by()})
		if err != nil {
			return err
		}
		if ETag(written) == ETag(renamed) || CTag(written) == CTag(renamed) {
			t.Errorf("writing: %s %s", ETag(written), CTag(written))
		}
		_, err = UpdateItem(tx, l, written, ItemChange{Name: &name, IfMatch: ETag(i)})
		wantReason(t, err, problem.PreconditionFailed)
		if v := Versions(written); len(v) != 2 || v[0].Number != 2 || v[1].Number != 1 || v[1].Content.Size != 3 {
			t.Errorf("versions %v", v)
		}
		return nil
	})
}

// folderFacts are what upkeep keeps: size and children of a folder.
func folderFacts(t *testing.T, tx *state.Tx, l state.List, path string, size int64, children int) {
	t.Helper()
	i, err := ByPath(tx, l, Root(tx, l), path)
	if err != nil {
		t.Fatal(err)
	}
	if i.Size != size || i.ChildCount != children {
		t.Errorf("%q: %d bytes in %d children, want %d in %d", path, i.Size, i.ChildCount, size, children)
	}
}

func TestFoldersKnowWhatTheyHold(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		put(t, tx, l, "a/b/one.txt", "12345")
		two := put(t, tx, l, "a/two.txt", "123")
		folderFacts(t, tx, l, "", 8, 1)
		folderFacts(t, tx, l, "a", 8, 2)
		put(t, tx, l, "a/b/one.txt", "1")
		folderFacts(t, tx, l, "a/b", 1, 1)
		folderFacts(t, tx, l, "", 4, 1)
		b, err := ByPath(tx, l, Root(tx, l), "a/b")
		if err != nil {
			return err
		}
		root := Root(tx, l)
		if _, err := UpdateItem(tx, l, b, ItemChange{Parent: &root, By: by()}); err != nil {
			return err
		}
		folderFacts(t, tx, l, "a", 3, 1)
		folderFacts(t, tx, l, "", 4, 2)
		if err := DeleteItem(tx, l, two, "", by()); err != nil {
			return err
		}
		folderFacts(t, tx, l, "a", 0, 0)
		folderFacts(t, tx, l, "", 1, 2)
		now, _ := tx.List(contoso, l.ID)
		if q := QuotaOf(tx, now); q.Used != 4 || q.Deleted != 3 || q.State() != "normal" {
			t.Errorf("quota %+v", q)
		}
		return nil
	})
}

func TestMovesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	store, s, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		file := put(t, tx, l, "a/b/c.txt", "x")
		a, _ := ByPath(tx, l, Root(tx, l), "a")
		b, _ := ByPath(tx, l, Root(tx, l), "a/b")
		_, err := UpdateItem(tx, l, a, ItemChange{Parent: &b})
		wantReason(t, err, problem.InvalidProperty)
		_, err = UpdateItem(tx, l, b, ItemChange{Parent: &file})
		wantReason(t, err, problem.NotAFolder)
		_, err = UpdateItem(tx, l, Root(tx, l), ItemChange{})
		wantReason(t, err, problem.RootNotChangeable)
		wantReason(t, DeleteItem(tx, l, Root(tx, l), "", by()), problem.RootNotChangeable)
		other, err := AddLibrary(tx, s, "Other", "", by())
		if err != nil {
			return err
		}
		elsewhere := Root(tx, other)
		_, err = UpdateItem(tx, l, file, ItemChange{Parent: &elsewhere})
		wantReason(t, err, problem.MoveAcrossDrives)
		return nil
	})
}

func TestTheRecycleBinGivesBackWhole(t *testing.T) {
	t.Parallel()
	store, s, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		put(t, tx, l, "a/b/c.txt", "abc")
		put(t, tx, l, "a/d.txt", "d")
		earlier, _ := ByPath(tx, l, Root(tx, l), "a/d.txt")
		if err := DeleteItem(tx, l, earlier, "", by()); err != nil {
			return err
		}
		a, _ := ByPath(tx, l, Root(tx, l), "a")
		if err := DeleteItem(tx, l, a, "", by()); err != nil {
			return err
		}
		if bin := Recycled(tx, s); len(bin) != 2 {
			t.Errorf("%d entries in the bin", len(bin))
		}
		_, err := ByPath(tx, l, Root(tx, l), "a/b/c.txt")
		wantReason(t, err, problem.ItemNotFound)
		entry, err := FindRecycled(tx, s, a.ID)
		if err != nil {
			return err
		}
		if _, err := RestoreItem(tx, entry, by()); err != nil {
			return err
		}
		folderFacts(t, tx, l, "a", 3, 1)
		folderFacts(t, tx, l, "", 3, 1)
		_, err = ByPath(tx, l, Root(tx, l), "a/d.txt")
		wantReason(t, err, problem.ItemNotFound)
		return nil
	})
}

func TestRestoringNeedsTheNameFree(t *testing.T) {
	t.Parallel()
	store, s, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		c := put(t, tx, l, "a/c.txt", "abc")
		if err := DeleteItem(tx, l, c, "", by()); err != nil {
			return err
		}
		a, _ := ByPath(tx, l, Root(tx, l), "a")
		if err := DeleteForGood(tx, l, a, "", by()); err != nil {
			return err
		}
		put(t, tx, l, "c.txt", "in the way")
		entry, err := FindRecycled(tx, s, c.ID)
		if err != nil {
			return err
		}
		_, err = RestoreItem(tx, entry, by())
		wantReason(t, err, problem.NameExists)
		return nil
	})
}

func TestCopies(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		put(t, tx, l, "a/b/c.txt", "abc")
		a, _ := ByPath(tx, l, Root(tx, l), "a")
		o, err := Copy(tx, a, CopySpec{List: l, Parent: Root(tx, l), Name: "copy", By: by()})
		if err != nil || o.Status != "completed" {
			t.Fatalf("%+v, %v", o, err)
		}
		folderFacts(t, tx, l, "copy/b", 3, 1)
		o, err = Copy(tx, a, CopySpec{List: l, Parent: Root(tx, l), By: by()})
		if err != nil || o.Status != "failed" || o.ErrorCode != "nameAlreadyExists" {
			t.Errorf("%+v, %v", o, err)
		}
		b, _ := ByPath(tx, l, Root(tx, l), "a/b")
		_, err = Copy(tx, a, CopySpec{List: l, Parent: b, By: by()})
		wantReason(t, err, problem.InvalidProperty)
		return nil
	})
}

func TestSearchReadsNamesAndText(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		put(t, tx, l, "a/Budget 2018.xlsx", "numbers")
		put(t, tx, l, "b/other.txt", "the budget is in the text")
		for query, want := range map[string]int{"budget": 2, "BUDGET 2018": 1, "nothing": 0, "": 4} {
			if got := Search(tx, l, Root(tx, l), query, 0); len(got) != want {
				t.Errorf("%q: %d found, want %d", query, len(got), want)
			}
		}
		b, _ := ByPath(tx, l, Root(tx, l), "b")
		if got := Search(tx, l, b, "budget", 0); len(got) != 1 {
			t.Errorf("below b: %d found", len(got))
		}
		return nil
	})
}

// Business drives have one pair of times: what the client sets is what is shown, in whole seconds, and every change that
// brings none resets it.
func TestTimesOfTheClient(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	created, modified := time.Date(1999, 12, 31, 23, 59, 59, 999, time.UTC), time.Date(2001, 2, 3, 4, 5, 6, 789e6, time.UTC)
	update(t, store, func(tx *state.Tx) error {
		now := tx.Now().UTC().Truncate(time.Second)
		i, _, err := PutFile(tx, l, Root(tx, l), FileSpec{Name: "a.txt", Content: ContentOf([]byte("x")), FSCreatedAt: created, FSModifiedAt: modified, By: by()})
		if err != nil {
			return err
		}
		check := func(when string, i state.Item, created, modified time.Time) {
			t.Helper()
			if !i.FSCreatedAt.Equal(created) || !i.FSModifiedAt.Equal(modified) {
				t.Errorf("%s: %v and %v, want %v and %v", when, i.FSCreatedAt, i.FSModifiedAt, created, modified)
			}
		}
		born, changed := created.Truncate(time.Second), modified.Truncate(time.Second)
		check("uploaded", i, born, changed)
		name := "b.txt"
		if i, err = UpdateItem(tx, l, i, ItemChange{Name: &name, FSModifiedAt: modified, By: by()}); err != nil {
			return err
		}
		check("renamed with a time", i, born, changed)
		name = "c.txt"
		if i, err = UpdateItem(tx, l, i, ItemChange{Name: &name, By: by()}); err != nil {
			return err
		}
		check("renamed without", i, born, now)
		o, err := Copy(tx, i, CopySpec{List: l, Parent: Root(tx, l), Name: "d.txt", By: by()})
		if err != nil {
			return err
		}
		copied, _ := tx.Item(l.TenantID, l.ID, o.ItemID)
		check("copied", copied, now, now)
		return nil
	})
}
