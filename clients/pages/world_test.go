package pages_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator"
	"github.com/tennantite/tennantite/emulator/state"
	"github.com/tennantite/tennantite/fixtures"
)

// Ids of the built-in fixture.
const (
	contoso  = "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47"
	fabrikam = "d7c9e0a2-58f4-4b1b-8a36-91c5f0b7e3d2"
	adele    = "0b1f6a52-3f0e-4d43-9a55-7f1c2d9b6e02"
	carol    = "2d8c3b41-9e7a-4f5d-b6c8-4a1e0f9d8c02"
	password = "Tennantite1!"
)

// partners gives Fabrikam something to share as well.
const partners = `
tenants:
  fabrikam:
    sites:
      designs:
        path: /sites/designs
        title: Designs
        owners: [carol]
        sharingCapability: ExternalUserAndGuestSharing
        libraries:
          Documents:
            path: Shared Documents
            files:
              Entwürfe/Plan.md: {text: "# Plan\n"}
`

// direction is who shares what with whom.
type direction struct {
	tenant, prefix, organisation string // that shares
	owner, ownerAddress          string
	home, homePrefix             string
	site, folder                 string
	recipient, address           string
}

var directions = map[string]direction{
	"Contoso to Fabrikam": {contoso, "contoso", "Contoso", "Adele Vance", "adele@contoso.com", "Fabrikam", "fabrikam", "Project X", "Specs", "Carol Cline", "carol@fabrikam.com"},
	"Fabrikam to Contoso": {fabrikam, "fabrikam", "Fabrikam", "Carol Cline", "carol@fabrikam.com", "Contoso", "contoso", "Designs", "Entwürfe", "Zoë Žižková", "zoe@contoso.com"},
}

// administrators are whom one acts as before one chooses.
var administrators = map[string]string{"Contoso": "Contoso Administrator", "Fabrikam": "Fabrikam Administrator"}

// start starts an emulator whose console the browser reaches as http://localhost:PORT.
func start(tb testing.TB, change ...func(*emulator.Options)) *emulator.Emulator {
	tb.Helper()
	base, ok := fixtures.Builtin(fixtures.Default)
	if !ok {
		tb.Fatal("no built-in fixture")
	}
	return emulator.Start(tb, append([]func(*emulator.Options){func(o *emulator.Options) {
		o.HTTPS, o.Proxy = "", ""
		o.Fixtures = []fixtures.Source{base, {Name: "partners.yaml", Text: []byte(partners)}}
		o.Seed, o.Clock = 7, time.Date(2026, time.March, 2, 9, 30, 0, 0, time.UTC)
	}}, change...)...)
}

// entry is how the directory of a tenant knows an address: "absent", or the guest's state.
func entry(tb testing.TB, emu *emulator.Emulator, tenant, address string) string {
	tb.Helper()
	found := "absent"
	if err := emu.View(emulator.MainWorld, func(tx *state.Tx) error {
		for u := range tx.UsersByAddress(tenant, address) {
			found = string(u.ExternalState)
		}
		return nil
	}); err != nil {
		tb.Fatal(err)
	}
	return found
}

// root is the console's address, by the name that its links and cookies have.
func root(tb testing.TB, emu *emulator.Emulator) string {
	tb.Helper()
	u, err := url.Parse(emu.Addresses().HTTP)
	if err != nil {
		tb.Fatal(err)
	}
	return "http://localhost:" + u.Port()
}
