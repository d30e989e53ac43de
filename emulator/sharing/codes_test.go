package sharing

import (
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator/problem"
	"github.com/tennantite/tennantite/emulator/state"
)

func TestCodes(t *testing.T) {
	t.Parallel()
	tenant := state.Tenant{ID: "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47", DisplayName: "Contoso"}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := state.New(state.Options{Now: func() time.Time { return now }})
	do := func(f func(tx *state.Tx) error) (err error) {
		_ = s.Update(func(tx *state.Tx) error { err = f(tx); return nil })
		return err
	}
	send := func() (code string) {
		_ = do(func(tx *state.Tx) error {
			SendCode(tx, tenant, "Ines@nodomain.example")
			for m := range tx.MessagesTo("ines@nodomain.example") {
				code = m.Code
			}
			return nil
		})
		return code
	}
	prove := func(code string) error {
		return do(func(tx *state.Tx) error { return ProveCode(tx, tenant, "ines@NODOMAIN.example ", code) })
	}
	want := func(what string, err error, reason problem.Reason) {
		t.Helper()
		if got := problem.ReasonOf(err); err == nil || got != reason {
			t.Errorf("%s: %v, want %v", what, err, reason)
		}
	}

	want("before any was sent", prove("00000000"), problem.CodeRequired)
	code := send()
	if len(code) != 8 {
		t.Fatalf("the code is %q, want eight digits", code)
	}
	want("another code", prove("x"), problem.CodeWrong)
	if err := prove(" " + code); err != nil {
		t.Errorf("the right code: %v", err)
	}
	want("a second time", prove(code), problem.CodeRequired)

	first := send()
	if second := send(); second != first {
		want("the code before the last", prove(first), problem.CodeWrong)
	}
	for range codeAttempts - 2 {
		want("wrong", prove("x"), problem.CodeWrong)
	}
	want("wrong once too often", prove("x"), problem.CodeRequired)

	code = send()
	now = now.Add(codeLife)
	want("too late", prove(code), problem.CodeRequired)
}
