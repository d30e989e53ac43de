package drive

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/tennantite/tennantite/emulator/state"
)

const (
	folderSize  = 200
	transaction = 10_000 // items that are stored in one transaction
)

// library is a drive of n files in folders of 200, loaded through the rules.
func library(tb testing.TB, n int) (*state.Store, state.List) {
	tb.Helper()
	store, _, l := world(tb)
	for first := 0; first < n; first += transaction {
		update(tb, store, func(tx *state.Tx) error {
			var folder state.Item
			for i := first; i < min(first+transaction, n); i++ {
				if i%folderSize == 0 {
					var err error
					if folder, err = AddFolder(tx, l, Root(tx, l), fmt.Sprintf("folder %d", i/folderSize), Fail, by()); err != nil {
						return err
					}
				}
				f := FileSpec{Name: fmt.Sprintf("file %d.txt", i), Content: ContentOf([]byte{byte(i)}), By: by()}
				if _, _, err := PutFile(tx, l, folder, f); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return store, l
}

func sizes() []int {
	if testing.Short() {
		return []int{1_000, 100_000}
	}
	return []int{1_000, 1_000_000}
}

// BenchmarkLoad tells what an item costs in time and memory.
func BenchmarkLoad(b *testing.B) {
	const n = 20_000
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		store, _ := library(b, n)
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(store)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/item")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/item")
}

// BenchmarkFill is the load of a fixture's library, without the reading of its text.
func BenchmarkFill(b *testing.B) {
	const n = 20_000
	for b.Loop() {
		store, _, l := world(b)
		update(b, store, func(tx *state.Tx) error {
			fill := Fill(tx, l)
			for i := range n {
				spec := FileSpec{Content: ContentOf([]byte{byte(i)}), By: by()}
				if err := fill.File(fmt.Sprintf("folder %d/file %d.txt", i/folderSize, i), spec); err != nil {
					return err
				}
			}
			fill.Settle()
			return nil
		})
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "items/s")
}

// BenchmarkLibrary shows that a folder of 200, and a delta after ten changes, cost the same in a large library.
func BenchmarkLibrary(b *testing.B) {
	for _, n := range sizes() {
		store, l := library(b, n)
		var token DeltaToken
		update(b, store, func(tx *state.Tx) error {
			token = DeltaToken{Seq: tx.Sequence(), Start: tx.Sequence(), At: tx.Now()}
			folder, err := ByPath(tx, l, Root(tx, l), "folder 2")
			if err != nil {
				return err
			}
			for i := range 10 {
				f := FileSpec{Name: fmt.Sprintf("file %d.txt", 2*folderSize+i), Content: ContentOf([]byte("changed")), By: by()}
				if _, _, err := PutFile(tx, l, folder, f); err != nil {
					return err
				}
			}
			return nil
		})
		view := func(b *testing.B, f func(*state.Tx)) {
			b.Helper()
			b.ReportAllocs()
			for b.Loop() {
				_ = store.View(func(tx *state.Tx) error { f(tx); return nil })
			}
		}
		b.Run(fmt.Sprintf("folder/%d", n), func(b *testing.B) {
			view(b, func(tx *state.Tx) {
				folder, err := ByPath(tx, l, Root(tx, l), "folder 3")
				if err != nil {
					b.Fatal(err)
				}
				count := 0
				for range tx.Children(contoso, l.ID, folder.ID) {
					count++
				}
				if count != folderSize {
					b.Fatalf("%d children", count)
				}
			})
		})
		b.Run(fmt.Sprintf("delta/%d", n), func(b *testing.B) {
			view(b, func(tx *state.Tx) {
				changes, _, _ := collect(tx, l, Root(tx, l), token, 200)
				if len(changes) != 12 {
					b.Fatalf("%d changes", len(changes))
				}
			})
		})
		b.Run(fmt.Sprintf("upload/%d", n), func(b *testing.B) {
			i := 0
			for b.Loop() {
				i++
				update(b, store, func(tx *state.Tx) error {
					_, _, err := PutFile(tx, l, Root(tx, l), FileSpec{Name: fmt.Sprintf("new %d.txt", i), Content: ContentOf(nil), By: by()})
					return err
				})
			}
		})
	}
}

// BenchmarkQuickXor is the speed of the hash.
func BenchmarkQuickXor(b *testing.B) {
	chunk := make([]byte, 1<<20)
	b.SetBytes(int64(len(chunk)))
	for b.Loop() {
		ContentOf(chunk)
	}
}
