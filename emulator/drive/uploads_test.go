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

// A session that a fork inherits goes on in both worlds; bytes that came before the fork are there once.
func TestASessionGoesOnInAForkAndSharesItsBytes(t *testing.T) {
	t.Parallel()
	store, _, l := world(t)
	half := bytes.Repeat([]byte("half"), 1000)
	total := int64(2 * len(half))
	var session string
	update(t, store, func(tx *state.Tx) error {
		u, err := StartUpload(tx, l, UploadSpec{Parent: Root(tx, l), Name: "big.bin", Size: total, By: by()})
		if err == nil {
			u, err = Append(tx, u, FragmentOf(half, 0), total)
		}
		session = u.ID
		return err
	})
	finish := func(s *state.Store, rest []byte) *state.Content {
		var done state.Item
		update(t, s, func(tx *state.Tx) error {
			u, err := FindUpload(tx, session)
			if err == nil {
				u, err = Append(tx, u, FragmentOf(rest, int64(len(half))), total)
			}
			if err == nil {
				_, done, _, err = Commit(tx, u)
			}
			return err
		})
		return done.Content
	}
	other := bytes.ToUpper(half)
	fork := store.Fork(store.Snapshot())
	there, here := finish(fork, other), finish(store, half)
	if &there.Chunks[0][0] != &here.Chunks[0][0] {
		t.Error("the fork has a copy of the bytes")
	}
	for name, row := range map[string]struct {
		got  *state.Content
		want []byte
	}{"here": {here, append(bytes.Clone(half), half...)}, "in the fork": {there, append(bytes.Clone(half), other...)}} {
		if text, err := io.ReadAll(ContentReader(row.got, 0)); err != nil || !bytes.Equal(text, row.want) || row.got.QuickXor != ContentOf(row.want).QuickXor {
			t.Errorf("%s the content is another one: %v", name, err)
		}
	}
}

// Whatever the pieces, a range is what it is of the whole.
func TestRangesOfContentInPieces(t *testing.T) {
	t.Parallel()
	whole := make([]byte, 3<<20)
	for i := range whole {
		whole[i] = byte(i * i >> 7)
	}
	content, err := NewContent(bytes.NewReader(whole), 0)
	if err != nil || len(content.Chunks) < 3 {
		t.Fatalf("%d pieces, %v", len(content.Chunks), err)
	}
	r := ContentReader(content, 0)
	for _, row := range []struct{ from, n int64 }{{0, 1}, {firstChunk - 1, 2}, {1<<20 - 7, 1 << 20}, {5, 10}, {int64(len(whole)) - 3, 3}, {2 << 20, 1}} {
		if _, err := r.Seek(row.from, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.LimitReader(r, row.n))
		if err != nil || !bytes.Equal(got, whole[row.from:row.from+row.n]) {
			t.Errorf("%d bytes from %d: %v", row.n, row.from, err)
		}
	}
}
