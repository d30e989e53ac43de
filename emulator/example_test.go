package emulator_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/tennantite/tennantite/emulator"
)

// A program, or a TestMain, that is no test itself starts an emulator by hand.
func ExampleNew() {
	emu, err := emulator.New(emulator.Options{HTTP: "127.0.0.1:0", Proxy: "127.0.0.1:0"})
	if err != nil {
		panic(err)
	}
	if err := emu.Listen(); err != nil {
		panic(err)
	}
	defer emu.Shutdown(context.Background()) //nolint:errcheck // the program ends

	answer, err := emu.HTTPClient().Get("https://graph.microsoft.com/v1.0/me")
	if err != nil {
		panic(err)
	}
	answer.Body.Close()
	fmt.Println(answer.Status)
	// Output: 401 Unauthorized
}

// The emulator ends with the test that started it, a world with the one that it was made for: tests run side by side.
func ExampleStart() {
	var t *testing.T // of TestKeys(t *testing.T)

	emu := emulator.Start(t, func(o *emulator.Options) { o.Faults = "realistic" })
	for _, organisation := range []string{"contoso", "fabrikam"} {
		t.Run(organisation, func(t *testing.T) {
			t.Parallel()
			client := emu.WorldClient(emu.ForTest(t))
			answer, err := client.Get("https://login.microsoftonline.com/" + organisation + ".onmicrosoft.com/discovery/keys")
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Errorf("keys: %s", answer.Status)
			}
		})
	}
}

func TestForTest(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t)
	var names []string
	for _, name := range []string{"one", "other"} {
		t.Run(name, func(t *testing.T) {
			world := emu.ForTest(t)
			names = append(names, world)
			answer, err := emu.WorldClient(world).Get("https://graph.microsoft.com/v1.0/me")
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != http.StatusUnauthorized {
				t.Errorf("got %s", answer.Status)
			}
		})
	}
	if names[0] == names[1] {
		t.Errorf("both tests have the world %s", names[0])
	}
	if left := emu.Worlds(); len(left) != 1 {
		t.Errorf("worlds outlive their tests: %v", left)
	}
}
