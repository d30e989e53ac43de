package emulator_test

import (
	"slices"
	"testing"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/emulator/state"
)

// TestRequestsUnderWayEndOnTheirState has a request read, and be half done, when its world becomes another one: it goes on
// with what it began with. What it then writes is of the world that is now, or of nobody where the world is gone.
func TestRequestsUnderWayEndOnTheirState(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		happen func(*emulator.Emulator) error
		after  string // what the world has in the end
	}{
		{"fork", func(e *emulator.Emulator) error { _, err := e.Fork("other", "w", false); return err }, "begin more write"},
		{"snapshot", func(e *emulator.Emulator) error { return e.Snapshot("w", "t") }, "begin more write"},
		{"restore", func(e *emulator.Emulator) error { return e.Restore("w", "s") }, "begin write"},
		{"reset", func(e *emulator.Emulator) error { return e.Reset("w") }, "write"},
		{"delete", func(e *emulator.Emulator) error { return e.DeleteWorld("w") }, "gone"},
	} {
		for _, dir := range []string{"", t.TempDir()} {
			t.Run(tt.name+map[bool]string{true: " on disk"}[dir != ""], func(t *testing.T) {
				t.Parallel()
				emu := emulator.Start(t, func(o *emulator.Options) { o.StateDir = dir })
				_, err := emu.Fork("w", "main", false)
				must(t, err)
				mark(t, emu, "w", "begin")
				must(t, emu.Snapshot("w", "s"))
				mark(t, emu, "w", "more")

				reading, goOn, read := make(chan struct{}), make(chan struct{}), make(chan string, 1)
				go func() {
					_ = emu.View("w", func(tx *state.Tx) error {
						close(reading)
						<-goOn
						text := ""
						for m := range tx.MessagesTo("test@example.com") {
							text += m.Subject + " "
						}
						read <- text
						return nil
					})
				}()
				<-reading
				must(t, tt.happen(emu))
				close(goOn)
				if got := <-read; got != "begin more " {
					t.Errorf("the reader that was under way sees %q", got)
				}
				if tt.after == "gone" {
					if slices.Contains(emu.Info().Worlds, "w") {
						t.Error("it is still there")
					}
					return
				}
				mark(t, emu, "w", "write")
				if got := marks(t, emu, "w"); got != tt.after {
					t.Errorf("it has %q, want %q", got, tt.after)
				}
			})
		}
	}
}

// TestWriterUnderWayBeforeARestore has a writer half done when its world is restored: it commits before, as a whole, or
// after, as a whole, and on the disk likewise.
func TestWriterUnderWayBeforeARestore(t *testing.T) {
	t.Parallel()
	emu := startOn(t, t.TempDir())
	must(t, emu.Snapshot("main", "s"))
	writing, goOn, wrote, restored := make(chan struct{}), make(chan struct{}), make(chan error), make(chan error)
	go func() {
		wrote <- emu.Update("main", func(tx *state.Tx) error {
			tx.PutMessage(state.Message{ID: "a", To: "test@example.com", Subject: "a"})
			close(writing)
			<-goOn
			tx.PutMessage(state.Message{ID: "b", To: "test@example.com", Subject: "b"})
			return nil
		})
	}()
	<-writing
	go func() { restored <- emu.Restore("main", "s") }()
	if got := marks(t, emu.Emulator, "main"); got != "" {
		t.Errorf("half of a write is seen: %q", got)
	}
	close(goOn)
	must(t, <-wrote)
	must(t, <-restored)
	if got := marks(t, emu.Emulator, "main"); got != "" {
		t.Errorf("the restore did not wait for the writer: %q", got)
	}
	emu.restart(t)
	if got := marks(t, emu.Emulator, "main"); got != "" {
		t.Errorf("on the disk is %q", got)
	}
}
