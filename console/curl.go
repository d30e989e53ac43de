package console

import (
	"encoding/json"
	"strings"

	"github.com/tennantite/tennantite/emulator/directory"
)

// curl is a call by which a client does what a form does.
type curl struct {
	Method string // "" is GET
	URL    string
	Body   any    // encoded as JSON; nil for none
	Upload string // a file's name, sent as it is
	Raw    string // sent as it is, as Type
	Type   string
	world  string
	token  *tokenWish // nil: the control plane, which asks for none
}

// tokenWish is what the control plane is asked for before the call.
type tokenWish struct {
	Control  string `json:"-"`
	As       string `json:"as,omitempty"`
	Tenant   string `json:"tenant"`
	Resource string `json:"resource"`
}

// graph is a call to Microsoft Graph as the acting person. path is below the host and is taken as escaped.
func (c *call) graph(method, path string, body any) curl {
	return curl{
		Method: method, URL: c.origin.Graph() + path, Body: body, world: c.world,
		token: c.wish(c.who, "https://graph.microsoft.com"),
	}
}

// sharePoint is a call to the interface of one of the organisation's sites, by its address.
func (c *call) sharePoint(method, site, path string, body any) curl {
	host := "https://" + c.tenant.SharePointPrefix() + ".sharepoint.com"
	if strings.Contains(site, "-my.") {
		host = "https://" + c.tenant.SharePointPrefix() + "-my.sharepoint.com"
	}
	return curl{Method: method, URL: strings.TrimSuffix(site, "/") + path, Body: body, world: c.world, token: c.wish(c.who, host)}
}

// plane is a call to the control plane.
func (c *call) plane(method, path string, body any) curl {
	return curl{Method: method, URL: c.control + "/_tennantite/v1" + path, Body: body, world: c.world}
}

func (c *call) wish(who directory.Principal, resource string) *tokenWish {
	return &tokenWish{Control: c.control, As: who.User.UserPrincipalName, Tenant: c.tenant.ID, Resource: resource}
}

// String is the call as a shell takes it; "" for none.
func (k curl) String() string {
	if k.URL == "" {
		return ""
	}
	world := ""
	if k.world != "" && k.world != "main" {
		world = " -H " + quote("X-Tennantite-World: "+k.world)
	}
	var b strings.Builder
	if k.token != nil {
		b.WriteString("TOKEN=$(curl -s" + world + " " + quote(k.token.Control+"/_tennantite/v1/tokens") + " \\\n  -d " + encode(k.token) + " | jq -r .access_token)\n")
	}
	b.WriteString("curl -s" + world)
	if k.Method != "" && k.Method != "GET" {
		b.WriteString(" -X " + k.Method)
	}
	b.WriteString(" " + quote(k.URL))
	if k.token != nil {
		b.WriteString(" \\\n  -H \"Authorization: Bearer $TOKEN\"")
		if strings.Contains(k.URL, "/_api/") {
			b.WriteString(" -H 'Accept: application/json'")
		}
	}
	switch {
	case k.Upload != "":
		b.WriteString(" \\\n  --data-binary " + quote("@"+k.Upload))
	case k.Raw != "":
		b.WriteString(" \\\n  -H " + quote("Content-Type: "+k.Type) + " \\\n  --data-raw " + quote(k.Raw))
	case k.Body != nil:
		b.WriteString(" \\\n  -H 'Content-Type: application/json' \\\n  -d " + encode(k.Body))
	}
	return b.String()
}

func encode(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // our own values always encode
	return quote(strings.TrimSuffix(b.String(), "\n"))
}

// quote makes a text one word of a POSIX shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
