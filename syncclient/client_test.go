package syncclient

import (
	"context"
	"errors"
	"net"
	"testing"
)

func TestNamesBelowLocalhostAreThisMachine(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"contoso.sharepoint.localhost:4365": "localhost:4365",
		"LOGIN.LOCALHOST:4365":              "localhost:4365",
		"localhost:4365":                    "localhost:4365",
		"notlocalhost:80":                   "notlocalhost:80",
		"localhost.example:80":              "localhost.example:80",
		"contoso.sharepoint.com:443":        "contoso.sharepoint.com:443",
	} {
		asked := ""
		stop := errors.New("enough")
		_, err := dialLocal(func(_ context.Context, _, a string) (net.Conn, error) { asked = a; return nil, stop })(t.Context(), "tcp", address)
		if asked != want || !errors.Is(err, stop) {
			t.Errorf("%s: dialled %s, want %s (%v)", address, asked, want, err)
		}
	}
}
