package emulator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/emulator/state"
)

// large starts an emulator whose world "large" began with that many objects beside its fixture's.
func large(b *testing.B, objects int) *emulator.Emulator {
	b.Helper()
	emu := emulator.Start(b)
	const transaction = 50_000
	for first := 0; first < objects; first += transaction {
		err := emu.Update(emulator.MainWorld, func(tx *state.Tx) error {
			for n := first; n < min(first+transaction, objects); n++ {
				tx.PutItem(state.Item{
					TenantID: "tenant", SiteID: "site", ListID: "list", ID: fmt.Sprintf("%08d", n), Number: n + 1,
					ParentID: fmt.Sprintf("folder%d", n/200), Name: fmt.Sprintf("file %d", n), Kind: state.File,
				})
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if _, err := emu.Fork("large", emulator.MainWorld, false); err != nil {
		b.Fatal(err)
	}
	return emu
}

// BenchmarkWorlds shows that forking, resetting, snapshots and restoring cost the same however much a world holds: by the
// control plane's Go methods and by its requests, without a network. The garbage of the loading is gone before each, so that
// nobody pays for it who did not make it; GODEBUG=gctrace=1 shows what a collection of the world itself costs.
func BenchmarkWorlds(b *testing.B) {
	for _, objects := range []int{100, 1_000_000} {
		if testing.Short() && objects > 100 {
			continue
		}
		emu := large(b, objects)
		if err := emu.Snapshot("large", "kept"); err != nil {
			b.Fatal(err)
		}
		ask := func(method, path, body string) error {
			r := httptest.NewRequest(method, "http://localhost/_tennantite/v1/"+path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set(emulator.WorldHeader, "large")
			w := httptest.NewRecorder()
			emu.ServeHTTP(w, r)
			if w.Code >= http.StatusBadRequest {
				return fmt.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
			}
			return nil
		}
		for _, op := range []struct {
			name  string
			do    func() error
			after func() error // takes it back, unmeasured
		}{
			{"fork", func() error { _, err := emu.Fork("forked", "large", false); return err }, func() error { return emu.DeleteWorld("forked") }},
			{"snapshot", func() error { return emu.Snapshot("large", "again") }, nil},
			{"restore", func() error { return emu.Restore("large", "kept") }, nil},
			{"reset", func() error { return emu.Reset("large") }, nil},
			{"POST-worlds", func() error { return ask(http.MethodPost, "worlds", `{"name":"forked","from":"large"}`) }, func() error { return emu.DeleteWorld("forked") }},
			{"POST-snapshots", func() error { return ask(http.MethodPost, "snapshots", `{"name":"again"}`) }, nil},
			{"POST-restore", func() error { return ask(http.MethodPost, "snapshots/kept/restore", "") }, nil},
			{"POST-reset", func() error { return ask(http.MethodPost, "reset", "") }, nil},
		} {
			b.Run(fmt.Sprintf("%s/%d", op.name, objects), func(b *testing.B) {
				b.ReportAllocs()
				runtime.GC()
				for b.Loop() {
					if err := op.do(); err != nil {
						b.Fatal(err)
					}
					if op.after != nil {
						b.StopTimer()
						if err := op.after(); err != nil {
							b.Fatal(err)
						}
						b.StartTimer()
					}
				}
			})
		}
	}
}
