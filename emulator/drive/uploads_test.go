package drive

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestAnUploadInRangesIsTheFile(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	whole := bytes.Repeat([]byte("0123456789abcdef-"), 1000)
	update(t, store, func(tx *state.Tx) error {
		u, err := StartUpload(tx, l, UploadSpec{Parent: Root(tx, l), Name: "big.bin", Size: -1, By: by()})
		if err != nil {
			return err
		}
		total := int64(len(whole))
		for _, cut := range [][2]int{{0, 700}, {700, 701}, {701, 9000}, {9000, len(whole)}} {
			u, err = Append(tx, u, FragmentOf(whole[cut[0]:cut[1]], int64(cut[0])), total)
			if err != nil {
				return err
			}
		}
		if !u.Complete || len(Expected(u)) != 0 {
			t.Errorf("complete %v, expected %v", u.Complete, Expected(u))
		}
		_, i, created, err := Commit(tx, u)
		if err != nil || !created {
			t.Fatalf("%v, %v", created, err)
		}
		if want := ContentOf(whole); i.Content.QuickXor != want.QuickXor || i.Size != want.Size {
			t.Errorf("hash %x of %d bytes, want %x of %d", i.Content.QuickXor, i.Size, want.QuickXor, want.Size)
		}
		got, err := io.ReadAll(ContentReader(i.Content, 650))
		if err != nil || !bytes.Equal(got, whole[650:]) {
			t.Errorf("%d bytes read, %v", len(got), err)
		}
		_, err = FindUpload(tx, u.ID)
		wantReason(t, err, problem.SessionNotFound)
		return nil
	})
}

func TestRangesThatDoNotFit(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		u, err := StartUpload(tx, l, UploadSpec{Parent: Root(tx, l), Name: "big.bin", Size: 100, By: by()})
		if err != nil {
			return err
		}
		if u, err = Append(tx, u, FragmentOf(make([]byte, 40), 0), 100); err != nil {
			return err
		}
		if got := Expected(u); len(got) != 1 || got[0] != "40-99" {
			t.Errorf("expected %v", got)
		}
		for name, row := range map[string]struct {
			offset, size, total int64
			want                problem.Reason
		}{
			"received already": {0, 40, 100, problem.RangeOverlap},
			"partly received":  {20, 40, 100, problem.RangeOverlap},
			"a gap":            {60, 40, 100, problem.RangeInvalid},
			"another total":    {40, 10, 200, problem.RangeInvalid},
			"beyond the end":   {40, 70, 100, problem.RangeInvalid},
		} {
			_, err := Append(tx, u, FragmentOf(make([]byte, row.size), row.offset), row.total)
			if problem.ReasonOf(err) != row.want {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, _, _, err = Commit(tx, u)
		wantReason(t, err, problem.RangeInvalid)
		return nil
	})
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	update(t, store, func(tx *state.Tx) error {
		w := tx.World()
		w.Frozen, w.FrozenAt = true, tx.Now()
		tx.PutWorld(w)
		return nil
	})
	var u state.UploadSession
	update(t, store, func(tx *state.Tx) (err error) {
		u, err = StartUpload(tx, l, UploadSpec{Parent: Root(tx, l), Name: "big.bin", Size: 100, By: by()})
		return err
	})
	update(t, store, func(tx *state.Tx) error {
		w := tx.World()
		w.FrozenAt = w.FrozenAt.Add(sessionLife + time.Second)
		tx.PutWorld(w)
		return nil
	})
	update(t, store, func(tx *state.Tx) error {
		_, err := FindUpload(tx, u.ID)
		wantReason(t, err, problem.SessionNotFound)
		return nil
	})
}

func TestContentThatIsTooLarge(t *testing.T) {
	t.Parallel()
	_, err := NewContent(bytes.NewReader(make([]byte, 5000)), 4999)
	wantReason(t, err, problem.LimitExceeded)
	c, err := NewContent(bytes.NewReader(make([]byte, 5000)), 5000)
	if err != nil || c.Size != 5000 {
		t.Errorf("%v, %v", c, err)
	}
}
